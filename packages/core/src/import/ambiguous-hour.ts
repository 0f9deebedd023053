import { type EpochMs, MINUTE_MS } from '../time/index.ts';

/**
 * Readings of the hour that the autumn clock shows twice, as they follow each other in a file. Which pass each belongs
 * to is told by their order alone:
 *
 * 1. A reading that follows one from after the change is of the second pass.
 * 2. Where the readings step back by more than two windows, the second pass starts.
 * 3. Readings that never step back but come twice as densely as windows do are two interleaved passes: they are told
 *    apart by the rhythm of each (`threads`), and the thread that continues what stands before the hour is the first.
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
  /** The instant of the row before these, and of the row after; null where there is none. */
  readonly beforeMs: EpochMs | null;
  readonly afterMs: EpochMs | null;
}

/** For each reading whether it belongs to the second pass, and whether the passes were found interleaved. */
export interface Passes {
  readonly second: readonly boolean[];
  readonly interleaved: boolean;
}

/** A neighbour nearer than this counts as adjoining the hour. */
const NEAR_MS = 10 * MINUTE_MS;
/** A step between rows of one pass differs from the interval by at most this share of it. */
const RHYTHM_SLACK = 0.3;
/** How many rows back the last row of the other pass can be while the passes alternate. */
const ALTERNATING_ROWS = 4;

export function separatePasses(hour: AmbiguousHour): Passes {
  const { localsMs, intervalMs } = hour;
  if (hour.beforeMs !== null && hour.beforeMs >= hour.changeMs && isSameNight(hour)) return all(hour, true);
  const back = localsMs.findIndex((each, i) => i > 0 && each < at(localsMs, i - 1) - 2 * intervalMs);
  if (back >= 0) return { second: localsMs.map((_, i) => i >= back), interleaved: false };
  const tracks = layTracks(findThreads(localsMs, intervalMs), intervalMs);
  if (tracks.other.length > 0) return interleaved(hour, tracks);
  return all(hour, isSecondAlone(hour));
}

function isSameNight(hour: AmbiguousHour): boolean {
  return hour.beforeMs !== null && hour.beforeMs - hour.changeMs < 24 * 60 * MINUTE_MS;
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
  return hour.beforeMs === null ? Infinity : localMs - hour.firstOffsetMs - hour.beforeMs;
}

/** From this reading taken as of the second pass to the row after. */
function holeAfter(hour: AmbiguousHour, localMs: number): number {
  return hour.afterMs === null ? Infinity : hour.afterMs - (localMs - hour.secondOffsetMs);
}

/** Rows that follow each other in the rhythm of one pass. */
interface Thread {
  readonly rows: number[];
  readonly startMs: number;
  endMs: number;
}

function findThreads(localsMs: readonly number[], intervalMs: number): Thread[] {
  const threads: Thread[] = [];
  let recent: Thread[] = [];
  for (const [row, localMs] of localsMs.entries()) {
    recent = recent.filter((each) => row - at(each.rows, -1) <= ALTERNATING_ROWS);
    const thread = bestThread(recent, localMs, intervalMs);
    if (thread === undefined) {
      const started = { rows: [row], startMs: localMs, endMs: localMs };
      threads.push(started);
      recent.push(started);
    } else {
      thread.rows.push(row);
      thread.endMs = localMs;
    }
  }
  return threads;
}

/** The thread whose rhythm the reading fits best; of two equal ones, that which waits longer. */
function bestThread(threads: readonly Thread[], localMs: number, intervalMs: number): Thread | undefined {
  let best: Thread | undefined;
  let bestOff = RHYTHM_SLACK * intervalMs;
  for (const thread of threads) {
    const off = Math.abs(localMs - thread.endMs - intervalMs);
    const better = off < bestOff || (off === bestOff && thread.endMs <= (best?.endMs ?? thread.endMs));
    if (!better) continue;
    best = thread;
    bestOff = off;
  }
  return best;
}

/** Threads laid on two tracks so that no two on one track overlap; `other` is empty when one track is enough. */
interface Tracks {
  readonly one: readonly Thread[];
  readonly other: readonly Thread[];
}

function layTracks(threads: readonly Thread[], intervalMs: number): Tracks {
  const one: Thread[] = [];
  const other: Thread[] = [];
  const apartMs = (1 - RHYTHM_SLACK) * intervalMs;
  for (const thread of threads) {
    const oneEnd = endOf(one);
    const otherEnd = endOf(other);
    const overlapsOne = thread.startMs <= oneEnd - apartMs || thread.startMs === oneEnd;
    const followsOther = otherEnd > oneEnd && thread.startMs - otherEnd >= apartMs;
    (overlapsOne || followsOther ? other : one).push(thread);
  }
  return { one, other };
}

function endOf(track: readonly Thread[]): number {
  return track.at(-1)?.endMs ?? -Infinity;
}

function interleaved(hour: AmbiguousHour, { one, other }: Tracks): Passes {
  const oneFirst = joinCost(hour, one, other);
  const otherFirst = joinCost(hour, other, one);
  const secondTrack = otherFirst < oneFirst ? one : other;
  const second = hour.localsMs.map(() => false);
  for (const thread of secondTrack) for (const row of thread.rows) second[row] = true;
  return { second, interleaved: true };
}

/** How badly the hour joins what stands around it when `first` is read as the first pass. */
function joinCost(hour: AmbiguousHour, first: readonly Thread[], second: readonly Thread[]): number {
  const start = first[0]?.startMs ?? 0;
  const end = second.at(-1)?.endMs ?? 0;
  const before = Math.abs(holeBefore(hour, start) - hour.intervalMs);
  const after = Math.abs(holeAfter(hour, end) - hour.intervalMs);
  return (Number.isFinite(before) ? before : 0) + (Number.isFinite(after) ? after : 0);
}

function at(values: readonly number[], index: number): number {
  return values.at(index) ?? 0;
}
