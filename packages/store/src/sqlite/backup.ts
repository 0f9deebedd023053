import { closeSync, fsyncSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '@kilowink/core/error';
import type { Clock } from '@kilowink/core/time';
import { storeError } from '../errors.ts';
import { SCHEMA_VERSION } from '../migrations/index.ts';
import { assertNoRestore } from './backup-swap.ts';
import { connectForReading } from './connect-reading.ts';
import { Connection } from './connection.ts';
import { inspectStore, type SeriesTotal, totalsOf } from './inspect-whole.ts';
import { STORE_FILE } from './open.ts';
import { makeParts, SqliteReader } from './reader.ts';

/** What to copy, and where to. */
export interface StoreCopyJob {
  /** The data folder; it may be served meanwhile. */
  readonly folder: string;
  /** The file to make; it must not be there. */
  readonly toPath: string;
  readonly clock: Clock;
  /** Told of pages copied. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A copy that was looked through. */
export interface StoreCopy {
  readonly schema: number;
  readonly sizeBytes: number;
  /** What each series held at the moment of the copy; null for a store of an older schema. */
  readonly totals: readonly SeriesTotal[] | null;
}

/**
 * Copies a store as its file is at one moment, beside whoever serves it, and looks through the copy: every page, every
 * checksum, and the same totals as the store had at that moment. The copy is one file, on the medium. What waits in the
 * memory of a server for its group is not in it. Throws `store/missing`, `store/damaged`, `store/full`.
 */
export async function copyStore(job: StoreCopyJob): Promise<StoreCopy> {
  const { folder, toPath, clock, onProgress = () => undefined } = job;
  const path = join(folder, STORE_FILE);
  assertNoRestore(folder);
  if (statSync(path, { throwIfNoEntry: false }) === undefined) throw storeError('store/missing', { path });
  const connection = connectForReading(path);
  let expected: readonly SeriesTotal[] | null;
  try {
    expected = await connection.copyTo(toPath, { look: () => lookAt(connection, clock), onProgress });
  } finally {
    connection.close();
  }
  // One file without companions, as it is carried about.
  const copy = new Connection(toPath, { readOnly: false });
  try {
    copy.exec('PRAGMA journal_mode = DELETE');
  } finally {
    copy.close();
  }
  const { schema, faults, totals } = inspectStore(toPath, clock);
  if (faults.length > 0) throw storeError('store/damaged', { path, reason: faults.join('; ') });
  if (!isDeepStrictEqual(totals, expected)) {
    throw storeError('store/damaged', { path: toPath, reason: 'the copy holds other totals than the store' });
  }
  syncFile(toPath);
  return { schema, sizeBytes: statSync(toPath).size, totals };
}

function lookAt(connection: Connection, clock: Clock): SeriesTotal[] | null {
  const schema = connection.row<[number]>('PRAGMA user_version')?.[0] ?? 0;
  if (schema > SCHEMA_VERSION) {
    throw storeError('store/newer', { path: connection.path, found: schema, known: SCHEMA_VERSION });
  }
  // A first page that says nothing is not yet a store.
  if (schema === 0) throw storeError('store/missing', { path: connection.path });
  if (schema < SCHEMA_VERSION) return null;
  return totalsOf(new SqliteReader(makeParts(connection), { readOnly: true, isServing: false, clock }));
}

function syncFile(path: string): void {
  try {
    const file = openSync(path, 'r+');
    fsyncSync(file);
    closeSync(file);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw storeError('store/failed', { path, reason: String(error) }, error);
  }
}
