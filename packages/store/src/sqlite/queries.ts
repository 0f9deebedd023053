import {
  ALL_TIME,
  BucketFold,
  type Buckets,
  concatPoints,
  type FoldRange,
  lowerBound,
  type Points,
  pickPoints,
  SHORT_MS,
  shortestBucketMs,
  slicePoints,
  sortPoints,
} from '@kilowink/core/series';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, utcDay } from '@kilowink/core/time';
import { DAY_STATE } from '../block/hours-codec.ts';
import { LEVEL, monthStartMs, utcMonth } from '../block/levels.ts';
import type { SeriesId, Total } from '../store.ts';
import type { BlockTable } from './block-table.ts';
import type { HotTail } from './hot-tail.ts';
import type { SeriesKinds } from './series-kinds.ts';

/** Answers from blocks and hot tail; each on one snapshot that the caller holds. */
export class Queries {
  readonly #blocks: BlockTable;
  readonly #hot: HotTail;
  readonly #kinds: SeriesKinds;

  constructor(parts: { blocks: BlockTable; hot: HotTail; kinds: SeriesKinds }) {
    this.#blocks = parts.blocks;
    this.#hot = parts.hot;
    this.#kinds = parts.kinds;
  }

  /**
   * `longestMs`: no point of the series lasts longer. `stepMs`: how long the buckets are that these are parts of; the
   * shortest of these when left out.
   */
  buckets(
    series: SeriesId,
    edges: Float64Array,
    { longestMs, stepMs: givenMs }: { longestMs: number; stepMs?: number | undefined },
  ): Buckets {
    const shortestMs = shortestBucketMs(edges);
    const stepMs = givenMs ?? shortestMs;
    const finestMs = Math.min(stepMs, shortestMs);
    const fold = new BucketFold(edges, this.#kinds.of(series), stepMs);
    if (edges.length > 1) {
      const fromMs = edges[0] as number;
      const toMs = edges[edges.length - 1] as number;
      const useMinutes = longestMs <= SHORT_MS;
      if (finestMs >= HOUR_MS) {
        // A point of up to an hour is in the hour of its midpoint.
        const marginMs = longestMs > HOUR_MS ? longestMs : 0;
        const range = { fromMs: floorHour(fromMs - marginMs), toMs: -floorHour(-toMs - marginMs) };
        this.#addHours({ fold, series, range, cuts: cutsOf(edges, useMinutes) });
      } else {
        const range = { fromMs, toMs };
        this.#addTouching({
          fold,
          series,
          range,
          longestMs,
          useMinutes: useMinutes && onMinutes(edges, finestMs),
        });
      }
      this.#addHot(fold, series);
    }
    return fold.finish();
  }

  /** As the one bucket of that range. */
  total(series: SeriesId, range: FoldRange, longestMs: number): Omit<Total, 'recoveredSum'> {
    if (range.fromMs >= range.toMs) return { sum: 0, validMs: 0 };
    const edges = Float64Array.of(range.fromMs, range.toMs);
    const { sums, validMs } = this.buckets(series, edges, { longestMs, stepMs: Number.POSITIVE_INFINITY });
    return { sum: sums[0] || 0, validMs: validMs[0] as number };
  }

  /** The points with midpoint in the UTC day, from blocks and hot tail, ascending. */
  day(series: SeriesId, day: number): Points {
    const parts: Points[] = [];
    const sealed = this.#blocks.points(series, day);
    if (sealed !== null) parts.push(sealed);
    for (const points of this.#hotParts(series)) {
      const picked = pickDay(points, day);
      if (picked.starts.length > 0) parts.push(picked);
    }
    // A block's points ascend.
    return sealed !== null && parts.length === 1 ? sealed : sortPoints(concatPoints(parts));
  }

  /** The UTC days from `from` to `to` inclusive on which points have their midpoints, ascending. */
  days(series: SeriesId, from: number, to: number): number[] {
    const days = new Set(this.#blocks.periods({ series, level: LEVEL.raw }, from, to));
    for (const points of this.#hotParts(series)) {
      for (let index = 0; index < points.starts.length; index += 1) {
        const day = utcDay((points.starts[index] as number) + (points.durationsMs[index] as number) / 2);
        if (day >= from && day <= to) days.add(day);
      }
    }
    return [...days].sort((left, right) => left - right);
  }

  #addHours(query: { fold: BucketFold; series: SeriesId; range: FoldRange; cuts: Cuts }): void {
    const { fold, series, range, cuts } = query;
    for (const month of this.#blocks.loadHours(series, utcMonth(range.fromMs), utcMonth(range.toMs - 1))) {
      const hours = this.#blocks.hours(series, month);
      if (hours === null) {
        const startMs = Math.max(range.fromMs, monthStartMs(month));
        const endMs = Math.min(range.toMs, monthStartMs(month + 1));
        this.#addMids(fold, series, { fromMs: startMs, toMs: endMs });
        continue;
      }
      fold.addRollup(hours.rollup, range);
      const firstDay = monthStartMs(month) / DAY_MS;
      for (let index = 0; index < hours.dayStates.length; index += 1) {
        const state = hours.dayStates[index];
        const day = firstDay + index;
        if (state === DAY_STATE.points) this.#addPoints({ fold, series, day, mids: range, starts: ALL_TIME });
        if (state === DAY_STATE.hours && cuts.hours.size > 0) this.#addCutHours({ fold, series, day, cuts });
      }
    }
  }

  #addCutHours(query: { fold: BucketFold; series: SeriesId; day: number; cuts: Cuts }): void {
    const { fold, series, day, cuts } = query;
    for (let hour = day * 24; hour < (day + 1) * 24; hour += 1) {
      if (!cuts.hours.has(hour)) continue;
      const mids = { fromMs: hour * HOUR_MS, toMs: (hour + 1) * HOUR_MS };
      const minutes = cuts.useMinutes ? this.#blocks.minutes(series, day) : null;
      if (minutes !== null) {
        fold.addRollup(minutes, mids);
        continue;
      }
      const points = this.#blocks.points(series, day);
      // A day whose hours are in the rollup has no point longer than an hour.
      if (points !== null) fold.addPoints(startsBetween(points, mids.fromMs - HOUR_MS, mids.toMs), mids);
    }
  }

  /** What lies in a range, from the days that have any of it. */
  #addTouching(query: {
    fold: BucketFold;
    series: SeriesId;
    range: FoldRange;
    longestMs: number;
    useMinutes: boolean;
  }): void {
    const { fold, series, range, longestMs, useMinutes } = query;
    // Whatever touches a bucket starts here; a day's other points need not be looked at.
    const starts = { fromMs: range.fromMs - longestMs, toMs: range.toMs };
    for (const day of this.#blocks.daysTouching(series, range, longestMs)) {
      const minutes = useMinutes ? this.#blocks.minutes(series, day) : null;
      if (minutes !== null) fold.addRollup(minutes, range);
      else this.#addPoints({ fold, series, day, mids: ALL_TIME, starts });
    }
  }

  #addMids(fold: BucketFold, series: SeriesId, mids: FoldRange): void {
    const [firstDay, lastDay] = [utcDay(mids.fromMs), utcDay(mids.toMs)];
    for (const day of this.#blocks.periods({ series, level: LEVEL.raw }, firstDay, lastDay))
      this.#addPoints({ fold, series, day, mids, starts: ALL_TIME });
  }

  #addPoints(query: {
    fold: BucketFold;
    series: SeriesId;
    day: number;
    mids: FoldRange;
    starts: FoldRange;
  }): void {
    const { fold, series, day, mids, starts } = query;
    const points = this.#blocks.points(series, day);
    if (points !== null) fold.addPoints(startsBetween(points, starts.fromMs, starts.toMs), mids);
  }

  #addHot(fold: BucketFold, series: SeriesId): void {
    for (const points of this.#hotParts(series)) fold.addPoints(points, ALL_TIME);
  }

  *#hotParts(series: SeriesId): Iterable<Points> {
    const hot = this.#hot.series(series);
    for (const run of hot.runs.values()) yield run.columns.points;
    yield hot.points.points;
  }
}

