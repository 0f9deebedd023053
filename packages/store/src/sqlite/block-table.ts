import type { Fault, Result } from '@kilowink/core/error';
import { decodePoints, decodeRollup, type Points, type Rollup } from '@kilowink/core/series';
import { DAY_MS, type EpochMs, utcDay } from '@kilowink/core/time';
import { checkBlock, openBlock } from '../block/envelope.ts';
import { decodeMonth, type MonthHours } from '../block/hours-codec.ts';
import { LEVEL, type Level, minutesFrame } from '../block/levels.ts';
import { storeError } from '../errors.ts';
import type { SeriesId } from '../store.ts';
import { ByteCache } from './byte-cache.ts';
import type { Connection } from './connection.ts';

/** Which block. The period is a UTC day, or for hours a UTC month. */
export interface BlockKey {
  readonly series: SeriesId;
  readonly level: Level;
  readonly period: number;
}

/** A block that did not open, and why. */
export interface BadBlock extends BlockKey {
  readonly reason: string;
}

/** A block to write, or null to remove what is there. */
export interface BlockWrite extends BlockKey {
  readonly data: Uint8Array | null;
  readonly firstMs: EpochMs | null;
  readonly lastMs: EpochMs | null;
}

/** When the first point of a series' sealed days starts and the last one ends. */
export interface SealedExtent {
  readonly firstMs: EpochMs;
  readonly lastMs: EpochMs;
}

type Decoded = Points | Rollup | MonthHours;
type Decode = (bytes: Uint8Array) => Result<Decoded, Fault>;

/** Twenty days of points, or four months of minutes: what one page looks at, while the server stays small. */
const CACHE_BYTES_MAX = 8 * 1024 * 1024;
/** Some 50 kB of memory. */
const ABSENT_MAX = 1_000;
const PERIODS = 8_000_000;

