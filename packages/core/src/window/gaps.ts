import { COUNT_V2_MAX } from '../report/index.ts';

/**
 * Windows of a run that never came, whose energy is known though they are not: it is what the cumulative count grew by
 * from before the gap to the report behind it, less what that report says of the windows it brings.
 *
 *   … known │ fromNumber … toNumber − 1 │ known …
 *           └ before                    └ before + energy
 *
 * Flashes that the sensor recognised late, in no window's count, are in that energy too. What comes later is taken off.
 */
export interface Gap {
  readonly fromNumber: number;
  /** Not included; the window before it is missing. */
  readonly toNumber: number;
  /** The cumulative count before the first of them. */
  readonly before: number;
  /** Flashes in the windows that are missing, and those counted late up to the report behind the gap. */
  readonly energy: number;
  /** Windows inside, [from, to) each, ascending, that came without a cumulative count that would tell both sides apart. */
  readonly known: readonly (readonly [number, number])[];
}

/** Windows that came, all from `first` to `last` (none where that is one less). */
export interface Stretch {
  readonly first: number;
  readonly last: number;
  /** Flashes in each, newest first; 0 without measurement. */
  readonly counts: readonly number[];
  /** The cumulative count with `last`; null where it was not told. */
  readonly after: number | null;
}

/** Flashes in the windows of a stretch in [`fromNumber`, `toNumber`). */
export function countIn({ last, counts }: Stretch, fromNumber: number, toNumber: number): number {
  return counts
    .slice(Math.max(0, last + 1 - toNumber), Math.max(0, last + 1 - fromNumber))
    .reduce((sum, count) => sum + count, 0);
}

/** Windows of a gap that are missing, [from, to) each, ascending. */
export function missingRanges({ fromNumber, toNumber, known }: Gap): [number, number][] {
  const starts = [fromNumber, ...known.map(([, to]) => to)];
  const ends = [...known.map(([from]) => from), toNumber];
  return starts
    .map((start, index): [number, number] => [start, ends[index] ?? toNumber])
    .filter(([start, end]) => start < end);
}

/** How many windows of a gap are missing. */
export function missingIn(gap: Gap): number {
  return missingRanges(gap).reduce((sum, [from, to]) => sum + to - from, 0);
}

/** What is left of a gap once a stretch has come. */
export interface CutGap {
  readonly gaps: readonly Gap[];
  /** Energy of windows that all came: counted late. */
  readonly late: readonly RecoveredEnergy[];
}

/**
 * Takes off a gap what came; `knownCount` says what is stored in [from, to), null where that is not at hand. The energy
 * before and after is the same: that of the windows which came is theirs now, the rest stays in the gap, or is late.
 */
export function cutGap(
  gap: Gap,
  came: Stretch,
  knownCount: (fromNumber: number, toNumber: number) => number | null,
): CutGap {
  const { fromNumber, toNumber, before } = gap;
  const first = Math.max(came.first, fromNumber);
  const end = Math.min(came.last + 1, toNumber);
  const filled = missingRanges(gap)
    .map(([from, to]) => [Math.max(from, first), Math.min(to, end)] as const)
    .filter(([from, to]) => from < to);
  if (filled.length === 0) return { gaps: [gap], late: [] };
  const energy = filled.reduce((left, [from, to]) => left - countIn(came, from, to), gap.energy);
  const known = joined([...gap.known, [first, end]]);
  const beside = came.after === null || end === toNumber ? null : besides(gap, first, knownCount);
  if (came.after === null || beside === null) return settled({ ...gap, known, energy });
  // The cumulative count with a window inside tells the energy of both sides.
  const leftEnergy = came.after - before - beside - countIn(came, first, end);
  const left = settled({ fromNumber, toNumber: end, before, energy: leftEnergy, known });
  const right = settled({
    ...{ fromNumber: end, toNumber, before: came.after, energy: energy - leftEnergy },
    known,
  });
  return { gaps: [...left.gaps, ...right.gaps], late: [...left.late, ...right.late] };
}

/** Flashes in the windows of a gap before `first` that are known. */
function besides(
  { fromNumber, known }: Gap,
  first: number,
  knownCount: (fromNumber: number, toNumber: number) => number | null,
): number | null {
  return known.some(([from]) => from < first) ? knownCount(fromNumber, first) : 0;
}

/** A gap that ends with a window that is missing; where none is, what is left was counted late. */
function settled(gap: Gap): CutGap {
  const { fromNumber, toNumber, energy } = gap;
  const last = missingRanges({ ...gap, known: within(gap.known, fromNumber, toNumber) }).at(-1);
  if (last === undefined) return { gaps: [], late: [{ fromNumber, toNumber, value: energy }] };
  return { gaps: [{ ...gap, toNumber: last[1], known: within(gap.known, fromNumber, last[1]) }], late: [] };
}

function within(ranges: Gap['known'], low: number, high: number): Gap['known'] {
  return ranges
    .map(([from, to]) => [Math.max(from, low), Math.min(to, high)] as const)
    .filter(([from, to]) => from < to);
}

function joined(ranges: Gap['known']): Gap['known'] {
  const made: [number, number][] = [];
  for (const [from, to] of ranges.toSorted(([one], [other]) => one - other)) {
    const open = made.at(-1);
    if (open !== undefined && from <= open[1]) open[1] = Math.max(open[1], to);
    else made.push([from, to]);
  }
  return made;
}

/** Energy known beside what windows say: of windows that never came, or counted late in windows that did. */
export interface RecoveredEnergy {
  readonly fromNumber: number;
  /** Not included. */
  readonly toNumber: number;
  /** Flashes (Wh). */
  readonly value: number;
}

/** Whether windows can hold so much. */
export function isPossible({ fromNumber, toNumber, value }: RecoveredEnergy): boolean {
  return value >= 0 && value <= COUNT_V2_MAX * (toNumber - fromNumber);
}

/** The energy of a gap, shared by the number of windows where what is missing does not hang together. */
export function recoveredOf(gap: Gap): RecoveredEnergy[] {
  let windows = missingIn(gap);
  let rest = gap.energy;
  return missingRanges(gap).map(([fromNumber, toNumber]) => {
    const value = Math.round((rest * (toNumber - fromNumber)) / windows);
    windows -= toNumber - fromNumber;
    rest -= value;
    return { fromNumber, toNumber, value };
  });
}

/**
 * What is left of recovered energy whose gap is not remembered any more, once a stretch of it came: the flashes that came
 * are taken off, the rest is shared by the number of windows.
 */
export function cutRecovered(recovered: RecoveredEnergy, came: Stretch): RecoveredEnergy[] {
  const { fromNumber, toNumber, value } = recovered;
  const left = Math.max(0, Math.min(came.first, toNumber) - fromNumber);
  const right = Math.max(0, toNumber - Math.max(came.last + 1, fromNumber));
  if (left + right === 0) return [];
  const rest = Math.max(0, value - countIn(came, fromNumber, toNumber));
  const leftValue = Math.round((rest * left) / (left + right));
  return [
    { fromNumber, toNumber: fromNumber + left, value: leftValue },
    { fromNumber: toNumber - right, toNumber, value: rest - leftValue },
  ].filter((part) => part.fromNumber < part.toNumber);
}
