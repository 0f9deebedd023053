import { join } from 'node:path';
import { AppError } from '@kilowink/core/error';
import { type Clock, DAY_MS } from '@kilowink/core/time';
import { LEVEL, monthStartMs, utcMonth } from '../block/levels.ts';
import { storeError } from '../errors.ts';
import { SCHEMA_VERSION } from '../migrations/index.ts';
import type { StoreReader } from '../store.ts';
import { assertNoRestore } from './backup-swap.ts';
import { connectForReading, sizeOf } from './connect-reading.ts';
import { type Connection, isDamage } from './connection.ts';
import { inspectContent } from './inspect.ts';
import { STORE_FILE } from './open.ts';
import { makeParts, type Parts, SqliteReader } from './reader.ts';
import { APPLICATION_ID } from './schema.ts';
import { verifyLevels } from './verify-levels.ts';

/** Blocks of one kind. */
export interface SpaceUse {
  readonly count: number;
  readonly bytes: number;
}

/** What takes how much room. */
export interface StoreSpace {
  readonly raw: SpaceUse;
  readonly minutes: SpaceUse;
  readonly hours: SpaceUse;
  /**
   * Groups of measurements whose day is not sealed yet, and how many rows they hold: one for each time that a measurement was
   * written or dated anew.
   */
  readonly pending: SpaceUse & { readonly rows: number };
  /** Damaged blocks that were set aside. */
  readonly setAside: SpaceUse;
  /** Room inside the file that the next writes take. */
  readonly freeBytes: number;
  /** Bytes of file that a byte of block takes, its index included; 1 where there is none yet. */
  readonly fileBytesPerByte: number;
}

/** Where to look, and by which clock. */
export interface SurveyPlace {
  /** The data folder; it may be served meanwhile. */
  readonly folder: string;
  readonly clock: Clock;
}

/**
 * Opens a store to look at it, sound or not, without a byte written; the folder may be one that can not be written.
 * Throws `store/missing`, `store/newer`, `store/foreign`, `store/restoring`, and `store/failed` where nothing can be told.
 */