/** The sealed blocks: decoded on demand, the last used ones kept. */
export class BlockTable {
  /** Blocks that did not open since the last time someone emptied this. They read as nothing. */
  readonly bad: BadBlock[] = [];
  #badCount = 0;
  /** Those up to this one were verified; infinite once that is done. */
  #verifiedId = 0;
  readonly #connection: Connection;
  readonly #cache = new ByteCache<Decoded>(CACHE_BYTES_MAX);
  /** Blocks known not to be there: each new point asks for that of its day. */
  readonly #absent = new Set<number>();
  /** Of each series, with the days that were looked at for it: a list of thousands of series must not ask the file for each. */
  readonly #extents = new Map<SeriesId, { readonly reach: number; readonly extent: SealedExtent | null }>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  points(series: SeriesId, day: number): Points | null {
    const key = { series, level: LEVEL.raw, period: day };
    return this.#block(key, (bytes) => decodePoints(bytes, day * DAY_MS)) as Points | null;
  }

  minutes(series: SeriesId, day: number): Rollup | null {
    const key = { series, level: LEVEL.minutes, period: day };
    return this.#block(key, (bytes) => decodeRollup(bytes, minutesFrame(day))) as Rollup | null;
  }

  hours(series: SeriesId, month: number): MonthHours | null {
    const key = { series, level: LEVEL.hours, period: month };
    return this.#block(key, (bytes) => decodeMonth(bytes, month)) as MonthHours | null;
  }

  /** The months that have hours, from `from` to `to` inclusive; those not kept are fetched in one go. */
  loadHours(series: SeriesId, from: number, to: number): number[] {
    const level = LEVEL.hours;
    const months = this.periods({ series, level }, from, to);
    const absent = months.filter((period) => !this.#cache.has(cacheKey({ series, level, period })));
    if (absent.length > 1) {
      const rows = this.#connection.rows<[number, Uint8Array]>(
        'SELECT period, data FROM block WHERE series = ? AND level = ? AND period BETWEEN ? AND ? ORDER BY period',
        series,
        level,
        absent[0] ?? from,
        absent.at(-1) ?? to,
      );
      for (const [period, data] of rows) {
        this.#open({ series, level, period }, data, (bytes) => decodeMonth(bytes, period));
      }
    }
    return months;
  }

  /** The periods that have a block of that level, from `from` to `to` inclusive, ascending. */
  periods(key: { series: SeriesId; level: Level }, from: number, to: number): number[] {
    return this.#connection
      .rows<[number]>(
        'SELECT period FROM block WHERE series = ? AND level = ? AND period BETWEEN ? AND ? ORDER BY period',
        key.series,
        key.level,
        clampPeriod(from),
        clampPeriod(to),
      )
      .map((row) => row[0]);
  }

  /**
   * How far the sealed days of a series reach; null where it has none. Long points may reach past the blocks at the ends, so
   * `reach` days are looked at beyond the first and the last.
   */
  extent(series: SeriesId, reach: number): SealedExtent | null {
    const kept = this.#extents.get(series);
    if (kept !== undefined && kept.reach === reach) return kept.extent;
    const row = this.#connection.row<[number | null, number | null]>(
      `WITH bound AS (
         SELECT (SELECT min(period) FROM block WHERE series = ?1 AND level = 0) AS first,
                (SELECT max(period) FROM block WHERE series = ?1 AND level = 0) AS last)
       SELECT
         (SELECT min(first_ms) FROM block WHERE series = ?1 AND level = 0 AND period <= bound.first + ?2),
         (SELECT max(last_ms) FROM block WHERE series = ?1 AND level = 0 AND period >= bound.last - ?2)
       FROM bound`,
      series,
      reach,
    );
    const [firstMs, lastMs] = row ?? [null, null];
    const extent = firstMs === null || lastMs === null ? null : { firstMs, lastMs };
    this.#extents.set(series, { reach, extent });
    return extent;
  }

  /** The days that have points which reach into [`fromMs`, `toMs`), ascending; none of the series is longer than `longestMs`. */
  daysTouching(
    series: SeriesId,
    { fromMs, toMs }: { readonly fromMs: EpochMs; readonly toMs: EpochMs },
    longestMs: number,
  ): number[] {
    return this.#connection
      .rows<[number]>(
        `SELECT period FROM block WHERE series = ? AND level = ? AND period BETWEEN ? AND ? AND last_ms > ? AND first_ms < ?
         ORDER BY period`,
        series,
        LEVEL.raw,
        clampPeriod(utcDay(fromMs - longestMs)),
        clampPeriod(utcDay(toMs + longestMs)),
        fromMs,
        toMs,
      )
      .map((row) => row[0]);
  }

  /** Writes in the caller's transaction. */
  write(block: BlockWrite): void {
    const { series, level, period, data } = block;
    this.#extents.delete(series);
    this.#cache.delete(cacheKey(block));
    this.#absent.delete(cacheKey(block));
    if (data === null) {
      this.#connection.run(
        'DELETE FROM block WHERE series = ? AND level = ? AND period = ?',
        series,
        level,
        period,
      );
      return;
    }
    this.#connection.run(
      `INSERT INTO block (series, level, period, first_ms, last_ms, data) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (series, level, period) DO UPDATE SET
         first_ms = excluded.first_ms, last_ms = excluded.last_ms, data = excluded.data`,
      series,
      level,
      period,
      block.firstMs,
      block.lastMs,
      data,
    );
  }

  /** The block as it is stored. */
  data(key: BlockKey): Uint8Array | null {
    const row = this.#connection.row<[Uint8Array]>(
      'SELECT data FROM block WHERE series = ? AND level = ? AND period = ?',
      key.series,
      key.level,
      key.period,
    );
    return row?.[0] ?? null;
  }

  /**
   * Finds the blocks whose checksum does not hold, from where the call before stopped, until `isEnough`. Returns whether each
   * was looked at once.
   */
  verify(isEnough: () => boolean = () => false): boolean {
    if (this.#verifiedId === Number.POSITIVE_INFINITY) return true;
    const blocks = this.#connection
      .statement('SELECT id, series, level, period, data FROM block WHERE id > ? ORDER BY id')
      .iterate(this.#verifiedId) as unknown as Iterable<[number, SeriesId, Level, number, Uint8Array]>;
    for (const [id, series, level, period, data] of blocks) {
      const checked = checkBlock(data);
      if (!checked.ok) this.#reportBad({ series, level, period, reason: checked.fault.message });
      this.#verifiedId = id;
      if (isEnough()) return false;
    }
    this.#verifiedId = Number.POSITIVE_INFINITY;
    return true;
  }

  /** How many blocks did not open so far: what was read while this rose is not to be written back. */
  get badCount(): number {
    return this.#badCount;
  }

  /** Throws `store/damaged` where a block did not open and is not set aside yet: what were written now would take its place. */
  assertSound(): void {
    const [first] = this.bad;
    if (first === undefined) return;
    const { series, level, period, reason } = first;
    const { path } = this.#connection;
    throw storeError('store/damaged', { path, reason: `block ${series}/${level}/${period}: ${reason}` });
  }

  forget(): void {
    this.#cache.clear();
    this.#absent.clear();
    this.#extents.clear();
  }

  #block(key: BlockKey, decode: Decode): Decoded | null {
    const place = cacheKey(key);
    const kept = this.#cache.get(place);
    if (kept !== undefined) return kept;
    if (this.#absent.has(place)) return null;
    const data = this.data(key);
    if (data !== null) return this.#open(key, data, decode);
    if (this.#absent.size >= ABSENT_MAX) this.#absent.clear();
    this.#absent.add(place);
    return null;
  }

  #open(key: BlockKey, data: Uint8Array, decode: Decode): Decoded | null {
    const opened = openBlock(data);
    const decoded = opened.ok ? decode(opened.value) : opened;
    if (!decoded.ok) {
      this.#reportBad({ ...key, reason: decoded.fault.message });
      return null;
    }
    this.#cache.put(cacheKey(key), decoded.value, sizeOf(decoded.value));
    return decoded.value;
  }

  #reportBad(block: BadBlock): void {
    if (this.bad.some((other) => cacheKey(other) === cacheKey(block))) return;
    this.bad.push(block);
    this.#badCount += 1;
  }
}

function sizeOf(decoded: Decoded): number {
  if ('starts' in decoded) {
    const countBytes = (decoded.reports?.byteLength ?? 0) + (decoded.disagreements?.byteLength ?? 0);
    return decoded.starts.byteLength * 3 + countBytes;
  }
  const rollup = 'rollup' in decoded ? decoded.rollup : decoded;
  return rollup.count * 6 * 8;
}

function cacheKey(key: BlockKey): number {
  return (key.series * 4 + key.level) * PERIODS + key.period + PERIODS / 2;
}

function clampPeriod(period: number): number {
  return Math.max(-PERIODS / 2, Math.min(PERIODS / 2, period));
}
