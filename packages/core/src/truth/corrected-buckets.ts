import { assert } from '../error/index.ts';
import type { Buckets } from '../series/index.ts';
import type { EpochMs } from '../time/index.ts';
import type { Correction } from './correction.ts';

/** Buckets of a series between edges, without corrections. */
export type ReadBuckets = (edges: Float64Array) => Buckets;

/** What one stretch between two edges holds; sums in the unit of the series. */
interface Cell {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  /** Measured and recovered. */
  sum: number;
  recovered: number;
  validMs: number;
  rateMin: number;
  rateMax: number;
}

/**
 * The buckets of an energy series between `edges` as corrections leave them. A bucket that a correction cuts is read in
 * parts, so that a total holds to the unit whatever the edges are, and Σ hours = day also here.
 */
export function correctedBuckets(
  read: ReadBuckets,
  corrections: readonly Correction[],
  edges: Float64Array,
): Buckets {
  const [fromMs, toMs] = [edges[0] as number, edges.at(-1) as number];
  const here = corrections.filter((each) => each.fromMs < toMs && each.toMs > fromMs);
  if (here.length === 0) return read(edges);
  return merge(correctedCells(read, corrections, withBounds(edges, here)), edges);
}

function correctedCells(read: ReadBuckets, corrections: readonly Correction[], edges: Float64Array): Cell[] {
  const cells = cellsOf(read(edges), edges);
  for (const [index, correction] of corrections.entries()) {
    const { fromMs, toMs } = correction;
    const inside = cells.filter((cell) => cell.fromMs >= fromMs && cell.toMs <= toMs);
    if (inside.length === 0) continue;
    const change = changeOf(correction, () => totalsBefore(read, corrections.slice(0, index), correction));
    for (const cell of inside) change(cell);
  }
  return cells;
}

/** What a correction that sets a total finds: measured and recovered energy, and how long something was measured. */
interface Totals {
  readonly sum: number;
  readonly validMs: number;
}

function totalsBefore(
  read: ReadBuckets,
  earlier: readonly Correction[],
  { fromMs, toMs }: Correction,
): Totals {
  const edges = withBounds(Float64Array.of(fromMs, toMs), earlier);
  const cells = correctedCells(read, earlier, edges);
  return {
    sum: cells.reduce((total, cell) => total + cell.sum, 0),
    validMs: cells.reduce((total, cell) => total + cell.validMs, 0),
  };
}

/** What the correction does to each cell within it. */
function changeOf(correction: Correction, totals: () => Totals): (cell: Cell) => void {
  if (correction.kind === 'bad') return empty;
  if (correction.kind === 'scale') return (cell) => scale(cell, correction.factor);
  return changeToTotal(correction, totals());
}

function changeToTotal(
  { energy, into, fromMs, toMs }: Extract<Correction, { kind: 'total' }>,
  { sum, validMs }: Totals,
): (cell: Cell) => void {
  const lengthMs = toMs - fromMs;
  if (into === 'shape' && sum > 0) return (cell) => scale(cell, energy / sum);
  if (into === 'gaps' && validMs < lengthMs) {
    return (cell) => fillGap(cell, (energy - sum) / (lengthMs - validMs));
  }
  return (cell) => flatten(cell, energy / lengthMs);
}

function empty(cell: Cell): void {
  Object.assign(cell, { sum: 0, recovered: 0, validMs: 0, rateMin: Number.NaN, rateMax: Number.NaN });
}

function scale(cell: Cell, factor: number): void {
  cell.sum *= factor;
  cell.recovered *= factor;
  cell.rateMin *= factor;
  cell.rateMax *= factor;
}

/** What is known of the time in which nothing was measured. */
function fillGap(cell: Cell, ratePerMs: number): void {
  const found = Math.max(ratePerMs * (cell.toMs - cell.fromMs - cell.validMs), -cell.recovered);
  cell.sum += found;
  cell.recovered += found;
}

function flatten(cell: Cell, ratePerMs: number): void {
  const sum = ratePerMs * (cell.toMs - cell.fromMs);
  Object.assign(cell, { sum, recovered: sum, validMs: 0, rateMin: Number.NaN, rateMax: Number.NaN });
}

/** The edges with the bounds of the corrections between them. */
function withBounds(edges: Float64Array, corrections: readonly Correction[]): Float64Array {
  const [first, last] = [edges[0] as number, edges.at(-1) as number];
  const bounds = corrections.flatMap(({ fromMs, toMs }) => [fromMs, toMs]);
  return Float64Array.from(new Set([...edges, ...bounds.filter((at) => at > first && at < last)])).sort();
}

function cellsOf(buckets: Buckets, edges: Float64Array): Cell[] {
  assert(buckets.sums.length === edges.length - 1, 'one bucket between each two edges');
  return Array.from(buckets.sums, (sum, index) => ({
    fromMs: edges[index] as number,
    toMs: edges[index + 1] as number,
    sum: Number.isNaN(sum) ? 0 : sum,
    recovered: buckets.recoveredSums?.[index] ?? 0,
    validMs: buckets.validMs[index] as number,
    rateMin: buckets.rateMin[index] as number,
    rateMax: buckets.rateMax[index] as number,
  }));
}

function merge(cells: readonly Cell[], edges: Float64Array): Buckets {
  const count = edges.length - 1;
  const column = (fill: number) => new Float64Array(count).fill(fill);
  const merged = {
    starts: edges.slice(0, -1),
    sums: column(Number.NaN),
    validMs: column(0),
    rateMin: column(Number.NaN),
    rateMax: column(Number.NaN),
    lengthsMs: Float64Array.from(
      { length: count },
      (_, index) => (edges[index + 1] as number) - (edges[index] as number),
    ),
    recoveredSums: column(0),
  };
  let place = 0;
  for (const cell of cells) {
    while (cell.fromMs >= (edges[place + 1] as number)) place += 1;
    if (cell.validMs === 0 && cell.sum === 0) continue;
    const before = merged.sums[place] as number;
    merged.sums[place] = (Number.isNaN(before) ? 0 : before) + cell.sum;
    merged.validMs[place] = (merged.validMs[place] as number) + cell.validMs;
    merged.recoveredSums[place] = (merged.recoveredSums[place] as number) + cell.recovered;
    merged.rateMin[place] = least(merged.rateMin[place] as number, cell.rateMin, Math.min);
    merged.rateMax[place] = least(merged.rateMax[place] as number, cell.rateMax, Math.max);
  }
  return merged;
}

function least(a: number, b: number, choose: (a: number, b: number) => number): number {
  if (Number.isNaN(a)) return b;
  return Number.isNaN(b) ? a : choose(a, b);
}
