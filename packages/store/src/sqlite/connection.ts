import { backup, DatabaseSync, type StatementSync } from 'node:sqlite';
import { AppError } from '@kilowink/core/error';
import { storeError } from '../errors.ts';

/** How long to wait for another process to be done with the file. */
export const BUSY_MS_DEFAULT = 10_000;

/** Pages copied at a time, between which others run. */
const COPIED_PAGES = 100;

/** SQLite's primary result codes that mean something to us. */
const SQLITE = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  notADatabase: 26,
} as const;

/** SQLITE_IOERR_SHMSIZE: the file of locks beside the store can not grow, which is how a full disk shows at a start. */
const NO_ROOM_FOR_LOCKS = 4_874;

/** One connection to the store's file: statements prepared once, transactions, and errors of our catalogue. */
export class Connection {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #busyMs: number;
  readonly #isReadOnly: boolean;
  readonly #statements = new Map<string, StatementSync>();
  #depth = 0;

  constructor(path: string, options: { readOnly: boolean; busyMs?: number }) {
    const { readOnly, busyMs = BUSY_MS_DEFAULT } = options;
    this.path = path;
    this.#busyMs = busyMs;
    this.#isReadOnly = readOnly;
    try {
      this.#database = new DatabaseSync(path, { readOnly, timeout: busyMs });
    } catch (error) {
      throw this.#errorOf(error);
    }
  }

  /** A prepared statement whose rows come as arrays; kept for the next time. */
  statement(sql: string): StatementSync {
    const kept = this.#statements.get(sql);
    if (kept !== undefined) return kept;
    const made = this.guard(() => this.#database.prepare(sql));
    made.setReturnArrays(true);
    this.#statements.set(sql, made);
    return made;
  }

  run(sql: string, ...values: SqlValue[]): void {
    this.guard(() => this.statement(sql).run(...values));
  }

  /** The rows, each an array in the order of the columns asked for. The caller says what they are. */
  rows<Row extends readonly unknown[]>(sql: string, ...values: SqlValue[]): Row[] {
    return this.guard(() => this.statement(sql).all(...values)) as unknown as Row[];
  }

  row<Row extends readonly unknown[]>(sql: string, ...values: SqlValue[]): Row | undefined {
    return this.guard(() => this.statement(sql).get(...values)) as unknown as Row | undefined;
  }

  exec(sql: string): void {
    this.guard(() => this.#database.exec(sql));
  }

  /** Rises when another process or connection has committed; not with our own commits. */
  dataVersion(): number {
    return this.row<[number]>('PRAGMA data_version')?.[0] ?? 0;
  }

  /** Runs `body` on one snapshot: what other processes commit meanwhile is not seen. */
  read<T>(body: () => T): T {
    return this.#transaction('BEGIN', body);
  }

  /** Runs `body` with the write lock, which other processes wait for: keep it short. */
  write<T>(body: () => T): T {
    return this.#transaction('BEGIN IMMEDIATE', body);
  }

  /**
   * Copies the database as it is at one moment to a new file, however much is written beside it meanwhile. `look` reads
   * that very moment; `onProgress` is told pages. The copy is not on the medium yet when this is done.
   */
  async copyTo<T>(
    path: string,
    { look, onProgress }: { look: () => T; onProgress: (done: number, total: number) => void },
  ): Promise<T> {
    // The open transaction is what keeps the copy from beginning again with each write of another process.
    this.guard(() => this.#database.exec('BEGIN'));
    this.#depth += 1;
    try {
      const seen = look();
      await backup(this.#database, path, {
        rate: COPIED_PAGES,
        progress: ({ totalPages, remainingPages }) => onProgress(totalPages - remainingPages, totalPages),
      });
      return seen;
    } catch (error) {
      throw this.#errorOf(error);
    } finally {
      this.#depth -= 1;
      this.#endReading();
    }
  }

  /** Of a damaged file even the end of a transaction is refused: what was found before tells more, and closing ends it as well. */
  #endReading(): void {
    try {
      if (this.#database.isTransaction) this.#database.exec('COMMIT');
    } catch (error) {
      if (!isDamage(error)) throw this.#errorOf(error);
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  /** Runs `body` and turns what SQLite throws into an error of the catalogue. */
  guard<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      throw this.#errorOf(error);
    }
  }

  #errorOf(error: unknown): unknown {
    if (error instanceof AppError) return error;
    const code = primaryCode(error);
    if (code === null) return error;
    const { path } = this;
    const reason = error instanceof Error ? error.message : String(error);
    if (extendedCode(error) === NO_ROOM_FOR_LOCKS) return storeError('store/full', { path, reason }, error);
    switch (code) {
      case SQLITE.busy:
      case SQLITE.locked:
        return storeError('store/busy', { path, waitedMs: this.#busyMs }, error);
      case SQLITE.readOnly:
        // Reading needs a file of locks beside the store, which may be refused as well.
        return storeError(this.#isReadOnly ? 'store/failed' : 'store/read-only', { path, reason }, error);
      case SQLITE.full:
        return storeError('store/full', { path, reason }, error);
      case SQLITE.corrupt:
      case SQLITE.notADatabase:
        return storeError('store/damaged', { path, reason }, error);
      default:
        return storeError('store/failed', { path, reason }, error);
    }
  }

  #transaction<T>(begin: string, body: () => T): T {
    if (this.#depth > 0) return body();
    this.run(begin);
    this.#depth += 1;
    let isDone = false;
    try {
      const result = body();
      this.run('COMMIT');
      isDone = true;
      return result;
    } finally {
      this.#depth -= 1;
      if (!isDone && this.#database.isTransaction) this.#database.exec('ROLLBACK');
    }
  }
}

export type SqlValue = null | number | string | Uint8Array;

/** Whether SQLite says that the file is not, or is no longer, a sound database. */
export function isDamage(error: unknown): boolean {
  const code = primaryCode(error);
  return code === SQLITE.corrupt || code === SQLITE.notADatabase;
}

/** Whether an error comes from SQLite at all. */
export function isSqliteError(error: unknown): boolean {
  return primaryCode(error) !== null;
}

function primaryCode(error: unknown): number | null {
  const code = extendedCode(error);
  return code === null ? null : code & 0xff;
}

function extendedCode(error: unknown): number | null {
  if (!(error instanceof Error)) return null;
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode;
  return error.cause === undefined ? null : extendedCode(error.cause);
}