/** The points with midpoint in the day. */
function pickDay(points: Points, day: number): Points {
  const { starts, durationsMs } = points;
  const picked: number[] = [];
  for (let index = 0; index < starts.length; index += 1) {
    if (utcDay((starts[index] as number) + (durationsMs[index] as number) / 2) === day) picked.push(index);
  }
  return pickPoints(points, picked);
}

function floorHour(atMs: EpochMs): EpochMs {
  return Math.floor(atMs / HOUR_MS) * HOUR_MS;
}

function onMinutes(edges: Float64Array, finestMs: number): boolean {
  return finestMs >= MINUTE_MS && areMultiples(edges, MINUTE_MS);
}

// Long loops with nothing after them: compiled while they run, they need not be left again for what they never did before.
// A remainder of numbers that are no processor's whole numbers takes ten times as long as a quotient.

function areMultiples(edges: Float64Array, of: number): boolean {
  for (let index = 0; index < edges.length; index += 1) {
    const edge = edges[index] as number;
    if (Math.floor(edge / of) * of !== edge) return false;
  }
  return true;
}

/** The whole multiples of `of` below those that are none. */
function floorsOfOthers(edges: Float64Array, of: number): Set<number> {
  const floors = new Set<number>();
  for (let index = 0; index < edges.length; index += 1) {
    const edge = edges[index] as number;
    const floor = Math.floor(edge / of);
    if (floor * of !== edge) floors.add(floor);
  }
  return floors;
}

/** Hours that an edge cuts in two. */
interface Cuts {
  readonly hours: ReadonlySet<number>;
  /** Whether they can be read from their minutes. */
  readonly useMinutes: boolean;
}

function cutsOf(edges: Float64Array, useMinutes: boolean): Cuts {
  const hours = floorsOfOthers(edges, HOUR_MS);
  return { hours, useMinutes: useMinutes && hours.size > 0 && onMinutes(edges, MINUTE_MS) };
}

/** The part of ascending points that starts in [`fromMs`, `toMs`). */
export function startsBetween(points: Points, fromMs: EpochMs, toMs: EpochMs): Points {
  return slicePoints(points, lowerBound(points.starts, fromMs), lowerBound(points.starts, toMs));
}
