import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { AppError } from '@kilowink/core/error';
import { MIGRATIONS, SCHEMA_VERSION } from '../migrations/index.ts';
import { Connection, isDamage } from './connection.ts';
import { APPLICATION_ID } from './schema.ts';

/** Every version of the schema has these; the salvage reads them. */
const TABLES = [
  'block',
  'hot_point',
  'hot_window',
  'run',
  'sealed_window',
  'series',
  'source_state',
  'state',
];

/**
 * What is wrong with the store's file, or null when it is sound or not there. It reads every page once, and looks whether
 * the indexes lead to the rows (`integrity_check`): 35 ms for ten years of a house, an eighth more than `quick_check`, which
 * an index that leads nowhere passes. Blocks have checksums of their own besides.
 * `wasServed`: a store has been served from the folder before, so an empty file is not a new one.
 */
export function inspectFile(path: string, wasServed: boolean): string | null {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) {
    return existsSync(`${path}-wal`)
      ? 'a database beside its write-ahead log expected, found the log alone'
      : null;
  }
  if (size === 0) return wasServed ? 'a database expected, found an empty file' : null;
  let connection: Connection | undefined;
  try {
    readAhead(path, size);
    connection = new Connection(path, { readOnly: true });
    return inspectContent(connection);
  } catch (error) {
    if (isDamage(error)) return error instanceof AppError ? String(error.details['reason']) : String(error);
    throw error;
  } finally {
    connection?.close();
  }
}

/**
 * Reads the file from front to back, for the system to have it in memory when the check goes through its pages in the order of
 * the tables: page by page a medium gives a tenth of what it gives in one go. A file that memory has no room for is left.
 */
function readAhead(path: string, size: number): void {
  if (size > process.availableMemory() / 2) return;
  const chunk = Buffer.allocUnsafe(AHEAD_BYTES);
  let file: number | null = null;
  try {
    file = openSync(path, 'r');
    while (readSync(file, chunk) > 0);
  } catch {
    // What can not be read is told by who needs it.
  } finally {
    if (file !== null) closeSync(file);
  }
}

const AHEAD_BYTES = 262_144;

/** A damaged schema still opens, with other names than those that are asked for. */
function changedSchema(connection: Connection): string | null {
  const version = connection.row<[number]>('PRAGMA user_version')?.[0] ?? 0;
  // What a newer program made is refused when it is opened, not mended.
  if (version > SCHEMA_VERSION) return null;
  const model = new Connection(':memory:', { readOnly: false });
  try {
    for (const migration of MIGRATIONS) if (migration.version <= version) model.exec(migration.sql);
    const expected = new Map(model.rows<[string, string | null]>(SCHEMA));
    for (const [name, sql] of connection.rows<[string, string | null]>(SCHEMA)) {
      if (expected.has(name) && expected.get(name) !== sql)
        return `the schema of ${name} is not what it was made with`;
    }
    return null;
  } finally {
    model.close();
  }
}

const SCHEMA = 'SELECT name, sql FROM sqlite_schema';

/** As `inspectFile`, over a connection; the quick check leaves out the indexes. Throws where a page can not be read. */
export function inspectContent(
  connection: Connection,
  check: 'integrity_check' | 'quick_check' = 'integrity_check',
): string | null {
  const names = connection
    .rows<[string]>("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .map((row) => row[0]);
  const applicationId = connection.row<[number]>('PRAGMA application_id')?.[0] ?? 0;
  const missing = TABLES.filter((name) => !names.includes(name));
  if (applicationId !== APPLICATION_ID) {
    // Another program's database is refused when it is opened; ours without its mark is damaged.
    return missing.length === 0 ? `application id ${APPLICATION_ID} expected, found ${applicationId}` : null;
  }
  if (missing.length > 0) return `tables expected, missing: ${missing.join(', ')}`;
  const changed = changedSchema(connection);
  if (changed !== null) return changed;
  const faults = connection.rows<[string]>(`PRAGMA ${check}(5)`).map((row) => row[0]);
  return faults.length === 1 && faults[0] === 'ok'
    ? null
    : faults
        .join(' ')
        .replaceAll(/\*\*\*.*?\*\*\*\n/g, '')
        .replaceAll('\n', '; ');
}
