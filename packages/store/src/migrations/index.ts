import { first } from './0001-first.ts';
import { numbered } from './0002-numbered.ts';
import { readings } from './0003-readings.ts';
import { journal } from './0004-journal.ts';
import { corrections } from './0005-corrections.ts';
import { replacedMeters } from './0006-replaced-meters.ts';
import type { Migration } from './migration.ts';

/** Every migration, oldest first. */
export const MIGRATIONS: readonly Migration[] = [
  first,
  numbered,
  readings,
  journal,
  corrections,
  replacedMeters,
];

/** The schema version this program reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;
