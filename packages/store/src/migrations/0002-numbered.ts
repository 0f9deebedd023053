import type { Migration } from './migration.ts';

/**
 * What sensors that number their windows bring: the boot that a run is of, when in its window the last flash came, and
 * the energy of windows that never came. A recovered row's times follow from its run's timeline until they are set.
 */
export const numbered: Migration = {
  version: 2,
  sql: `
    ALTER TABLE run ADD COLUMN boot INTEGER;
    CREATE UNIQUE INDEX run_by_boot ON run (series, boot) WHERE boot IS NOT NULL;

    ALTER TABLE hot_window ADD COLUMN last_flash_ms INTEGER;

    CREATE TABLE recovered (
      run INTEGER NOT NULL,
      from_number INTEGER NOT NULL,
      to_number INTEGER NOT NULL CHECK (to_number > from_number),
      value INTEGER NOT NULL CHECK (value > 0),
      start_ms INTEGER,
      end_ms INTEGER,
      PRIMARY KEY (run, from_number)
    ) STRICT, WITHOUT ROWID;
  `,
};
