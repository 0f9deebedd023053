import { assert } from '../error/index.ts';
import { addToBucket, type Buckets, emptyBucketSums, shortestBucketMs, timedSumOf } from '../series/index.ts';
import { DAY_MS, type EpochMs } from '../time/index.ts';
import type { Correction } from './correction.ts';
import { GapTime, gapEdges } from './gap-time.ts';

/**
 * Buckets of a series between edges, without corrections. They add up: what two buckets that meet hold is what the bucket of
 * both holds. `stepMs`: how long the buckets are that these are parts of.
 */
export type ReadBuckets = (edges: Float64Array, stepMs: number) => Buckets;

/** What one stretch between two edges holds; sums in the unit of the series. */
interface Cell {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  /** Measured and recovered. */
  sum: number;
  recovered: number;
  /** What was measured while `validMs` lasted. */
  timed: number;
  validMs: number;
  rateMin: number;
  rateMax: number;
}

/** As long as whatever is asked for. */
const ANY_STEP_MS = Number.POSITIVE_INFINITY;

/** Up to this long a cell is read in parts all at once; beyond, each part is read by itself, as its length allows. */
const AT_ONCE_MS_MAX = DAY_MS;

/**
 * The buckets of an energy series between `edges` as `corrections`, in the order in which they were made, leave them. A
 * bucket that a correction cuts is read in parts: whatever lies in the range of a correction when it is read follows it, of a
 * measurement over its end the part that counts there. Buckets that no correction cuts cost one read together.
 */
export function correctedBuckets(
  read: ReadBuckets,
  corrections: readonly Correction[],
  edges: Float64Array,
  stepMs = shortestBucketMs(edges),
): Buckets {
  const [fromMs, toMs] = [edges[0] as number, edges.at(-1) as number];
  const isHere = (each: Correction) => each.fromMs < toMs && each.toMs > fromMs;
  if (!corrections.some(isHere)) return read(edges, stepMs);
  const cells = new Layers(read, corrections).cells(edges, { count: corrections.length, stepMs });
  return merge(cells, edges);
}

/** The energy of a range, and for how long in it something was measured. */
export interface RangeTotal {
  /** Measured and recovered. */
  readonly sum: number;
  readonly recoveredSum: number;
  readonly validMs: number;
}

/** The total of a range as the corrections leave it: what its one bucket holds. */
export function correctedTotal(
  read: ReadBuckets,
  corrections: readonly Correction[],
  { fromMs, toMs }: { readonly fromMs: EpochMs; readonly toMs: EpochMs },
): RangeTotal {
  if (fromMs >= toMs) return { sum: 0, recoveredSum: 0, validMs: 0 };
  const edges = Float64Array.of(fromMs, toMs);
  const { sums, recoveredSums, validMs } = correctedBuckets(read, corrections, edges, ANY_STEP_MS);
  return { sum: sums[0] || 0, recoveredSum: recoveredSums?.[0] ?? 0, validMs: validMs[0] as number };
}

/** What a correction that sets a total finds. */
interface Totals {
  /** Measured and recovered. */
  readonly sum: number;
  readonly recovered: number;
  /** Null where it is not asked for. */
  readonly gaps: GapTime | null;
}

/** Corrections over a series, each over those before it. */
class Layers {
  readonly #read: ReadBuckets;
  readonly #corrections: readonly Correction[];
  /** What each correction finds is asked for by every later one that meets it. */
  readonly #found = new Map<number, Totals>();

  constructor(read: ReadBuckets, corrections: readonly Correction[]) {
    this.#read = read;
    this.#corrections = corrections;
  }

