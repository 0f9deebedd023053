import { type Fault, fault, ok, type Result } from '../error/index.ts';
import type { EpochMs } from '../time/index.ts';
import type { Points } from './points.ts';
import type { Kind } from './quantity.ts';
import { VarintReader, VarintWriter } from './varints.ts';

/**
 * Points summed over equal buckets, as columns. Bucket i starts at `startMs + i * stepMs` and holds the points with
 * their midpoint in it. The extremes are kept as the point's own value and duration, so that the rate computed from
 * them is bit for bit the one computed from the point.
 *
 * Of a gauge, sums are value × ms, and the extremes are the values held with a duration of 1: what the gauge amounted to
 * in one millisecond. They then encode by their distance from the mean as those of energy do.
 */
export interface Rollup {
  readonly startMs: EpochMs;
  readonly stepMs: number;
  readonly count: number;
  readonly sums: Float64Array;
  /** Summed durations of the points; 0 where there are none. Not cut to the bucket's length. */
  readonly validMs: Float64Array;
  readonly minValues: Float64Array;
  readonly minDurationsMs: Float64Array;
  readonly maxValues: Float64Array;
  readonly maxDurationsMs: Float64Array;
}

/** Where a rollup is, and how many buckets it has. */
export interface RollupFrame {
  readonly startMs: EpochMs;
  readonly stepMs: number;
  readonly count: number;
}

export function emptyRollup(frame: RollupFrame): Rollup {
  const column = () => new Float64Array(frame.count);
  return {
    ...frame,
    sums: column(),
    validMs: column(),
    minValues: column(),
    minDurationsMs: column(),
    maxValues: column(),
    maxDurationsMs: column(),
  };
}

/** The rollup of those points that have their midpoint in the frame. */
export function rollUp(points: Points, frame: RollupFrame, kind: Kind = 'sum'): Rollup {
  const rollup = emptyRollup(frame);
  const { starts, durationsMs, values } = points;
  const { sums, validMs } = rollup;
  const isGauge = kind === 'mean';
  for (let index = 0; index < starts.length; index += 1) {
    const durationMs = durationsMs[index] as number;
    const bucket = Math.floor(((starts[index] as number) + durationMs / 2 - frame.startMs) / frame.stepMs);
    if (bucket < 0 || bucket >= frame.count) continue;
    const value = values[index] as number;
    const heldMs = isGauge ? 1 : durationMs;
    if (validMs[bucket] === 0) setFirst(rollup, bucket, [value, heldMs]);
    sums[bucket] = (sums[bucket] as number) + (isGauge ? value * durationMs : value);
    validMs[bucket] = (validMs[bucket] as number) + durationMs;
    extend(rollup, bucket, [value, heldMs]);
  }
  return rollup;
}

/** Rates are compared by cross multiplication: equal ones then keep the first, whatever the rounding. */
function extend(rollup: Rollup, bucket: number, [value, heldMs]: readonly [number, number]): void {
  if (value * (rollup.minDurationsMs[bucket] as number) < (rollup.minValues[bucket] as number) * heldMs) {
    rollup.minValues[bucket] = value;
    rollup.minDurationsMs[bucket] = heldMs;
  } else if (
    value * (rollup.maxDurationsMs[bucket] as number) >
    (rollup.maxValues[bucket] as number) * heldMs
  ) {
    rollup.maxValues[bucket] = value;
    rollup.maxDurationsMs[bucket] = heldMs;
  }
}

function setFirst(rollup: Rollup, bucket: number, point: readonly [value: number, durationMs: number]): void {
  rollup.minValues[bucket] = point[0];
  rollup.minDurationsMs[bucket] = point[1];
  rollup.maxValues[bucket] = point[0];
  rollup.maxDurationsMs[bucket] = point[1];
}

/**
 * A rollup as bytes. Sums go by difference, the extremes as their distance from the mean point of the bucket, which is
 * small, and durations only where they change. The frame is not written: the reader must give the same.
 */
export function encodeRollup(rollup: Rollup): Uint8Array {
  const { count } = rollup;
  const writer = new VarintWriter(1024 + count * 8);
  writer.column(rollup.validMs, count, 1);
  writer.column(rollup.sums, count, 1);
  const below = new Float64Array(count);
  const above = new Float64Array(count);
  for (let bucket = 0; bucket < count; bucket += 1) {
    below[bucket] = zigzagged(
      meanValue(rollup, bucket, rollup.minDurationsMs) - (rollup.minValues[bucket] as number),
    );
    above[bucket] = zigzagged(
      (rollup.maxValues[bucket] as number) - meanValue(rollup, bucket, rollup.maxDurationsMs),
    );
  }
  writer.column(below, count, 0);
  writer.column(above, count, 0);
  writer.column(rollup.minDurationsMs, count, 1);
  writer.column(rollup.maxDurationsMs, count, 1);
  return writer.finish();
}

/** The rollup that `encodeRollup` wrote, or what is wrong with the bytes. */
export function decodeRollup(bytes: Uint8Array, frame: RollupFrame): Result<Rollup, Fault> {
  const reader = new VarintReader(bytes);
  const validMs = reader.column(frame.count);
  const sums = reader.column(frame.count);
  const minValues = reader.column(frame.count);
  const maxValues = reader.column(frame.count);
  const minDurationsMs = reader.column(frame.count);
  const maxDurationsMs = reader.column(frame.count);
  const end = reader.end();
  if (!end.ok) return fault(end.fault);
  const rollup = { ...frame, sums, validMs, minValues, minDurationsMs, maxValues, maxDurationsMs };
  undoDistances(rollup);
  return ok(rollup);
}

/** The extremes from their distances to the mean point. */
function undoDistances(rollup: Rollup): void {
  const { count, validMs, minValues, maxValues, minDurationsMs, maxDurationsMs } = rollup;
  for (let bucket = 0; bucket < count; bucket += 1) {
    if (validMs[bucket] === 0) continue;
    minValues[bucket] = meanValue(rollup, bucket, minDurationsMs) - unzigzagged(minValues[bucket] as number);
    maxValues[bucket] = meanValue(rollup, bucket, maxDurationsMs) + unzigzagged(maxValues[bucket] as number);
  }
}

/** What a point of that bucket's extreme duration would hold at the bucket's mean rate, rounded down. */
function meanValue(rollup: Rollup, bucket: number, durationsMs: Float64Array): number {
  const validMs = rollup.validMs[bucket] as number;
  if (validMs === 0) return 0;
  return Math.floor(((rollup.sums[bucket] as number) * (durationsMs[bucket] as number)) / validMs);
}

function zigzagged(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

function unzigzagged(code: number): number {
  return code % 2 === 0 ? code / 2 : -(code + 1) / 2;
}
