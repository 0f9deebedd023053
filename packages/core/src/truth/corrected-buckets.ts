import { assert } from '../error/index.ts';
import { addToBucket, type Buckets, emptyBucketSums } from '../series/index.ts';
import type { EpochMs } from '../time/index.ts';
import type { Correction } from './correction.ts';
import { GapTime, gapEdges } from './gap-time.ts';

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
 * The buckets of an energy series between `edges` as `corrections`, in the order in which they were made, leave them. A
 * bucket that a correction cuts is read in parts, so that a total holds to the unit whatever the edges are, and Σ hours =
 * day also here. Buckets that no correction cuts cost one read together.
 */
export function correctedBuckets(
  read: ReadBuckets,
  corrections: readonly Correction[],
  edges: Float64Array,
): Buckets {
  const [fromMs, toMs] = [edges[0] as number, edges.at(-1) as number];
  const isHere = (each: Correction) => each.fromMs < toMs && each.toMs > fromMs;
  if (!corrections.some(isHere)) return read(edges);
  return merge(new Layers(read, corrections).cells(edges, corrections.length), edges);
}

/** The energy of a range, and for how long in it something was measured. */
export interface RangeTotal {
  /** Measured and recovered. */
  readonly sum: number;
  readonly recoveredSum: number;
  readonly validMs: number;
}

/** Where the energy of a range is read from, without corrections. */
export interface ReadEnergy {
  readonly read: ReadBuckets;
  /** Adds up: what two ranges that meet hold is what the range of both holds. */
  readonly total: (range: { readonly fromMs: EpochMs; readonly toMs: EpochMs }) => RangeTotal;
}

/**
 * The total of a range as the corrections leave it. It is read anew between all ends of corrections in it, for a total places
 * measurements at the ends of a range otherwise than a bucket does.
 */
export function correctedTotal(
  { read, total }: ReadEnergy,
  corrections: readonly Correction[],
  range: { readonly fromMs: EpochMs; readonly toMs: EpochMs },
): RangeTotal {
  const here = corrections.filter((each) => each.fromMs < range.toMs && each.toMs > range.fromMs);
  if (here.length === 0) return total(range);
  const ends = here.flatMap(({ fromMs, toMs }) => [fromMs, toMs]);
  const inner = ends.filter((end) => end > range.fromMs && end < range.toMs);
  const bounds = [...new Set([range.fromMs, ...inner, range.toMs])].sort((one, other) => one - other);
  const cells = bounds.slice(1).map((toMs, at): Cell => {
    const fromMs = bounds[at] as number;
    const { sum, recoveredSum, validMs } = total({ fromMs, toMs });
    const rates = { rateMin: Number.NaN, rateMax: Number.NaN };
    return { fromMs, toMs, sum, recovered: recoveredSum, validMs, ...rates };
  });
  new Layers(read, corrections).change(cells, corrections.length);
  return {
    sum: cells.reduce((all, cell) => all + cell.sum, 0),
    recoveredSum: cells.reduce((all, cell) => all + cell.recovered, 0),
    validMs: cells.reduce((all, cell) => all + cell.validMs, 0),
  };
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
  cells(edges: Float64Array, count: number): Cell[] {
    const cells = cellsBetween(this.#read, edges, this.#corrections.slice(0, count));
    this.change(cells, count);
    return cells;
  }

  /** Applies the first `count` corrections to cells that none of them cuts. */
  change(cells: readonly Cell[], count: number): void {
    for (const [index, correction] of this.#corrections.slice(0, count).entries()) {
      const { fromMs, toMs } = correction;
      const inside = cells.filter((cell) => cell.fromMs >= fromMs && cell.toMs <= toMs);
      if (inside.length === 0) continue;
      const change = changeOf(correction, () => this.#totalsBefore(index));
      for (const cell of inside) change(cell);
    }
  }

  #totalsBefore(index: number): Totals {
    const known = this.#found.get(index);
    if (known !== undefined) return known;
    const correction = this.#corrections[index] as Correction;
    const { fromMs, toMs } = correction;
    const isIntoGaps = correction.kind === 'total' && correction.into === 'gaps';
    const whole = this.cells(Float64Array.of(fromMs, toMs), index);
    const found = {
      sum: whole.reduce((total, cell) => total + cell.sum, 0),
      recovered: whole.reduce((total, cell) => total + cell.recovered, 0),
      gaps: isIntoGaps ? new GapTime(this.cells(gapEdges(fromMs, toMs), index)) : null,
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
  Object.assign(cell, { sum: 0, recovered: 0, validMs: 0, rateMin: Number.NaN, rateMax: Number.NaN });
}

function scale(cell: Cell, factor: number): void {
  cell.sum *= factor;
  cell.recovered *= factor;
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
  Object.assign(cell, { sum, recovered: sum, validMs: 0, rateMin: Number.NaN, rateMax: Number.NaN });
}

/** The cells between `edges`, cut where a correction begins or ends. */
function cellsBetween(read: ReadBuckets, edges: Float64Array, corrections: readonly Correction[]): Cell[] {
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

/**
 * The parts of a cell. A measurement longer than the part that holds its midpoint is shared by time, also with what lies
 * beyond the cell; that share is found in the neighbours and given back to the part at that end, as the cell counted it.
 */
function partsOf(read: ReadBuckets, cell: Cell, cuts: readonly number[]): Cell[] {
  const { fromMs, toMs } = cell;
  const besideMs = Math.min(toMs - fromMs, BESIDE_MS_MAX);
  const readCells = (...inner: number[]) => {
    const edges = Float64Array.of(fromMs - besideMs, fromMs, ...inner, toMs, toMs + besideMs);
    return cellsOf(read(edges), edges);
  };
  const [before, , after] = readCells() as [Cell, Cell, Cell];
  const all = readCells(...cuts);
  const parts = all.slice(1, -1);
  const [first, last] = [parts[0] as Cell, parts.at(-1) as Cell];
  first.sum += (all[0] as Cell).sum - before.sum;
  first.validMs += (all[0] as Cell).validMs - before.validMs;
  last.sum += (all.at(-1) as Cell).sum - after.sum;
  last.validMs += (all.at(-1) as Cell).validMs - after.validMs;
  const measured = parts.reduce((sum, part) => sum + part.sum - part.recovered, 0);
  const wanted = cell.sum - cell.recovered;
  if (measured > 0 && measured !== wanted) {
    for (const part of parts) part.sum += (part.sum - part.recovered) * (wanted / measured - 1);
  }
  return parts;
}

/** Longer than any measurement that a cell of that length holds whole. */
const BESIDE_MS_MAX = 48 * 3_600_000;

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
  const merged = emptyBucketSums(edges);
  let place = 0;
  for (const cell of cells) {
    while (cell.fromMs >= (edges[place + 1] as number)) place += 1;
    if (cell.validMs === 0 && cell.sum === 0) continue;
    addToBucket(merged, place, cell);
  }
  return merged;
}
