import type { Migration } from './migration.ts';

/**
 * Hot measurements are written group by group instead of row by row, with what is remembered of sources and runs. Rows
 * of older schemas, and rows that a salvage saved, stand in `hot_window` and `hot_point` until the store is opened.
 */
export const journal: Migration = {
  version: 4,
  sql: `
    CREATE TABLE journal (
      id INTEGER PRIMARY KEY,
      last_seq INTEGER NOT NULL,
      row_count INTEGER NOT NULL,
      data BLOB NOT NULL
    ) STRICT;
    DROP INDEX hot_window_by_seq;
    DROP INDEX hot_point_by_seq;
  `,
};
