import type { EpochMs } from '../../time/index.ts';
import { type Change, findChanges } from './changes.ts';
import type { Gates } from './gates.ts';
import { StabbingLine } from './stabbing-line.ts';

/** How often each change is moved to where the lines on its two sides meet; more gains nothing. */
const ROUNDS = 2;

/** A constant power: Wh a ms, and the Wh where the gates begin. */
interface Line {
  readonly slope: number;
  readonly base: number;
}

/** Line k passes through the gates from end k - 1 (0 for the first) to end k, this one left out. */
interface Lines {
  readonly lines: readonly Line[];
  readonly ends: readonly number[];
}

/** The energy of one stretch without a gap, straight between changes of power. */
export class EnergyCurve {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly #gates: Gates;
  /** Line k holds from bound k to bound k + 1. */
  readonly #bounds: readonly number[];
  readonly #lines: readonly Line[];

  constructor(gates: Gates) {
    this.startMs = gates.startMs;
    this.endMs = gates.endMs;
    this.#gates = gates;
    const changes = findChanges(gates);
    let bounds = [0, ...changes.map(({ guessMs }) => guessMs), gates.at.at(-1) as number];
    let found = linesOf(gates, bounds, { lines: [], ends: [] });
    for (let round = 0; round < ROUNDS; round += 1) {
      bounds = meetings(bounds, found.lines, changes);
      found = linesOf(gates, bounds, found);
    }
    this.#bounds = bounds;
    this.#lines = found.lines;
  }

  /**
   * Wh since the stretch began, at each of `instants` (ascending, UTC ms; outside the stretch its ends). Never falls,
   * and stays within what was counted: less than 1 Wh from the flashes up to there.
   */
  energiesAt(instants: Float64Array): Float64Array {
    const { at, low, high, startMs } = this.#gates;
    const energies = new Float64Array(instants.length);
    let [gate, line, before] = [0, 0, 0];
    for (const [index, instant] of instants.entries()) {
      const t = Math.min(Math.max(instant - startMs, 0), at.at(-1) as number);
      while (gate + 1 < at.length && (at[gate + 1] as number) <= t) gate += 1;
      while (line + 1 < this.#lines.length && (this.#bounds[line + 1] as number) <= t) line += 1;
      const { slope, base } = this.#lines[line] as Line;
      const next = (at[gate] as number) < t ? gate + 1 : gate;
      const within = Math.min(Math.max(base + slope * t, low[gate] as number), high[next] as number);
      before = Math.max(before, within);
      energies[index] = before;
    }
    return energies;
  }
}

/**
 * The middle of the lines that pass through the gates between each two bounds. A line is the one `before` where the same
 * gates are between: moving a bound leaves most as they are.
 */
function linesOf(gates: Gates, bounds: readonly number[], before: Lines): Lines {
  const { at } = gates;
  const stabbing = new StabbingLine();
  const lines: Line[] = [];
  const ends: number[] = [];
  let from = 0;
  for (let index = 0; index + 1 < bounds.length; index += 1) {
    const isLast = index + 2 === bounds.length;
    const to = isLast ? at.length : endBefore(at, from, bounds[index + 1] as number);
    const isSame = before.ends[index] === to && (before.ends[index - 1] ?? 0) === from;
    lines.push((isSame ? before.lines[index] : undefined) ?? lineOf(gates, [from, to], stabbing));
    ends.push(to);
    from = to;
  }
  return { lines, ends };
}

/** The first gate from `from` on that is not before `endMs`. */
function endBefore(at: Float64Array, from: number, endMs: number): number {
  let end = from;
  while (end < at.length && (at[end] as number) < endMs) end += 1;
  return end;
}

function lineOf(gates: Gates, [from, to]: readonly [number, number], stabbing: StabbingLine): Line {
  const { at, low, high } = gates;
  stabbing.clear();
  let fits = true;
  for (let gate = from; gate < to && fits; gate += 1)
    fits = stabbing.add(at[gate] as number, low[gate] as number, high[gate] as number);
  const slope = fits && to - from >= 2 ? middleSlope(stabbing) : nearestSlope(gates, from, to);
  return { slope, base: middleBase(gates, slope, [from, to]) };
}

function middleSlope({ slopeMin, slopeMax }: StabbingLine): number {
  return (Math.max(slopeMin, 0) + slopeMax) / 2;
}

/** Where no line fits, or there is but one gate: the line nearest to the middles of the gates, the one before included. */
function nearestSlope({ at, low, high }: Gates, from: number, to: number): number {
  const first = Math.max(Math.min(from, to - 2), 0);
  const origin = at[first] as number;
  let [count, sumT, sumE, sumTT, sumTE] = [0, 0, 0, 0, 0];
  for (let index = first; index < to; index += 1) {
    const t = (at[index] as number) - origin;
    const e = (low[index] as number) + (high[index] as number) - 2 * (low[first] as number);
    count += 1;
    sumT += t;
    sumE += e;
    sumTT += t * t;
    sumTE += t * e;
  }
  const spread = sumTT - (sumT * sumT) / Math.max(count, 1);
  return spread > 0 ? Math.max((sumTE - (sumT * sumE) / count) / spread / 2, 0) : 0;
}

/** The base that puts a line of that slope in the middle of what the gates leave free. */
function middleBase(gates: Gates, slope: number, [from, to]: readonly [number, number]): number {
  let [lowest, highest] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let index = Math.max(Math.min(from, to - 1), 0); index < to; index += 1) {
    const risen = slope * (gates.at[index] as number);
    lowest = Math.max(lowest, (gates.low[index] as number) - risen);
    highest = Math.min(highest, (gates.high[index] as number) - risen);
  }
  return (lowest + highest) / 2;
}

/** Each inner bound where the lines on its two sides meet, as far as the gates allow a change there. */
function meetings(bounds: readonly number[], lines: readonly Line[], changes: readonly Change[]): number[] {
  const moved = [...bounds];
  for (const [index, { fromMs, toMs }] of changes.entries()) {
    const [before, after] = [lines[index] as Line, lines[index + 1] as Line];
    const turn = before.slope - after.slope;
    if (turn === 0) continue;
    const low = Math.max(fromMs, moved[index] as number);
    const high = Math.min(toMs, moved[index + 2] as number);
    moved[index + 1] = Math.min(Math.max((after.base - before.base) / turn, low), Math.max(low, high));
  }
  return moved;
}