  /** What the first `count` corrections leave, in cells that none of them cuts. */
  cells(edges: Float64Array, { count, stepMs }: { count: number; stepMs: number }): Cell[] {
    const read = (some: Float64Array) => this.#read(some, stepMs);
    const cells = cellsBetween(read, edges, this.#corrections.slice(0, count));
    for (const [index, correction] of this.#corrections.slice(0, count).entries()) {
      const { fromMs, toMs } = correction;
      const inside = cells.filter((cell) => cell.fromMs >= fromMs && cell.toMs <= toMs);
      if (inside.length === 0) continue;
      const change = changeOf(correction, () => this.#totalsBefore(index));
      for (const cell of inside) change(cell);
    }
    return cells;
  }

  #totalsBefore(index: number): Totals {
    const known = this.#found.get(index);
    if (known !== undefined) return known;
    const correction = this.#corrections[index] as Correction;
    const { fromMs, toMs } = correction;
    const isIntoGaps = correction.kind === 'total' && correction.into === 'gaps';
    const before = { count: index, stepMs: ANY_STEP_MS };
    const whole = this.cells(Float64Array.of(fromMs, toMs), before);
    const found = {
      sum: whole.reduce((total, cell) => total + cell.sum, 0),
      recovered: whole.reduce((total, cell) => total + cell.recovered, 0),
      gaps: isIntoGaps ? new GapTime(this.cells(gapEdges(fromMs, toMs), before)) : null,
    };
    this.#found.set(index, found);
    return found;
  }
}

/** What the correction does to each cell within it. */
function changeOf(correction: Correction, totals: () => Totals): (cell: Cell) => void {
  if (correction.kind === 'bad') return empty;
  if (correction.kind === 'scale') return (cell) => scale(cell, correction.factor);
  return changeToTotal(correction, totals());
}

function changeToTotal(
  { energy, into, fromMs, toMs }: Extract<Correction, { kind: 'total' }>,
  { sum, recovered, gaps }: Totals,
): (cell: Cell) => void {
  const rest = energy - sum;
  // What was recovered was too much: it shrinks as it lies, as far as there is any.
  if (into === 'gaps' && rest < 0 && recovered + rest >= 0) {
    return (cell) => recover(cell, cell.recovered * (rest / recovered));
  }
  if (gaps !== null && gaps.totalMs > 0 && rest >= 0) {
    return (cell) => recover(cell, (rest / gaps.totalMs) * gaps.between(cell.fromMs, cell.toMs));
  }
  // What came later may have filled the gaps, or be more than the total: that still holds, by the shape.
  if (into !== 'flat' && sum > 0) return (cell) => scale(cell, energy / sum);
  return (cell) => flatten(cell, energy / (toMs - fromMs));
}

function empty(cell: Cell): void {
  Object.assign(cell, {
    sum: 0,
    recovered: 0,
    timed: 0,
    validMs: 0,
    rateMin: Number.NaN,
    rateMax: Number.NaN,
  });
}

function scale(cell: Cell, factor: number): void {
  cell.sum *= factor;
  cell.recovered *= factor;
  cell.timed *= factor;
  cell.rateMin *= factor;
  cell.rateMax *= factor;
}

/** What is known of the time in which nothing was measured. */
function recover(cell: Cell, found: number): void {
  cell.sum += found;
  cell.recovered += found;
}

function flatten(cell: Cell, ratePerMs: number): void {
  const sum = ratePerMs * (cell.toMs - cell.fromMs);
  empty(cell);
  Object.assign(cell, { sum, recovered: sum });
}

/** The cells between `edges`, cut where a correction begins or ends. */
function cellsBetween(
  read: (edges: Float64Array) => Buckets,
  edges: Float64Array,
  corrections: readonly Correction[],
): Cell[] {
  const bounds = [...new Set(corrections.flatMap(({ fromMs, toMs }) => [fromMs, toMs]))].sort(
    (one, other) => one - other,
  );
  let next = 0;
  return cellsOf(read(edges), edges).flatMap((cell) => {
    const cuts: number[] = [];
    for (; next < bounds.length && (bounds[next] as number) < cell.toMs; next += 1) {
      if ((bounds[next] as number) > cell.fromMs) cuts.push(bounds[next] as number);
    }
    return cuts.length === 0 ? [cell] : partsOf(read, cell, cuts);
  });
}

function partsOf(read: (edges: Float64Array) => Buckets, cell: Cell, cuts: readonly number[]): Cell[] {
  const edges = Float64Array.of(cell.fromMs, ...cuts, cell.toMs);
  if (cell.toMs - cell.fromMs <= AT_ONCE_MS_MAX) return cellsOf(read(edges), edges);
  return Array.from({ length: edges.length - 1 }, (_, at) => edges.slice(at, at + 2)).flatMap((ends) =>
    cellsOf(read(ends), ends),
  );
}

function cellsOf(buckets: Buckets, edges: Float64Array): Cell[] {
  assert(buckets.sums.length === edges.length - 1, 'one bucket between each two edges');
  return Array.from(buckets.sums, (sum, index) => ({
    fromMs: edges[index] as number,
    toMs: edges[index + 1] as number,
    sum: Number.isNaN(sum) ? 0 : sum,
    recovered: buckets.recoveredSums?.[index] ?? 0,
    timed: timedSumOf(buckets, index) || 0,
    validMs: buckets.validMs[index] as number,
    rateMin: buckets.rateMin[index] as number,
    rateMax: buckets.rateMax[index] as number,
  }));
}

function merge(cells: readonly Cell[], edges: Float64Array): Buckets {
  const merged = emptyBucketSums(edges);
  let place = 0;
  for (const cell of cells) {
    while (cell.fromMs >= (edges[place + 1] as number)) place += 1;
    if (cell.validMs === 0 && cell.sum === 0) continue;
    addToBucket(merged, place, cell);
  }
  return merged;
}
