import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@kilowink/core/error';
import type { Clock } from '@kilowink/core/time';
import { storeError } from '../errors.ts';
import { SCHEMA_VERSION } from '../migrations/index.ts';
import type { Damage, Store, StoreReader } from '../store.ts';
import { assertNoRestore, finishRestore } from './backup-swap.ts';
import { beginEpoch } from './change-log.ts';
import { connectForReading } from './connect-reading.ts';
import { BUSY_MS_DEFAULT, Connection } from './connection.ts';
import { createIfMissing } from './create.ts';
import { inspectFile } from './inspect.ts';
import { LOCK_FILE, lockWriter } from './lock.ts';
import { makeParts, SqliteReader } from './reader.ts';
import { migrate } from './schema.ts';
import { finishSetAside, setAside } from './set-aside.ts';
import { SqliteStore } from './writer.ts';

/** The store's file in its folder. */
export const STORE_FILE = 'kilowink.db';

const GROUP_MS_DEFAULT = 10_000;
const HOT_ROWS_MAX_DEFAULT = 250_000;
const CREATE_POLL_MS = 20;

/** How to open a store for writing. */
export interface SqliteStoreOptions {
  /** The data folder; made, for its owner alone, when it is not there. */
  readonly folder: string;
  readonly clock: Clock;
  /**
   * `serve` (default): the one process that takes measurements in; a second one is refused with `store/locked`.
   * `import`: adds points beside it.
   */
  readonly role?: 'serve' | 'import';
  /** How long what is put may wait for its group, in ms of the monotonic clock. Default 10 s; 0 writes at once. */
  readonly groupMs?: number;
  /**
   * `normal` (default): a power cut may also lose what the operating system had not written out yet, on Linux about
   * 30 s. `full`: each group is on the medium when `flush` returns.
   */
  readonly synchronous?: 'normal' | 'full';
  /**
   * About how many measurements wait in memory for their day to be sealed (50 to 90 bytes each): beyond, days are sealed in
   * parts, and such windows keep the times they have. Default 250,000.
   */
  readonly hotRowsMax?: number;
  /**
   * When `serve` looks at the checksum of every block. `open` (default): before the store is given out. `later`: whoever
   * serves calls `verify`; a block is looked at whenever it is read, and nothing is written in place of one that does not open.
   */
  readonly verified?: 'open' | 'later';
  /** How long to wait for another process that writes, ms, before `store/busy`. Default 10 s. */
  readonly busyMs?: number;
  /** Told of damage when it is found, besides `health()`. */
  readonly onError?: (error: AppError) => void;
}

/** How to open a store for reading. */
export interface SqliteReaderOptions {
  readonly folder: string;
  readonly clock: Clock;
}

/**
 * Opens the store in a folder for writing, and makes it when it is not there. Throws `store/locked` when another
 * process serves it, `store/newer` when a newer program made it, `store/read-only` and `store/failed` when the folder cannot be used.
 */
export function openSqliteStore(options: SqliteStoreOptions): Store {
  const {
    folder,
    clock,
    role = 'serve',
    groupMs = GROUP_MS_DEFAULT,
    synchronous = 'normal',
    busyMs = BUSY_MS_DEFAULT,
    hotRowsMax = HOT_ROWS_MAX_DEFAULT,
    verified = 'open',
  } = options;
  makeFolder(folder);
  const path = join(folder, STORE_FILE);
  const wasServed = existsSync(join(folder, LOCK_FILE));
  if (role === 'import') assertNoRestore(folder);
  const release = role === 'serve' ? lockWriter(folder) : () => undefined;
  try {
    if (role === 'serve') finishRestore(folder);
    const damage = role === 'serve' ? mend(path, wasServed, clock) : null;
    if (role === 'serve') createIfMissing(path);
    else createBesideServer(folder, path, busyMs);
    const connection = new Connection(path, { readOnly: false, busyMs });
    connection.exec(`PRAGMA synchronous = ${synchronous}`);
    migrate(connection);
    if (role === 'serve') connection.write(() => beginEpoch(connection));
    const onDamage = (found: Damage) =>
      options.onError?.(storeError('store/damaged', { path, reason: found.message, keptAt: found.keptAt }));
    if (damage !== null) onDamage(damage);
    const store = new SqliteStore(makeParts(connection), {
      ...{ clock, groupMs, role, release, onDamage, hotRowsMax },
    });
    if (role === 'serve') store.openJournal();
    if (role === 'serve' && verified === 'open') store.verify();
    return store;
  } catch (error) {
    release();
    throw error;
  }
}

/** Looks whether the file is sound; a damaged one is set aside and what can be read of it put into a new one. */
function mend(path: string, wasServed: boolean, clock: Clock): Damage | null {
  finishSetAside(path);
  const reason = inspectFile(path, wasServed);
  return reason === null ? null : setAside(path, reason, clock.wallMs());
}

/**
 * Opens the store in a folder for reading: nothing is ever written. Throws `store/missing` when there is none yet,
 * `store/older` when it has still to be brought up to date, `store/newer` when a newer program made it.
 */
export function openSqliteStoreReadOnly(options: SqliteReaderOptions): StoreReader {
  const path = join(options.folder, STORE_FILE);
  assertNoRestore(options.folder);
  if (!existsSync(path)) throw storeError('store/missing', { path });
  const connection = connectForReading(path);
  try {
    const version = connection.row<[number]>('PRAGMA user_version')?.[0] ?? 0;
    if (version === 0) throw storeError('store/missing', { path });
    if (version > SCHEMA_VERSION) {
      throw storeError('store/newer', { path, found: version, known: SCHEMA_VERSION });
    }
    if (version < SCHEMA_VERSION) {
      throw storeError('store/older', { path, found: version, known: SCHEMA_VERSION });
    }
    return new SqliteReader(makeParts(connection), {
      readOnly: true,
      isServing: false,
      clock: options.clock,
    });
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** An import may be the first to write to a folder; a server that is just starting there makes the store itself. */
function createBesideServer(folder: string, path: string, busyMs: number): void {
  for (let waitedMs = 0; !existsSync(path); waitedMs += CREATE_POLL_MS) {
    try {
      const release = lockWriter(folder);
      try {
        createIfMissing(path);
      } finally {
        release();
      }
    } catch (error) {
      const isLocked = error instanceof AppError && error.code === 'store/locked';
      if (!isLocked || waitedMs >= busyMs) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, CREATE_POLL_MS);
    }
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw storeError('store/failed', { path: folder, reason: String(error) }, error);
  }
  try {
    // SQLite would only say that it can not open a file.
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw storeError('store/read-only', { path: folder, reason: String(error) }, error);
  }
}
