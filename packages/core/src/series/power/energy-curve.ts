import type { EpochMs } from '../../time/index.ts';
import { type Changes, findChanges } from './changes.ts';
import type { Gates } from './gates.ts';
import { StabbingLine } from './stabbing-line.ts';

/** How often each change is moved to where the lines on its two sides meet; more gains nothing. */
const ROUNDS = 2;

/**
 * Lines of constant power, as columns: Wh a ms, and the Wh where the gates begin. Line k passes through the gates from end
 * k - 1 (0 for the first) to end k, this one left out.
 */
interface Lines {
  readonly slopes: Float64Array;
  readonly bases: Float64Array;
  readonly ends: Uint32Array;
}

/** Curves are found one after the other: one serves all, its room with it. */
const stabbing = new StabbingLine();

/** The energy of one stretch without a gap, straight between changes of power. It holds for as long as its gates do. */
export class EnergyCurve {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly #gates: Gates;
  /** Line k holds from bound k to bound k + 1. */
  readonly #bounds: Float64Array;
  readonly #lines: Lines;

  constructor(gates: Gates) {
    this.startMs = gates.startMs;
    this.endMs = gates.endMs;
    this.#gates = gates;
    const changes = findChanges(gates, stabbing);
    const count = changes.guessMs.length;
    const bounds = new Float64Array(count + 2);
    bounds.set(changes.guessMs, 1);
    bounds[count + 1] = gates.at[gates.at.length - 1] as number;
    let lines = linesOf(gates, bounds, null);
    for (let round = 0; round < ROUNDS; round += 1) {
      moveToMeetings(bounds, lines, changes);
      lines = linesOf(gates, bounds, lines);
    }
    this.#bounds = bounds;
    this.#lines = lines;
  }

  /**
   * Wh since the stretch began, at each of `instants` (ascending, UTC ms; outside the stretch its ends). Never falls,
   * and stays within what was counted: less than 1 Wh from the flashes up to there. They are set in `energies`, which is as
   * long as `instants` at least.
   */
  energiesAt(
    instants: Float64Array,
    energies: Float64Array = new Float64Array(instants.length),
  ): Float64Array {
    const { at, low, high, startMs } = this.#gates;
    const { slopes, bases } = this.#lines;
    const bounds = this.#bounds;
    const lastGate = at.length - 1;
    const lastLine = slopes.length - 1;
    const lengthMs = at[lastGate] as number;
    let gate = 0;
    let line = 0;
    let before = 0;
    for (let index = 0; index < instants.length; index += 1) {
      const t = Math.min(Math.max((instants[index] as number) - startMs, 0), lengthMs);
      while (gate < lastGate && (at[gate + 1] as number) <= t) gate += 1;
      while (line < lastLine && (bounds[line + 1] as number) <= t) line += 1;
      const onLine = (bases[line] as number) + (slopes[line] as number) * t;
      const next = (at[gate] as number) < t ? gate + 1 : gate;
      const within = Math.min(Math.max(onLine, low[gate] as number), high[next] as number);
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
function linesOf(gates: Gates, bounds: Float64Array, before: Lines | null): Lines {
  const { at } = gates;
  const count = bounds.length - 1;
  const lines = {
    slopes: new Float64Array(count),
    bases: new Float64Array(count),
    ends: new Uint32Array(count),
  };
  let from = 0;
  for (let index = 0; index < count; index += 1) {
    const to = index + 1 === count ? at.length : endBefore(at, from, bounds[index + 1] as number);
    if (before !== null && before.ends[index] === to && startOf(before, index) === from) {
      lines.slopes[index] = before.slopes[index] as number;
      lines.bases[index] = before.bases[index] as number;
    } else {
      const slope = slopeOf(gates, from, to);
      lines.slopes[index] = slope;
      lines.bases[index] = middleBase(gates, slope, [from, to]);
    }
    lines.ends[index] = to;
    from = to;
  }
  return lines;
}

function startOf({ ends }: Lines, index: number): number {
  return index === 0 ? 0 : (ends[index - 1] as number);
}

/** The first gate from `from` on that is not before `endMs`. */
function endBefore(at: Float64Array, from: number, endMs: number): number {
  let end = from;
  while (end < at.length && (at[end] as number) < endMs) end += 1;
  return end;
}

/** The middle of the slopes of the lines through the gates; where there is none, the slope of the line nearest to them. */
function slopeOf(gates: Gates, from: number, to: number): number {
  stabbing.clear();
  const fits = stabbing.addGates(gates, from, to) === to;
  if (!fits || to - from < 2) return nearestSlope(gates, from, to);
  return (Math.max(stabbing.slopeMin, 0) + stabbing.slopeMax) / 2;
}

/** Where no line fits, or there is but one gate: the line nearest to the middles of the gates, the one before included. */
function nearestSlope({ at, low, high }: Gates, from: number, to: number): number {
  const first = Math.max(Math.min(from, to - 2), 0);
  const origin = at[first] as number;
  const lowest = low[first] as number;
  let count = 0;
  let sumT = 0;
  let sumE = 0;
  let sumTT = 0;
  let sumTE = 0;
  for (let index = first; index < to; index += 1) {
    const t = (at[index] as number) - origin;
    const e = (low[index] as number) + (high[index] as number) - 2 * lowest;
    count += 1;
    sumT += t;
    sumE += e;
    sumTT += t * t;
    sumTE += t * e;
  }
  const spread = sumTT - (sumT * sumT) / Math.max(count, 1);
  return spread > 0 ? Math.max((sumTE - (sumT * sumE) / count) / spread / 2, 0) : 0;
}

/** The base that puts a line of that slope in the middle of what the gates leave free; without one, the gate before. */
function middleBase({ at, low, high }: Gates, slope: number, [from, to]: readonly [number, number]): number {
  let lowest = Number.NEGATIVE_INFINITY;
  let highest = Number.POSITIVE_INFINITY;
  // Before a change at the very beginning there is no gate at all: the first one holds that line, too.
  const end = Math.max(to, 1);
  for (let index = Math.min(from, end - 1); index < end; index += 1) {
    const risen = slope * (at[index] as number);
    lowest = Math.max(lowest, (low[index] as number) - risen);
    highest = Math.min(highest, (high[index] as number) - risen);
  }
  return (lowest + highest) / 2;
}

/** Moves each inner bound to where the lines on its two sides meet, as far as the gates allow a change there. */
function moveToMeetings(bounds: Float64Array, { slopes, bases }: Lines, { fromMs, toMs }: Changes): void {
  for (let index = 0; index < fromMs.length; index += 1) {
    const turn = (slopes[index] as number) - (slopes[index + 1] as number);
    if (turn === 0) continue;
    const low = Math.max(fromMs[index] as number, bounds[index] as number);
    const high = Math.min(toMs[index] as number, bounds[index + 2] as number);
    const meeting = ((bases[index + 1] as number) - (bases[index] as number)) / turn;
    bounds[index + 1] = Math.min(Math.max(meeting, low), Math.max(low, high));
  }
}
