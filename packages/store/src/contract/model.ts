import type { Buckets, Kind, Points } from '@kilowink/core/series';
import { HOUR_MS, MINUTE_MS } from '@kilowink/core/time';
import type { Total } from '../store.ts';

/** A measurement as the plainest possible store has it. */
export interface ModelPoint {
  startMs: number;
  durationMs: number;
  value: number;
}

/** What `readBuckets` must answer, computed point by point and bucket by bucket. */
export function expectedBuckets(
  points: readonly ModelPoint[],
  edges: Float64Array,
  kind: Kind = 'sum',
): Buckets {
  const count = Math.max(0, edges.length - 1);
  const column = (fill: number) => new Float64Array(count).fill(fill);
  const buckets = {
    starts: edges.slice(0, count),
    sums: column(0),
    validMs: column(0),
    rateMin: column(Number.NaN),
    rateMax: column(Number.NaN),
    lengthsMs: Float64Array.from({ length: count }, (_, index) => at(edges, index + 1) - at(edges, index)),
  };
  const timed = column(0);
  const stepMs = buckets.lengthsMs.reduce((least, lengthMs) => Math.min(least, lengthMs), Infinity);
  for (const point of points) {
    for (const { bucket, held, measured } of placesOf(point, edges, stepMs)) {
      const isGauge = kind === 'mean';
      const rate = isGauge ? point.value : (point.value * HOUR_MS) / point.durationMs;
      const amount = isGauge ? point.value * point.durationMs : point.value;
      buckets.sums[bucket] = at(buckets.sums, bucket) + amount * held;
      timed[bucket] = at(timed, bucket) + amount * measured;
      buckets.validMs[bucket] = at(buckets.validMs, bucket) + point.durationMs * measured;
      buckets.rateMin[bucket] = Math.min(rate, nanTo(at(buckets.rateMin, bucket), rate));
      buckets.rateMax[bucket] = Math.max(rate, nanTo(at(buckets.rateMax, bucket), rate));
    }
  }
  const means = Float64Array.from(timed, (sum, bucket) => sum / at(buckets.validMs, bucket));
  for (let bucket = 0; bucket < count; bucket += 1) {
    if (at(buckets.validMs, bucket) === 0) buckets.sums[bucket] = Number.NaN;
  }
  return kind === 'mean' ? { ...buckets, means } : buckets;
}

/** Up to this long a point is whole in its minute, up to an hour in its hour. */
const IN_MINUTE_MS_MAX = 15_000;

/** The buckets a point is in: which share of what it held, and of the time it lasted. */
function placesOf(
  point: ModelPoint,
  edges: Float64Array,
  stepMs: number,
): { bucket: number; held: number; measured: number }[] {
  const { startMs, durationMs } = point;
  const { fromMs, toMs } = heldOf(point);
  const holdsMs = durationMs > HOUR_MS ? 0 : durationMs > IN_MINUTE_MS_MAX ? HOUR_MS : MINUTE_MS;
  const places = [];
  for (let bucket = bucketAt(edges, startMs); bucket < edges.length - 1; bucket += 1) {
    const range = [at(edges, bucket), at(edges, bucket + 1)] as const;
    if (range[0] >= startMs + durationMs) break;
    const held = overlapMs({ startMs: fromMs, durationMs: toMs - fromMs }, ...range) / (toMs - fromMs);
    const lasted = overlapMs({ startMs, durationMs }, ...range) / durationMs;
    const measured = stepMs < holdsMs ? lasted : held;
    if (measured > 0) places.push({ bucket, held, measured });
  }
  return places;
}

/** The bucket an instant is in, by halves; the first one where it is before them all. */
function bucketAt(edges: Float64Array, atMs: number): number {
  let [from, to] = [0, edges.length];
  while (to - from > 1) {
    const middle = (from + to) >> 1;
    if (at(edges, middle) <= atMs) from = middle;
    else to = middle;
  }
  return from;
}

/** When what a point held counts: as far as it lies in the minute, or hour, of its midpoint. */
function heldOf({ startMs, durationMs }: ModelPoint): { fromMs: number; toMs: number } {
  const midMs = startMs + durationMs / 2;
  const endMs = startMs + durationMs;
  if (durationMs > HOUR_MS) return { fromMs: startMs, toMs: endMs };
  const lengthMs = durationMs > IN_MINUTE_MS_MAX ? HOUR_MS : MINUTE_MS;
  const cellMs = Math.floor(midMs / lengthMs) * lengthMs;
  return { fromMs: Math.max(startMs, cellMs), toMs: Math.min(endMs, cellMs + lengthMs) };
}

/** What `readTotal` must answer. */
export function expectedTotal(
  points: readonly ModelPoint[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
  kind: Kind = 'sum',
): Total {
  let [sum, validMs] = [0, 0];
  for (const point of points) {
    const held = heldOf(point);
    const heldMs = { startMs: held.fromMs, durationMs: held.toMs - held.fromMs };
    const share = overlapMs(heldMs, fromMs, toMs) / heldMs.durationMs;
    sum += point.value * share * (kind === 'mean' ? point.durationMs : 1);
    validMs += point.durationMs * share;
  }
  return { sum, validMs, recoveredSum: 0 };
}

function overlapMs(point: Omit<ModelPoint, 'value'>, fromMs: number, toMs: number): number {
  return Math.max(0, Math.min(point.startMs + point.durationMs, toMs) - Math.max(point.startMs, fromMs));
}

function nanTo(value: number, other: number): number {
  return Number.isNaN(value) ? other : value;
}

function at(column: Float64Array, index: number): number {
  return column[index] ?? Number.NaN;
}

/** Points of one duration as columns. */
export function pointsOf(list: readonly ModelPoint[]): Points {
  return {
    starts: Float64Array.from(list, (point) => point.startMs),
    durationsMs: Float64Array.from(list, (point) => point.durationMs),
    values: Float64Array.from(list, (point) => point.value),
    reports: null,
    disagreements: null,
  };
}

/** The points of many parts as a list. */
export function listOf(parts: Iterable<Points>): ModelPoint[] {
  const list: ModelPoint[] = [];
  for (const { starts, durationsMs, values } of parts) {
    for (let index = 0; index < starts.length; index += 1) {
      list.push({ startMs: at(starts, index), durationMs: at(durationsMs, index), value: at(values, index) });
    }
  }
  return list;
}
