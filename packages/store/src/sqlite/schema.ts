import { storeError } from '../errors.ts';
import { MIGRATIONS, SCHEMA_VERSION } from '../migrations/index.ts';
import { absorbHotRows } from './absorb.ts';
import type { Connection } from './connection.ts';

/** Says in the file's header whose database it is: "KWnk". */
export const APPLICATION_ID = 0x4b576e6b;

/**
 * Small pages: a group of measurements touches a few pages and writes them whole, so they decide how fast an SD card
 * wears; and blocks of a few kB leave less of the last page empty.
 */
const PAGE_BYTES = 1024;

/** What the write-ahead log is cut to when an import has made it long. */
const LOG_BYTES_MAX = 2_000_000;

/**
 * Brings the file to the schema of this program, each step in a transaction of its own. Throws `store/newer` when it
 * is ahead of us and `store/foreign` when it is not ours.
 */
export function migrate(connection: Connection): void {
  const applicationId = pragma(connection, 'application_id');
  const version = pragma(connection, 'user_version');
  const isNew = version === 0 && pragma(connection, 'page_count') <= 1 && applicationId === 0;
  if (!isNew && applicationId !== APPLICATION_ID) {
    throw storeError('store/foreign', { path: connection.path, found: applicationId });
  }
  if (version > SCHEMA_VERSION) {
    throw storeError('store/newer', { path: connection.path, found: version, known: SCHEMA_VERSION });
  }
  if (isNew) connection.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
  connection.exec(`PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = ${LOG_BYTES_MAX}`);
  for (const migration of MIGRATIONS) if (migration.version > version) applyOne(connection, migration);
  absorbHotRows(connection);
}

function applyOne(connection: Connection, migration: { version: number; sql: string }): void {
  connection.write(() => {
    // Another process may have been quicker.
    if (pragma(connection, 'user_version') >= migration.version) return;
    connection.exec(migration.sql);
    connection.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${migration.version}`);
  });
}

function pragma(connection: Connection, name: string): number {
  return connection.row<[number]>(`PRAGMA ${name}`)?.[0] ?? 0;
}
