import { type Fault, fault, ok, type Result } from '../error/index.ts';
import type { EpochMs } from '../time/index.ts';
import type { Points } from './points.ts';
import { VarintReader, VarintWriter } from './varints.ts';

const HAS_REPORTS = 1;
const HAS_DISAGREEMENTS = 2;
const HAS_LAST_FLASHES = 4;

/** Points one block may hold; a decoder allocates for no more. */
export const BLOCK_POINTS_MAX = 1 << 24;

/**
 * Points as bytes, column by column: starts by difference of differences, durations by difference, values as they are
 * or by difference. Times are divided by their greatest common unit, so that a jitter of whole seconds stays small.
 * The last flashes are kept only where one is known. `baseMs` is what the first start is counted from; the reader must give the same. Starts must ascend.
 */
export function encodePoints(points: Points, baseMs: EpochMs): Uint8Array {
  const count = points.starts.length;
  const firstMs = points.starts[0] ?? baseMs;
  const unitMs = commonUnitMs(points, firstMs);
  const reports = anyNonZero(points.reports) ? points.reports : null;
  const disagreements = anyNonZero(points.disagreements) ? points.disagreements : null;
  const lastFlashes = anyNonZero(points.lastFlashes ?? null) ? points.lastFlashes : null;
  const writer = new VarintWriter(4096 + count * 2);
  writer.unsigned(count);
  writer.unsigned(
    (reports === null ? 0 : HAS_REPORTS) +
      (disagreements === null ? 0 : HAS_DISAGREEMENTS) +
      (lastFlashes ? HAS_LAST_FLASHES : 0),
  );
  writer.signed(firstMs - baseMs);
  writer.unsigned(unitMs);
  const times = new Float64Array(count);
  for (let index = 0; index < count; index += 1)
    times[index] = ((points.starts[index] as number) - firstMs) / unitMs;
  writer.column(times, count, 2);
  for (let index = 0; index < count; index += 1)
    times[index] = (points.durationsMs[index] as number) / unitMs;
  writer.column(times, count, 1);
  writer.columnOfValues(points.values, count);
  if (reports !== null) writer.columnOfValues(reports, count);
  if (disagreements !== null) writer.columnOfValues(disagreements, count);
  if (lastFlashes) writeLastFlashes(writer, lastFlashes);
  return writer.finish();
}

/** In their greatest common unit, which is the sensor's tick: most then take one byte. */
function writeLastFlashes(writer: VarintWriter, lastFlashes: Uint16Array): void {
  let unitMs = 0;
  for (const code of lastFlashes) if (code > 0) unitMs = divisor(unitMs, code - 1);
  unitMs = Math.max(1, unitMs);
  writer.unsigned(unitMs);
  const ticks = lastFlashes.map((code) => (code === 0 ? 0 : (code - 1) / unitMs + 1));
  writer.columnOfValues(ticks, ticks.length);
}

function readLastFlashes(reader: VarintReader, count: number): Uint16Array {
  const unitMs = reader.unsigned();
  return Uint16Array.from(reader.column(count), (tick) => (tick === 0 ? 0 : (tick - 1) * unitMs + 1));
}

/** The points that `encodePoints` wrote with the same base, or what is wrong with the bytes. */
export function decodePoints(bytes: Uint8Array, baseMs: EpochMs): Result<Points, Fault> {
  const reader = new VarintReader(bytes);
  const count = reader.unsigned();
  if (count > BLOCK_POINTS_MAX) {
    return fault({
      code: 'series/count',
      message: `at most ${BLOCK_POINTS_MAX} points expected, got ${count}`,
    });
  }
  const flags = reader.unsigned();
  const firstMs = baseMs + reader.signed();
  const unitMs = reader.unsigned();
  const starts = reader.column(count);
  scale(starts, unitMs, firstMs);
  const durationsMs = reader.column(count);
  scale(durationsMs, unitMs, 0);
  const values = reader.column(count);
  const reports = (flags & HAS_REPORTS) === 0 ? null : Uint16Array.from(reader.column(count));
  const disagreements = (flags & HAS_DISAGREEMENTS) === 0 ? null : Uint16Array.from(reader.column(count));
  const flashes = (flags & HAS_LAST_FLASHES) === 0 ? {} : { lastFlashes: readLastFlashes(reader, count) };
  const end = reader.end();
  return end.ok ? ok({ starts, durationsMs, values, reports, disagreements, ...flashes }) : end;
}

/** `base` plus so many times `unit`. */
function scale(column: Float64Array, unit: number, base: number): void {
  for (let index = 0; index < column.length; index += 1)
    column[index] = base + (column[index] as number) * unit;
}

function commonUnitMs(points: Points, firstMs: EpochMs): number {
  let unitMs = 0;
  for (let index = 0; index < points.starts.length && unitMs !== 1; index += 1) {
    unitMs = divisor(unitMs, (points.starts[index] as number) - firstMs);
    unitMs = divisor(unitMs, points.durationsMs[index] as number);
  }
  return unitMs === 0 ? 1 : unitMs;
}

function divisor(left: number, right: number): number {
  if (left !== 0 && right % left === 0) return left;
  let big = left;
  let small = right;
  while (small !== 0) [big, small] = [small, big % small];
  return big;
}

function anyNonZero(column: Uint16Array | null): boolean {
  return column?.some((count) => count !== 0) ?? false;
}
