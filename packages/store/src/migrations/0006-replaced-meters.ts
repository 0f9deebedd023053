import type { Migration } from './migration.ts';

/** Whoever reads a display says when the meter was replaced: nothing else tells, where the new one shows more than the old. */
export const replacedMeters: Migration = {
  version: 6,
  sql: 'ALTER TABLE reading ADD COLUMN is_replaced INTEGER NOT NULL DEFAULT 0 CHECK (is_replaced IN (0, 1));',
};
