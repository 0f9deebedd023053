/**
 * Parts the readings of two passes that a sort by date has laid into each other.
 *
 * ```
 * first   |    |    |    |         |    |       each keeps its own phase: where in the 5 s its windows start
 * second    |    |    |    |    |    |    |
 * file    | |  | |  | |  | |    |  | |  | |
 * ```
 *
 * The two phases are found as the centres of two groups on a circle one interval long. Then each reading goes to the
 * pass whose phase it is nearer to; where the phases are the same, to the pass that it continues by one window; never
 * to one that has a reading less than most of an interval before.
 */
export interface PartedPasses {
  /** For each reading whether it belongs to the pass `other`. */
  readonly isOther: readonly boolean[];
  /** Phases in milliseconds of the interval. */
  readonly onePhaseMs: number;
  readonly otherPhaseMs: number;
}

/** Steps shorter than this share of an interval can not be within one pass, whose windows are off by a second or so. */
const DENSE = 0.5;
/** The share of dense steps that two interleaved passes have at least where they are; they have about half. */
const DENSE_SHARE_MIN = 0.25;
/** Fewer dense steps among many rows are a stray row, not a pass. */
const DENSE_STEPS_MIN = 3;
const FEW_ROWS = 10;
/** The least step within one pass, and the most that still continues it, as shares of the interval. */
const STEP_MIN = 0.6;
const STEP_MAX = 1.4;
/** What not continuing a pass by one window weighs against a difference of phase, as a share of the interval. */
const BREAK_WEIGHT = 0.1;
const ROUNDS = 8;

/** Whether ascending readings are twice as dense as one pass can be. */
export function isInterleaved(localsMs: readonly number[], intervalMs: number): boolean {
  const dense = denseRows(localsMs, intervalMs);
  const [first] = dense;
  const last = dense.at(-1);
  if (first === undefined || last === undefined) return false;
  if (localsMs.length < FEW_ROWS) return true;
  return dense.length >= DENSE_STEPS_MIN && dense.length >= DENSE_SHARE_MIN * (last - first + 1);
}

/** Rows that come too soon after the row before them to be of its pass. */
function denseRows(localsMs: readonly number[], intervalMs: number): number[] {
  const rows = localsMs.map((_, row) => row).slice(1);
  return rows.filter((row) => stepTo(localsMs, row) < DENSE * intervalMs);
}

function stepTo(localsMs: readonly number[], row: number): number {
  return (localsMs[row] ?? 0) - (localsMs[row - 1] ?? 0);
}

/** Parts interleaved readings, ascending and at least two. */
export function partPasses(localsMs: readonly number[], intervalMs: number): PartedPasses {
  const [onePhaseMs, otherPhaseMs] = findPhases(localsMs, intervalMs);
  const one = { phaseMs: onePhaseMs, lastMs: Number.NEGATIVE_INFINITY };
  const other = { phaseMs: otherPhaseMs, lastMs: Number.NEGATIVE_INFINITY };
  const isOther = localsMs.map((localMs) => {
    const takesOther = cost(other, localMs, intervalMs) < cost(one, localMs, intervalMs);
    (takesOther ? other : one).lastMs = localMs;
    return takesOther;
  });
  return { isOther, onePhaseMs, otherPhaseMs };
}

/** How badly a reading fits a pass; what is too soon for it fits worse than any phase can. */
function cost(pass: { phaseMs: number; lastMs: number }, localMs: number, intervalMs: number): number {
  const stepMs = localMs - pass.lastMs;
  const off = Math.abs(phaseDifference(localMs, pass.phaseMs, intervalMs));
  if (stepMs < STEP_MIN * intervalMs) return off + (2 - stepMs / intervalMs) * intervalMs;
  return off + (stepMs <= STEP_MAX * intervalMs ? 0 : BREAK_WEIGHT * intervalMs);
}

/** From `phaseMs` to the phase of `localMs`, the short way round: at most half an interval either way. */
export function phaseDifference(localMs: number, phaseMs: number, intervalMs: number): number {
  const turns = (localMs - phaseMs) / intervalMs;
  return (turns - Math.round(turns)) * intervalMs;
}

/** The centres of two groups, begun with two readings that are certainly of different passes. */
function findPhases(localsMs: readonly number[], intervalMs: number): [number, number] {
  const [row = 1] = denseRows(localsMs, intervalMs);
  let phases: [number, number] = [(localsMs[row - 1] ?? 0) % intervalMs, (localsMs[row] ?? 0) % intervalMs];
  for (let round = 0; round < ROUNDS; round++) phases = betterPhases(localsMs, phases, intervalMs);
  return phases;
}

function betterPhases(
  localsMs: readonly number[],
  phases: readonly [number, number],
  intervalMs: number,
): [number, number] {
  const sums = [0, 0];
  const counts = [0, 0];
  for (const localMs of localsMs) {
    const differences = phases.map((phaseMs) => phaseDifference(localMs, phaseMs, intervalMs));
    const nearer = Math.abs(differences[1] ?? 0) < Math.abs(differences[0] ?? 0) ? 1 : 0;
    sums[nearer] = (sums[nearer] ?? 0) + (differences[nearer] ?? 0);
    counts[nearer] = (counts[nearer] ?? 0) + 1;
  }
  const moved = phases.map(
    (phaseMs, group) => phaseMs + (sums[group] ?? 0) / Math.max(1, counts[group] ?? 0),
  );
  return [moved[0] ?? 0, moved[1] ?? 0];
}
