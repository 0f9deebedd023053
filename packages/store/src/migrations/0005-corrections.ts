import type { Migration } from './migration.ts';

/**
 * What people, and the bound that physics sets, say of stretches of a series; never changed but for when one was taken
 * back. A reading's resolution is how coarse the display was that it was read from.
 */
export const corrections: Migration = {
  version: 5,
  sql: `
    CREATE TABLE correction (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      series INTEGER NOT NULL,
      from_ms INTEGER NOT NULL,
      to_ms INTEGER NOT NULL CHECK (to_ms > from_ms),
      kind TEXT NOT NULL,
      origin TEXT NOT NULL,
      note TEXT NOT NULL,
      made_ms INTEGER NOT NULL,
      undone_ms INTEGER
    ) STRICT;

    ALTER TABLE reading ADD COLUMN resolution_wh INTEGER;
  `,
};
