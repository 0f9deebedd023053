import { assert } from '../error/index.ts';
import { type EpochMs, HOUR_MS } from '../time/index.ts';
import { heldFromMs, heldToMs, isTimed } from './placement.ts';
import type { Buckets, Points } from './points.ts';
import type { Kind } from './quantity.ts';
import type { Rollup } from './rollup.ts';
import { giveColumn, takeColumn } from './spare-columns.ts';

/** Points and rollup buckets considered, by midpoint or by whole bucket: [`fromMs`, `toMs`). */
export interface FoldRange {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

/** Everything. */
export const ALL_TIME: FoldRange = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

/**
 * Sums points into the buckets between consecutive edges. What a point holds counts evenly from `heldFromMs` to `heldToMs`,
 * so every point is placed once, wherever the edges are, and sums stay whole where no edge cuts it.
 *
 * A gauge's point counts as the amount value × ms, so that its sums are as exact as those of energy, and a bucket's mean
 * is its sum over the time measured.
 */
export class BucketFold {
  readonly #edges: Float64Array;
  readonly #sums: Float64Array;
  readonly #validMs: Float64Array;
  readonly #rateMin: Float64Array;
  readonly #rateMax: Float64Array;
  readonly #isGauge: boolean;
  readonly #stepMs: number;
  /** What was held by the time it lasted; null as long as that is what `sums` are. */
  #timedSums: Float64Array | null = null;

  /**
   * `edges` ascend strictly; one bucket fewer than edges. `stepMs`: how long the buckets are that these are parts of; where
   * they are shorter than what holds points whole, the time measured is told by time.
   */
  constructor(edges: Float64Array, kind: Kind = 'sum', stepMs = shortestBucketMs(edges)) {
    this.#isGauge = kind === 'mean';
    this.#stepMs = stepMs;
    const count = Math.max(0, edges.length - 1);
    assertAscending(edges);
    this.#edges = edges;
    this.#sums = takeColumn(count, 0);
    this.#validMs = takeColumn(count, 0);
    this.#rateMin = takeColumn(count, Number.POSITIVE_INFINITY);
    this.#rateMax = takeColumn(count, Number.NEGATIVE_INFINITY);
  }

  /** Adds the points with midpoint in `range`. Fastest when they ascend, right in any order. */
  addPoints(points: Points, range: FoldRange): void {
    const edges = this.#edges;
    const last = edges.length - 2;
    if (last < 0) return;
    const { starts, durationsMs, values } = points;
    const [firstMs, lastMs] = [edges[0] as number, edges[last + 1] as number];
    let bucket = 0;
    let bucketMs = edges[0] as number;
    let nextMs = edges[1] as number;
    for (let index = 0; index < starts.length; index += 1) {
      const durationMs = durationsMs[index] as number;
      const startMs = starts[index] as number;
      const endMs = startMs + durationMs;
      const midMs = startMs + durationMs / 2;
      if (midMs < range.fromMs || midMs >= range.toMs || endMs <= firstMs || startMs >= lastMs) continue;
      if (startMs < bucketMs || endMs > nextMs) {
        bucket = walk(edges, bucket, midMs);
        bucketMs = edges[bucket] as number;
        nextMs = edges[bucket + 1] as number;
      }
      const value = values[index] as number;
      if (startMs >= bucketMs && endMs <= nextMs) this.#add(bucket, value, durationMs);
      else this.#share(bucket, { startMs, durationMs, value });
    }
  }

  /**
   * Adds the rollup's buckets that lie in `range` and whole in one bucket of ours; the others, and points that would
   * have to be shared, are the caller's to add from the points themselves.
   */
  addRollup(rollup: Rollup, range: FoldRange): void {
    const edges = this.#edges;
    const last = edges.length - 2;
    if (last < 0) return;
    const first = Math.max(
      0,
      Math.ceil((Math.max(range.fromMs, edges[0] as number) - rollup.startMs) / rollup.stepMs),
    );
    const untilMs = Math.min(range.toMs, edges[last + 1] as number);
    const end = Math.min(rollup.count, Math.floor((untilMs - rollup.startMs) / rollup.stepMs));
    let bucket = bucketOf(edges, rollup.startMs + first * rollup.stepMs);
    for (let index = first; index < end; index += 1) {
      const validMs = rollup.validMs[index] as number;
      if (validMs === 0) continue;
      const startMs = rollup.startMs + index * rollup.stepMs;
      while (bucket < last && startMs >= (edges[bucket + 1] as number)) bucket += 1;
      if (startMs + rollup.stepMs > (edges[bucket + 1] as number)) continue;
      this.#sums[bucket] = (this.#sums[bucket] as number) + (rollup.sums[index] as number);
      this.#validMs[bucket] = (this.#validMs[bucket] as number) + validMs;
      if (this.#timedSums !== null)
        this.#timedSums[bucket] = (this.#timedSums[bucket] as number) + (rollup.sums[index] as number);
      this.#extend(
        bucket,
        this.#rateOf(rollup.minValues[index] as number, rollup.minDurationsMs[index] as number),
      );
      this.#extend(
        bucket,
        this.#rateOf(rollup.maxValues[index] as number, rollup.maxDurationsMs[index] as number),
      );
    }
  }

