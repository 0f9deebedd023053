import { type Kind, type Points, rollUp } from '@kilowink/core/series';
import { DAY_MS, HOUR_MS } from '@kilowink/core/time';
import { sealPlainBlock } from '../block/envelope.ts';
import { DAY_STATE, emptyMonth, encodeMonth, type MonthHours } from '../block/hours-codec.ts';
import { dayHoursFrame, LEVEL, monthStartMs, utcMonth } from '../block/levels.ts';
import type { SeriesId } from '../store.ts';
import type { BlockTable, BlockWrite } from './block-table.ts';
import { longestOf } from './day-parts.ts';
import { type PackedDay, packDay } from './pack-day.ts';

/**
 * Prepares the blocks of whole days of a series: the points, their minutes, and the hours of the months they are in.
 * Preparing reads and compresses; `writes` then go to the file in one short transaction.
 */
export class DayWriter {
  readonly #blocks: BlockTable;
  readonly #series: SeriesId;
  readonly #kind: Kind;
  readonly #level: number;
  readonly #days: BlockWrite[] = [];
  readonly #months = new Map<number, MonthHours>();
  dayCount = 0;

  /** `level`: how hard zstd tries, see the block's envelope. */
  constructor(blocks: BlockTable, series: { readonly id: SeriesId; readonly kind: Kind }, level: number) {
    this.#level = level;
    this.#blocks = blocks;
    this.#series = series.id;
    this.#kind = series.kind;
  }

  /** Replaces the day by these points, which ascend and have their midpoints in it; no points remove it. */
  setDay(day: number, points: Points): void {
    this.setPacked(packDay(day, points, { kind: this.#kind, level: this.#level }));
  }

  /** Replaces the day by what was packed for it. */
  setPacked(packed: PackedDay): void {
    const { day: period, firstMs, endMs } = packed;
    const series = this.#series;
    this.#days.push(
      { series, level: LEVEL.raw, period, data: packed.points, firstMs, lastMs: endMs },
      { series, level: LEVEL.minutes, period, data: packed.minutes, firstMs: null, lastMs: null },
    );
    this.#putHours(packed);
    this.dayCount += 1;
  }

  writes(): BlockWrite[] {
    const months = [...this.#months].map(([month, hours]) => ({
      series: this.#series,
      level: LEVEL.hours,
      period: month,
      data: hours.dayStates.some((state) => state !== DAY_STATE.none)
        ? sealPlainBlock(encodeMonth(hours))
        : null,
      firstMs: null,
      lastMs: null,
    }));
    return [...this.#days, ...months];
  }

  /** Replaces the hours of the day alone. */
  setHours(day: number, points: Points): void {
    const hours = rollUp(points, dayHoursFrame(day), this.#kind);
    this.#putHours({ day, count: points.starts.length, hours, longestMs: longestOf(points.durationsMs) });
  }

  #putHours(packed: Pick<PackedDay, 'day' | 'count' | 'hours' | 'longestMs'>): void {
    const { day } = packed;
    const month = utcMonth(day * DAY_MS);
    const hours = this.#month(month);
    const dayOfMonth = day - monthStartMs(month) / DAY_MS;
    const fits = packed.longestMs <= HOUR_MS;
    const state = fits ? DAY_STATE.hours : DAY_STATE.points;
    hours.dayStates[dayOfMonth] = packed.count === 0 ? DAY_STATE.none : state;
    for (const name of HOUR_COLUMNS) {
      const column = hours.rollup[name];
      if (fits) column.set(packed.hours[name], dayOfMonth * 24);
      else column.fill(0, dayOfMonth * 24, dayOfMonth * 24 + 24);
    }
  }

  /** A copy of the month as it stands, for this writer to change. */
  #month(month: number): MonthHours {
    const kept = this.#months.get(month);
    if (kept !== undefined) return kept;
    const stored = this.#blocks.hours(this.#series, month);
    const made = emptyMonth(month);
    if (stored !== null) {
      made.dayStates.set(stored.dayStates);
      for (const name of HOUR_COLUMNS) made.rollup[name].set(stored.rollup[name]);
    }
    this.#months.set(month, made);
    return made;
  }
}

const HOUR_COLUMNS = [
  'sums',
  'validMs',
  'minValues',
  'minDurationsMs',
  'maxValues',
  'maxDurationsMs',
] as const;
