import { first } from './0001-first.ts';
import { numbered } from './0002-numbered.ts';
import { readings } from './0003-readings.ts';
import type { Migration } from './migration.ts';

/** Every migration, oldest first. */
export const MIGRATIONS: readonly Migration[] = [first, numbered, readings];

/** The schema version this program reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;
