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
  for (const point of points) {
    for (const [bucket, share] of placesOf(point, edges)) {
      const isGauge = kind === 'mean';
      const rate = isGauge ? point.value : (point.value * HOUR_MS) / point.durationMs;
      const amount = isGauge ? point.value * point.durationMs : point.value;
      buckets.sums[bucket] = at(buckets.sums, bucket) + amount * share;
      buckets.validMs[bucket] = at(buckets.validMs, bucket) + point.durationMs * share;
      buckets.rateMin[bucket] = Math.min(rate, nanTo(at(buckets.rateMin, bucket), rate));
      buckets.rateMax[bucket] = Math.max(rate, nanTo(at(buckets.rateMax, bucket), rate));
    }
  }
  const means = Float64Array.from(buckets.sums, (sum, bucket) => sum / at(buckets.validMs, bucket));
  for (let bucket = 0; bucket < count; bucket += 1) {
    if (at(buckets.validMs, bucket) === 0) buckets.sums[bucket] = Number.NaN;
  }
  return kind === 'mean' ? { ...buckets, means } : buckets;
}

/** The buckets a point is in, and which share of it. */
function placesOf(point: ModelPoint, edges: Float64Array): [bucket: number, share: number][] {
  const count = edges.length - 1;
  if (count < 1) return [];
  const midMs = point.startMs + point.durationMs / 2;
  const after = edges.findIndex((edgeMs) => edgeMs > midMs);
  const holding = after === -1 ? count - 1 : Math.max(0, after - 1);
  if (point.durationMs <= at(edges, holding + 1) - at(edges, holding)) {
    return midMs >= at(edges, 0) && midMs < at(edges, count) ? [[holding, 1]] : [];
  }
  const places: [number, number][] = [];
  for (let bucket = 0; bucket < count; bucket += 1) {
    const sharedMs = overlapMs(point, at(edges, bucket), at(edges, bucket + 1));
    if (sharedMs > 0) places.push([bucket, sharedMs / point.durationMs]);
  }
  return places;
}

/** What `readTotal` must answer. */
export function expectedTotal(
  points: readonly ModelPoint[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
  kind: Kind = 'sum',
): Total {
  let sum = 0;
  let validMs = 0;
  for (const point of points) {
    const midMs = point.startMs + point.durationMs / 2;
    const isInside = midMs >= fromMs && midMs < toMs ? 1 : 0;
    const share = point.durationMs > MINUTE_MS ? overlapMs(point, fromMs, toMs) / point.durationMs : isInside;
    sum += point.value * share * (kind === 'mean' ? point.durationMs : 1);
    validMs += point.durationMs * share;
  }
  return { sum, validMs, recoveredSum: 0 };
}

function overlapMs(point: ModelPoint, fromMs: number, toMs: number): number {
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
