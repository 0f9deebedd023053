import { DAY_MS, type EpochMs, MINUTE_MS } from '../time/index.ts';
import { isInterleaved, type PartedPasses, partPasses, phaseDifference } from './parted-passes.ts';

/**
 * Readings of the hour that the autumn clock shows twice, as they follow each other in a file. Which pass each belongs
 * to is told by their order alone:
 *
 * 1. A reading that follows one from after the change is of the second pass.
 * 2. Where the readings step back by more than two windows, the second pass starts.
 * 3. Readings that never step back but come twice as densely as windows do are two interleaved passes: they are told
 *    apart by the phase of each (`partPasses`), and the one that fits what stands before the hour is the first.
 * 4. One pass alone is the first, unless nothing stands shortly before it and something follows it at once when it is
 *    read as the second.
 */
export interface AmbiguousHour {
  /** Naive local milliseconds, in the file's order. */
  readonly localsMs: readonly number[];
  readonly intervalMs: number;
  readonly firstOffsetMs: number;
  readonly secondOffsetMs: number;
  /** When the clock went back. */
  readonly changeMs: EpochMs;
  /** The instants of the last rows before these, oldest first; empty where there are none. */
  readonly beforeMs: readonly EpochMs[];
  /** The instant of the row after; null where there is none. */
  readonly afterMs: EpochMs | null;
}

/** For each reading whether it belongs to the second pass, and whether the passes were found interleaved. */
export interface Passes {
  readonly second: readonly boolean[];
  readonly interleaved: boolean;
}

/** A neighbour nearer than this counts as adjoining the hour. */
const NEAR_MS = 10 * MINUTE_MS;
/** A hole longer than so many windows is more than a few lost ones. */
const LONG_HOLE = 10;

export function separatePasses(hour: AmbiguousHour): Passes {
  const { localsMs, intervalMs } = hour;
  if (isAfterChange(hour)) return all(hour, true);
  const back = localsMs.findIndex((each, i) => i > 0 && each < at(localsMs, i - 1) - 2 * intervalMs);
  if (back >= 0) return { second: localsMs.map((_, i) => i >= back), interleaved: false };
  if (isInterleaved(localsMs, intervalMs)) return partInterleaved(hour);
  return all(hour, isSecondAlone(hour));
}

/** Whether the row before is from after the change of this very night. */
function isAfterChange({ beforeMs, changeMs }: AmbiguousHour): boolean {
  const lastMs = beforeMs.at(-1);
  return lastMs !== undefined && lastMs >= changeMs && lastMs - changeMs < DAY_MS;
}

function all(hour: AmbiguousHour, second: boolean): Passes {
  return { second: hour.localsMs.map(() => second), interleaved: false };
}

function isSecondAlone(hour: AmbiguousHour): boolean {
  const near = Math.max(NEAR_MS, 1.5 * hour.intervalMs);
  return holeBefore(hour, at(hour.localsMs, 0)) > near && holeAfter(hour, at(hour.localsMs, -1)) <= near;
}

/** From the row before to this reading taken as of the first pass. */
function holeBefore(hour: AmbiguousHour, localMs: number): number {
  return localMs - hour.firstOffsetMs - (hour.beforeMs.at(-1) ?? Number.NEGATIVE_INFINITY);
}

/** From this reading taken as of the second pass to the row after. */
function holeAfter(hour: AmbiguousHour, localMs: number): number {
  return hour.afterMs === null ? Infinity : hour.afterMs - (localMs - hour.secondOffsetMs);
}

function partInterleaved(hour: AmbiguousHour): Passes {
  const parted = partPasses(hour.localsMs, hour.intervalMs);
  const asOne = joinCost(hour, parted, false);
  const asOther = joinCost(hour, parted, true);
  return { second: parted.isOther.map((isOther) => isOther === asOne <= asOther), interleaved: true };
}

/**
 * How badly the hour joins what stands around it when the pass `other` is read as the first (`isOtherFirst`) or as the
 * second: by phase, and by holes too long to be a few lost windows.
 */
function joinCost(hour: AmbiguousHour, parted: PartedPasses, isOtherFirst: boolean): number {
  const { localsMs, intervalMs, afterMs } = hour;
  const firstPhaseMs = isOtherFirst ? parted.otherPhaseMs : parted.onePhaseMs;
  const secondPhaseMs = isOtherFirst ? parted.onePhaseMs : parted.otherPhaseMs;
  const beforesMs = hour.beforeMs.map((each) => each + hour.firstOffsetMs);
  const aftersMs = afterMs === null ? [] : [afterMs + hour.secondOffsetMs];
  const holesMs = [
    holeBefore(hour, localsMs[parted.isOther.indexOf(isOtherFirst)] ?? 0),
    holeAfter(hour, localsMs[parted.isOther.lastIndexOf(!isOtherFirst)] ?? 0),
  ];
  const holes = holesMs.filter((each) => each < Infinity && each > LONG_HOLE * intervalMs).length;
  // One row is off by a second or so, several are not: the rows before count for as many as they are.
  const differences = [
    ...beforesMs.map((each) => phaseDifference(each, firstPhaseMs, intervalMs)),
    ...aftersMs.map((each) => phaseDifference(each, secondPhaseMs, intervalMs)),
  ].map(Math.abs);
  const mean = differences.reduce((sum, each) => sum + each, 0) / Math.max(1, differences.length);
  return mean + holes * intervalMs;
}

function at(values: readonly number[], index: number): number {
  return values.at(index) ?? 0;
}
