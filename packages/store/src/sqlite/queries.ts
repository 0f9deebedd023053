import {
  ALL_TIME,
  BucketFold,
  type Buckets,
  concatPoints,
  type FoldRange,
  lowerBound,
  type Points,
  pickPoints,
  type Rollup,
  slicePoints,
  sortPoints,
  TotalFold,
} from '@kilowink/core/series';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, utcDay } from '@kilowink/core/time';
import { DAY_STATE } from '../block/hours-codec.ts';
import { LEVEL, monthStartMs, utcMonth } from '../block/levels.ts';
import type { SeriesId, Total } from '../store.ts';
import type { BlockTable } from './block-table.ts';
import type { HotTail } from './hot-tail.ts';
import type { SeriesKinds } from './series-kinds.ts';

/** What sums points: into buckets, or into one total. */
interface Fold {
  addPoints(points: Points, mids: FoldRange): void;
  addRollup(rollup: Rollup, range: FoldRange): void;
}

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

  /** `longestMs`: no point of the series lasts longer. */
  buckets(series: SeriesId, edges: Float64Array, longestMs: number): Buckets {
    const fold = new BucketFold(edges, this.#kinds.of(series));
    if (edges.length > 1) {
      const shortestMs = shortestBucket(edges);
      const marginMs = longestMs > shortestMs ? longestMs : 0;
      const fromMs = (edges[0] as number) - marginMs;
      const toMs = (edges[edges.length - 1] as number) + marginMs;
      const range = { fromMs, toMs };
      if (shortestMs >= HOUR_MS) this.#addHours({ fold, series, range, cuts: cutsOf(edges) });
      else {
        // Whatever touches a bucket starts here; a day's other points need not be looked at.
        const starts = { fromMs: (edges[0] as number) - longestMs, toMs: edges[edges.length - 1] as number };
        const useMinutes = alignedToMinutes(edges, shortestMs);
        this.#addDays({ fold, series, range, mids: ALL_TIME, starts, useMinutes });
      }
      this.#addHot(fold, series);
    }
    return fold.finish();
  }

  /** `longestMs`: no point of the series lasts longer. */
  total(series: SeriesId, range: FoldRange, longestMs: number): Omit<Total, 'recoveredSum'> {
    const fold = new TotalFold(range, this.#kinds.of(series));
    if (range.fromMs < range.toMs) {
      const marginMs = Math.max(longestMs, HOUR_MS);
      const innerFromMs = Math.ceil((range.fromMs + marginMs) / HOUR_MS) * HOUR_MS;
      const innerToMs = Math.floor((range.toMs - marginMs) / HOUR_MS) * HOUR_MS;
      const outer = { fromMs: range.fromMs - longestMs, toMs: range.toMs + longestMs };
      if (innerFromMs < innerToMs) {
        const inner = { fromMs: innerFromMs, toMs: innerToMs };
        this.#addHours({ fold, series, range: inner, cuts: NO_CUTS });
        this.#addMids(fold, series, { fromMs: outer.fromMs, toMs: innerFromMs });
        this.#addMids(fold, series, { fromMs: innerToMs, toMs: outer.toMs });
      } else {
        this.#addMids(fold, series, outer);
      }
      this.#addHot(fold, series);
    }
    return { sum: fold.sum, validMs: fold.validMs };
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

  #addHours(query: { fold: Fold; series: SeriesId; range: FoldRange; cuts: Cuts }): void {
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

  #addCutHours(query: { fold: Fold; series: SeriesId; day: number; cuts: Cuts }): void {
    const { fold, series, day, cuts } = query;
    for (let hour = day * 24; hour < (day + 1) * 24; hour += 1) {
      if (!cuts.hours.has(hour)) continue;
      const mids = { fromMs: hour * HOUR_MS, toMs: (hour + 1) * HOUR_MS };
      const minutes = cuts.onMinutes ? this.#blocks.minutes(series, day) : null;
      if (minutes !== null) {
        fold.addRollup(minutes, mids);
        continue;
      }
      const points = this.#blocks.points(series, day);
      // A day whose hours are in the rollup has no point longer than an hour.
      if (points !== null) fold.addPoints(startsBetween(points, mids.fromMs - HOUR_MS, mids.toMs), mids);
    }
  }

  #addMids(fold: Fold, series: SeriesId, mids: FoldRange): void {
    this.#addDays({ fold, series, range: mids, mids, starts: ALL_TIME, useMinutes: false });
  }

  #addDays(query: {
    fold: Fold;
    series: SeriesId;
    range: FoldRange;
    mids: FoldRange;
    starts: FoldRange;
    useMinutes: boolean;
  }): void {
    const { fold, series, range, mids, starts, useMinutes } = query;
    const firstDay = utcDay(range.fromMs);
    const lastDay = utcDay(range.toMs);
    for (const day of this.#blocks.periods({ series, level: LEVEL.raw }, firstDay, lastDay)) {
      const minutes = useMinutes ? this.#blocks.minutes(series, day) : null;
      if (minutes !== null) fold.addRollup(minutes, range);
      else this.#addPoints({ fold, series, day, mids, starts });
    }
  }

  #addPoints(query: { fold: Fold; series: SeriesId; day: number; mids: FoldRange; starts: FoldRange }): void {
    const { fold, series, day, mids, starts } = query;
    const points = this.#blocks.points(series, day);
    if (points !== null) fold.addPoints(startsBetween(points, starts.fromMs, starts.toMs), mids);
  }

  #addHot(fold: Fold, series: SeriesId): void {
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

function shortestBucket(edges: Float64Array): number {
  let shortestMs = Number.POSITIVE_INFINITY;
  for (let index = 1; index < edges.length; index += 1) {
    shortestMs = Math.min(shortestMs, (edges[index] as number) - (edges[index - 1] as number));
  }
  return shortestMs;
}

function alignedToMinutes(edges: Float64Array, shortestMs: number): boolean {
  return shortestMs >= MINUTE_MS && edges.every((edgeMs) => edgeMs % MINUTE_MS === 0);
}

/** Hours that an edge cuts in two. */
interface Cuts {
  readonly hours: ReadonlySet<number>;
  /** Whether every edge is on a whole minute. */
  readonly onMinutes: boolean;
}

const NO_CUTS: Cuts = { hours: new Set(), onMinutes: true };

function cutsOf(edges: Float64Array): Cuts {
  const hours = new Set<number>();
  for (const edgeMs of edges) if (edgeMs % HOUR_MS !== 0) hours.add(Math.floor(edgeMs / HOUR_MS));
  return { hours, onMinutes: edges.every((edgeMs) => edgeMs % MINUTE_MS === 0) };
}

/** The part of ascending points that starts in [`fromMs`, `toMs`). */
export function startsBetween(points: Points, fromMs: EpochMs, toMs: EpochMs): Points {
  return slicePoints(points, lowerBound(points.starts, fromMs), lowerBound(points.starts, toMs));
}