export function openSurvey({ folder, clock }: SurveyPlace): StoreSurvey {
  const path = join(folder, STORE_FILE);
  assertNoRestore(folder);
  if (sizeOf(path) === 0) throw storeError('store/missing', { path });
  const connection = connectForReading(path);
  try {
    return new StoreSurvey(connection, clock);
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** A look at a store: each part of it tells what it can, whatever else is damaged. */
export class StoreSurvey {
  /** 0 where the file does not tell. */
  readonly schema: number;
  /** The schema that this program reads and writes. */
  readonly knownSchema = SCHEMA_VERSION;
  readonly path: string;
  /** Null for a store of an older schema, or one that is too damaged to be read. */
  readonly reader: StoreReader | null;
  readonly #connection: Connection;
  readonly #parts: Parts | null;
  readonly #faults: string[] = [];

  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection;
    this.path = connection.path;
    this.schema = this.#attempt(() => this.#readSchema()) ?? 0;
    const parts = this.schema === SCHEMA_VERSION ? this.#attempt(() => makeParts(connection)) : null;
    this.#parts = parts;
    this.reader =
      parts === null
        ? null
        : this.#attempt(() => new SqliteReader(parts, { readOnly: true, isServing: false, clock }));
  }

  /**
   * What is wrong with the file, a line each. Quick: the structure of every page and the checksum of every block and group.
   * Thorough: that the indexes lead to the rows too, every block opened, and what was summed compared with its points.
   */
  inspect(isThorough: boolean): readonly string[] {
    const fault = this.#attempt(() =>
      inspectContent(this.#connection, isThorough ? 'integrity_check' : 'quick_check'),
    );
    if (fault !== null) this.#faults.push(fault);
    const parts = this.#parts;
    if (parts !== null) this.#attempt(() => this.#inspectParts(parts, isThorough));
    return this.#faults;
  }

  /** What takes how much room; null where the file is too damaged to tell. */
  space(): StoreSpace | null {
    return this.#attempt(() => {
      const [raw, minutes, hours] = [LEVEL.raw, LEVEL.minutes, LEVEL.hours].map((level) =>
        this.#use('SELECT count(*), sum(length(data)), 0 FROM block WHERE level = ?', level),
      );
      const blockBytes = (raw?.bytes ?? 0) + (minutes?.bytes ?? 0) + (hours?.bytes ?? 0);
      const [fileBytes] =
        this.#connection.row<[number | null]>(
          "SELECT sum(pgsize) FROM dbstat WHERE aggregate = TRUE AND name IN ('block', 'block_by_period')",
        ) ?? [];
      return {
        raw: raw ?? NO_USE,
        minutes: minutes ?? NO_USE,
        hours: hours ?? NO_USE,
        pending: this.#pending(),
        setAside: this.#use('SELECT count(*), sum(length(data)), 0 FROM damaged_block'),
        freeBytes: this.#pragma('freelist_count') * this.#pragma('page_size'),
        fileBytesPerByte: blockBytes === 0 ? 1 : (fileBytes ?? blockBytes) / blockBytes,
      };
    });
  }

  /**
   * How many bytes the blocks of each UTC day take (days since 1970), from `fromDay` on; those of a month's hours are shared
   * out to its days. Null where the file is too damaged to tell.
   */
  bytesByDay(fromDay: number): ReadonlyMap<number, number> | null {
    const month = utcMonth(fromDay * DAY_MS);
    const firstDay = monthStartMs(month) / DAY_MS;
    return this.#attempt(() => {
      const days = new Map(
        this.#connection.rows<[number, number]>(
          'SELECT period, sum(length(data)) FROM block WHERE level < 2 AND period >= ? GROUP BY period ORDER BY period',
          firstDay,
        ),
      );
      const months = new Map(
        this.#connection.rows<[number, number]>(
          'SELECT period, sum(length(data)) FROM block WHERE level = 2 AND period >= ? GROUP BY period',
          month,
        ),
      );
      const dayCounts = new Map<number, number>();
      for (const day of days.keys()) {
        const of = utcMonth(day * DAY_MS);
        dayCounts.set(of, (dayCounts.get(of) ?? 0) + 1);
      }
      const shared = [...days].map(([day, bytes]): [number, number] => {
        const of = utcMonth(day * DAY_MS);
        return [day, bytes + (months.get(of) ?? 0) / (dayCounts.get(of) ?? 1)];
      });
      return new Map(shared.filter(([day]) => day >= fromDay));
    });
  }

  close(): void {
    this.#connection.close();
  }

  #readSchema(): number {
    const schema = this.#pragma('user_version');
    const { path } = this;
    if (schema > SCHEMA_VERSION)
      throw storeError('store/newer', { path, found: schema, known: SCHEMA_VERSION });
    const found = this.#pragma('application_id');
    // Another program's database; ours without its mark is damaged, and still has our tables.
    const ours = this.#connection.row<[number]>(
      "SELECT count(*) FROM sqlite_schema WHERE name IN ('block', 'series')",
    );
    if (found !== APPLICATION_ID && ours?.[0] !== 2) throw storeError('store/foreign', { path, found });
    return schema;
  }

  #inspectParts(parts: Parts, isThorough: boolean): void {
    const { blocks, journal } = parts;
    blocks.verify();
    for (const _ of journal.after(0)) {
      // Opening a group is what checks it.
    }
    const levelFaults = isThorough ? verifyLevels(parts) : [];
    this.#faults.push(
      ...blocks.bad
        .splice(0)
        .map(
          ({ series, level, period, reason }) =>
            `block of series ${series}, level ${level}, period ${period}: ${reason}`,
        ),
      ...journal.bad.splice(0).map(({ id, reason }) => `group ${id} of the journal: ${reason}`),
      ...levelFaults,
    );
  }

  /** Schemas before the journal keep what is pending as rows. */
  #pending(): StoreSpace['pending'] {
    const [name] =
      this.#connection.row<[string]>("SELECT name FROM sqlite_schema WHERE name = 'journal'") ?? [];
    if (name !== undefined)
      return this.#use('SELECT count(*), sum(length(data)), sum(row_count) FROM journal');
    const [rows] =
      this.#connection.row<[number]>(
        'SELECT (SELECT count(*) FROM hot_window) + (SELECT count(*) FROM hot_point)',
      ) ?? [];
    return { count: 0, bytes: 0, rows: rows ?? 0 };
  }

  #use(sql: string, ...values: number[]): SpaceUse & { rows: number } {
    const [count, bytes, rows] =
      this.#connection.row<[number, number | null, number | null]>(sql, ...values) ?? [];
    return { count: count ?? 0, bytes: bytes ?? 0, rows: rows ?? 0 };
  }

  #pragma(name: string): number {
    return this.#connection.row<[number]>(`PRAGMA ${name}`)?.[0] ?? 0;
  }

  /** What damage leaves unknown is null, and the damage is among the faults. */
  #attempt<T>(work: () => T): T | null {
    try {
      return this.#connection.read(work);
    } catch (error) {
      if (!isDamage(error)) throw error;
      const reason = error instanceof AppError ? String(error.details['reason']) : String(error);
      if (!this.#faults.includes(reason)) this.#faults.push(reason);
      return null;
    }
  }
}

const NO_USE: SpaceUse = { count: 0, bytes: 0 };
