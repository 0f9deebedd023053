import { encodePoints, encodeRollup, type Kind, type Points, rollUp } from '@kilowink/core/series';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';
import { sealBlock, sealPlainBlock } from '../block/envelope.ts';
import { DAY_STATE, emptyMonth, encodeMonth, type MonthHours } from '../block/hours-codec.ts';
import { dayHoursFrame, LEVEL, minutesFrame, monthStartMs, utcMonth } from '../block/levels.ts';
import type { SeriesId } from '../store.ts';
import type { BlockTable, BlockWrite } from './block-table.ts';

/** A day of this many points or fewer is read whole faster than its minutes would be. */
const POINTS_WITHOUT_MINUTES_MAX = 1440;

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
    const series = this.#series;
    const count = points.starts.length;
    const longestMs = maxOf(points.durationsMs);
    const hasMinutes = longestMs <= MINUTE_MS && count > POINTS_WITHOUT_MINUTES_MAX;
    this.#days.push({
      series,
      level: LEVEL.raw,
      period: day,
      data: count === 0 ? null : sealBlock(encodePoints(points, day * DAY_MS), this.#level),
      firstMs: points.starts[0] ?? null,
      lastMs: lastEndMs(points),
    });
    this.#days.push({
      series,
      level: LEVEL.minutes,
      period: day,
      data: hasMinutes
        ? sealBlock(encodeRollup(rollUp(points, minutesFrame(day), this.#kind)), this.#level)
        : null,
      firstMs: null,
      lastMs: null,
    });
    this.setHours(day, points);
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
    const longestMs = maxOf(points.durationsMs);
    const month = utcMonth(day * DAY_MS);
    const hours = this.#month(month);
    const dayOfMonth = day - monthStartMs(month) / DAY_MS;
    const fits = longestMs <= HOUR_MS;
    const state = fits ? DAY_STATE.hours : DAY_STATE.points;
    hours.dayStates[dayOfMonth] = points.starts.length === 0 ? DAY_STATE.none : state;
    const rollup = rollUp(points, dayHoursFrame(day), this.#kind);
    for (const name of HOUR_COLUMNS) {
      const column = hours.rollup[name];
      if (fits) column.set(rollup[name], dayOfMonth * 24);
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

function maxOf(column: Float64Array): number {
  let highest = 0;
  for (let index = 0; index < column.length; index += 1) highest = Math.max(highest, column[index] as number);
  return highest;
}

function lastEndMs(points: Points): EpochMs | null {
  let endMs: number | null = null;
  for (let index = 0; index < points.starts.length; index += 1) {
    endMs = Math.max(
      endMs ?? Number.NEGATIVE_INFINITY,
      (points.starts[index] as number) + (points.durationsMs[index] as number),
    );
  }
  return endMs;
}