  /** The buckets; their starts are the edges themselves. */
  finish(): Buckets {
    const edges = this.#edges;
    const timedSums = this.#timedSums ?? this.#sums;
    const means = this.#isGauge
      ? { means: timedSums.map((sum, bucket) => sum / (this.#validMs[bucket] as number)) }
      : {};
    blankWhere(this.#validMs, [this.#sums, this.#rateMin, this.#rateMax]);
    return {
      starts: edges.subarray(0, this.#sums.length),
      sums: this.#sums,
      validMs: this.#validMs,
      rateMin: this.#rateMin,
      rateMax: this.#rateMax,
      get lengthsMs() {
        return lengthsBetween(edges);
      },
      ...means,
      ...(this.#isGauge || this.#timedSums === null ? {} : { timedSums }),
    };
  }

  #add(bucket: number, value: number, durationMs: number): void {
    const amount = this.#isGauge ? value * durationMs : value;
    this.#sums[bucket] = (this.#sums[bucket] as number) + amount;
    if (this.#timedSums !== null) this.#timedSums[bucket] = (this.#timedSums[bucket] as number) + amount;
    this.#validMs[bucket] = (this.#validMs[bucket] as number) + durationMs;
    this.#extend(bucket, this.#rateOf(value, durationMs));
  }

  #extend(bucket: number, rate: number): void {
    if (rate < (this.#rateMin[bucket] as number)) this.#rateMin[bucket] = rate;
    if (rate > (this.#rateMax[bucket] as number)) this.#rateMax[bucket] = rate;
  }

  /** A point that the edges of the bucket of its midpoint cut, or that sticks out of it. */
  #share(middle: number, point: { startMs: EpochMs; durationMs: number; value: number }): void {
    const edges = this.#edges;
    const { startMs, durationMs, value } = point;
    const fromMs = heldFromMs(startMs, durationMs);
    const toMs = heldToMs(startMs, durationMs);
    const isTime = isTimed(durationMs, this.#stepMs);
    if (isTime && toMs - fromMs < durationMs) this.#timedSums ??= this.#sums.slice();
    const amount = this.#isGauge ? value * durationMs : value;
    const rate = this.#rateOf(value, durationMs);
    const endMs = startMs + durationMs;
    let bucket = middle;
    while (bucket > 0 && (edges[bucket] as number) > startMs) bucket -= 1;
    for (; bucket < this.#sums.length && (edges[bucket] as number) < endMs; bucket += 1) {
      const bucketMs = edges[bucket] as number;
      const nextMs = edges[bucket + 1] as number;
      const held = Math.max(0, Math.min(toMs, nextMs) - Math.max(fromMs, bucketMs)) / (toMs - fromMs);
      const lasted = (Math.min(endMs, nextMs) - Math.max(startMs, bucketMs)) / durationMs;
      const measured = isTime ? lasted : held;
      if (measured <= 0) continue;
      this.#sums[bucket] = (this.#sums[bucket] as number) + amount * held;
      if (this.#timedSums !== null)
        this.#timedSums[bucket] = (this.#timedSums[bucket] as number) + amount * measured;
      this.#validMs[bucket] = (this.#validMs[bucket] as number) + durationMs * measured;
      this.#extend(bucket, rate);
    }
  }

  /** The mean rate of a point, in units an hour; of a gauge the value it held. */
  #rateOf(value: number, durationMs: number): number {
    return this.#isGauge ? value : (value * HOUR_MS) / durationMs;
  }
}

/** Gives back the columns of buckets that nobody looks at any more, for the next ones to have. */
export function giveBuckets({ sums, validMs, rateMin, rateMax }: Buckets): void {
  for (const column of [sums, validMs, rateMin, rateMax]) giveColumn(column);
}

function lengthsBetween(edges: Float64Array): Float64Array {
  const lengthsMs = new Float64Array(Math.max(0, edges.length - 1));
  setDifferences(lengthsMs, edges);
  return lengthsMs;
}

// Long loops with nothing after them: compiled while they run, they need not be left again for what they never did before.

function assertAscending(edges: Float64Array): void {
  for (let index = 1; index < edges.length; index += 1) {
    // The message is not made for every edge of every query.
    const isAscending = (edges[index - 1] as number) < (edges[index] as number);
    if (!isAscending) assert(isAscending, `edge ${index} does not ascend`);
  }
}

/** The length of the shortest bucket between ascending edges; infinite where there is none. */
export function shortestBucketMs(edges: Float64Array): number {
  let shortestMs = Number.POSITIVE_INFINITY;
  for (let index = 1; index < edges.length; index += 1) {
    const lengthMs = (edges[index] as number) - (edges[index - 1] as number);
    if (lengthMs < shortestMs) shortestMs = lengthMs;
  }
  return shortestMs;
}

function setDifferences(column: Float64Array, of: Float64Array): void {
  for (let index = 0; index < column.length; index += 1)
    column[index] = (of[index + 1] as number) - (of[index] as number);
}

/** NaN wherever nothing was measured. */
function blankWhere(validMs: Float64Array, columns: readonly Float64Array[]): void {
  for (let index = 0; index < validMs.length; index += 1)
    if (validMs[index] === 0) for (const column of columns) column[index] = Number.NaN;
}

/** The bucket that holds `atMs`, looked for from `bucket` on; the first or the last where none does. */
function walk(edges: Float64Array, from: number, atMs: EpochMs): number {
  let bucket = from;
  while (bucket < edges.length - 2 && atMs >= (edges[bucket + 1] as number)) bucket += 1;
  while (bucket > 0 && atMs < (edges[bucket] as number)) bucket -= 1;
  return bucket;
}

/** The bucket that holds `atMs`; the first or the last where none does. */
function bucketOf(edges: Float64Array, atMs: EpochMs): number {
  let low = 0;
  let high = edges.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((edges[middle] as number) <= atMs) low = middle;
    else high = middle - 1;
  }
  return low;
}
