import type { Migration } from './migration.ts';

/**
 * What meters bring that speak for themselves: what their index showed when, what happened to them, and the energy of
 * gaps between two indexes. An event's place in the order of changes is emptied once no cursor can be before it.
 */
export const readings: Migration = {
  version: 3,
  sql: `
    CREATE TABLE reading (
      series INTEGER NOT NULL,
      at_ms INTEGER NOT NULL,
      origin TEXT NOT NULL,
      index_wh INTEGER NOT NULL CHECK (index_wh >= 0),
      PRIMARY KEY (series, at_ms, origin)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE event (
      at_ms INTEGER NOT NULL,
      source TEXT NOT NULL,
      kind TEXT NOT NULL,
      data TEXT NOT NULL,
      seq INTEGER,
      PRIMARY KEY (at_ms, source, kind)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX event_by_seq ON event (seq) WHERE seq IS NOT NULL;

    CREATE TABLE recovered_span (
      series INTEGER NOT NULL,
      start_ms INTEGER NOT NULL,
      end_ms INTEGER NOT NULL CHECK (end_ms > start_ms),
      value INTEGER NOT NULL CHECK (value > 0),
      PRIMARY KEY (series, start_ms)
    ) STRICT, WITHOUT ROWID;
  `,
};
