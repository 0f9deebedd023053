import { first } from './0001-first.ts';

/** One step of the schema. A released migration is never edited: what changes gets the next number. */
export interface Migration {
  /** The schema version it leads to; ascending by one. */
  readonly version: number;
  readonly sql: string;
}

/** Every migration, oldest first. */
export const MIGRATIONS: readonly Migration[] = [first];

/** The schema version this program reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;
