import type { Migration } from './migration.ts';

/*
 * Blocks are in a table with row ids and an index beside it: a b-tree without row ids would send all but the smallest
 * blocks to overflow pages, half of each empty.
 */

/**
 * The first schema. In `state`, `generation` rises when blocks change and `hot_generation` when hot rows change in another
 * way than by one more with the next place in the order of changes, so that other processes know what to read again.
 */
export const first: Migration = {
  version: 1,
  sql: `
    CREATE TABLE state (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      epoch TEXT NOT NULL,
      past_epochs TEXT NOT NULL,
      sealed_seq INTEGER NOT NULL,
      generation INTEGER NOT NULL,
      hot_generation INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE series (
      id INTEGER PRIMARY KEY,
      source TEXT NOT NULL,
      quantity TEXT NOT NULL,
      unit TEXT NOT NULL,
      name TEXT NOT NULL,
      longest_ms INTEGER NOT NULL,
      UNIQUE (source, quantity)
    ) STRICT;

    CREATE TABLE run (
      id INTEGER PRIMARY KEY,
      series INTEGER NOT NULL REFERENCES series (id),
      timeline TEXT NOT NULL
    ) STRICT;
    CREATE INDEX run_by_series ON run (series);

    CREATE TABLE source_state (
      source TEXT PRIMARY KEY,
      state TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE hot_window (
      run INTEGER NOT NULL,
      number INTEGER NOT NULL,
      value INTEGER NOT NULL,
      reports INTEGER NOT NULL,
      disagreements INTEGER NOT NULL,
      seq INTEGER,
      PRIMARY KEY (run, number)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX hot_window_by_seq ON hot_window (seq) WHERE seq IS NOT NULL;

    CREATE TABLE hot_point (
      series INTEGER NOT NULL,
      start_ms INTEGER NOT NULL,
      duration_ms INTEGER NOT NULL,
      value INTEGER NOT NULL,
      reports INTEGER NOT NULL,
      disagreements INTEGER NOT NULL,
      seq INTEGER,
      PRIMARY KEY (series, start_ms)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX hot_point_by_seq ON hot_point (seq) WHERE seq IS NOT NULL;

    CREATE TABLE rewritten (
      seq INTEGER PRIMARY KEY,
      series INTEGER NOT NULL,
      from_ms INTEGER NOT NULL,
      to_ms INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE import_change (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      series INTEGER NOT NULL,
      from_ms INTEGER NOT NULL,
      to_ms INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE sealed_window (
      run INTEGER NOT NULL,
      from_number INTEGER NOT NULL,
      to_number INTEGER NOT NULL,
      PRIMARY KEY (run, from_number)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE block (
      id INTEGER PRIMARY KEY,
      series INTEGER NOT NULL,
      level INTEGER NOT NULL,
      period INTEGER NOT NULL,
      first_ms INTEGER,
      last_ms INTEGER,
      data BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX block_by_period ON block (series, level, period);

    CREATE TABLE damaged_block (
      id INTEGER PRIMARY KEY,
      series INTEGER NOT NULL,
      level INTEGER NOT NULL,
      period INTEGER NOT NULL,
      found_at_ms INTEGER NOT NULL,
      reason TEXT NOT NULL,
      data BLOB NOT NULL
    ) STRICT;

    CREATE TABLE damage (
      id INTEGER PRIMARY KEY,
      found_at_ms INTEGER NOT NULL,
      message TEXT NOT NULL,
      kept_at TEXT NOT NULL
    ) STRICT;

    INSERT INTO state (id, epoch, past_epochs, sealed_seq, generation, hot_generation)
      VALUES (1, '', '[]', 0, 0, 0);
  `,
};
