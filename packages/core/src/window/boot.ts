import { type Fault, fault, ok, type Result } from '../error/index.ts';
import type { ReportV2 } from '../report/index.ts';
import {
  countIn,
  cutGap,
  type Gap,
  isPossible,
  type RecoveredEnergy,
  recoveredOf,
  type Stretch,
} from './gaps.ts';
import { NumberRanges } from './number-ranges.ts';
import type { SavedBoot, StoredRun } from './numbered-port.ts';
import { RunClock } from './run-clock.ts';

/** Gaps whose cumulative counts are remembered; of older ones only the energy is kept. */
const GAPS_KEPT = 100;

/** What is known of one boot of a sensor that numbers its windows. */
export interface Boot {
  readonly bootId: number;
  readonly run: number;
  readonly windowMs: number;
  readonly clock: RunClock;
  /** Whether this process has heard it. */
  isHeard: boolean;
  /** The newest window heard of, and the cumulative count with it; null when not known. */
  topNumber: number;
  topCount: number | null;
  /** The oldest window the sensor still holds. */
  oldestNumber: number;
  /** Ascending. */
  gaps: Gap[];
  /** Windows that came without a measurement, of those the sensor still holds. */
  readonly absent: NumberRanges;
  /** Windows that need not come any more, of those the sensor still holds: stored, or without measurement. */
  readonly settled: NumberRanges;
  /** `topNumber` when the boot was last saved. */
  savedNumber: number;
}

/**
 * The part of a report that can be added up: its windows but for lost ones at its old end. It is empty where all are lost:
 * even then the cumulative count at its end is known, if `isCountTold`.
 */
export function stretchOf(report: ReportV2, isCountTold: boolean): Stretch {
  const lost = report.windows.findIndex((window) => 'absent' in window && window.absent === 'lost');
  const windows = lost < 0 ? report.windows : report.windows.slice(0, lost);
  const { newestNumber: last, cumulativeCount } = report;
  return {
    ...{ first: last - windows.length + 1, last },
    counts: windows.map((window) => ('count' in window ? window.count : 0)),
    after: isCountTold ? cumulativeCount : null,
  };
}

/** The gaps of a boot once a report has come, and what is recovered in their place. */
export interface GapsAfter {
  readonly gaps: readonly Gap[];
  /** Gaps that were cut. */
  readonly gone: readonly Gap[];
  /** What their energy is now, with that of the gap that was opened, and what was counted late. */
  readonly made: readonly RecoveredEnergy[];
}

/**
 * Cuts the gaps by what came, and takes in how the cumulative count grew since the newest window before: what the windows
 * that came do not explain is in those that are missing, or was counted late. `newest`: the cumulative count with the
 * newest window of the report. Fault: `report/cumulative` where the counts do not fit those of other reports.
 */
export function gapsAfter(
  boot: Boot,
  of: { came: Stretch; newest: number },
  knownCount: (fromNumber: number, toNumber: number) => number | null,
): Result<GapsAfter, Fault> {
  const { came, newest } = of;
  const gaps: Gap[] = [];
  const gone: Gap[] = [];
  const made: RecoveredEnergy[] = [];
  for (const gap of boot.gaps) {
    const cut = cutGap(gap, came, knownCount);
    gaps.push(...cut.gaps);
    if (cut.gaps[0] === gap) continue;
    gone.push(gap);
    made.push(...cut.gaps.flatMap(recoveredOf), ...cut.late);
  }
  const { topNumber, topCount } = boot;
  if (topCount !== null && came.last > topNumber) {
    const fromNumber = topNumber + 1;
    const energy = newest - topCount - countIn(came, fromNumber, came.last + 1);
    if (came.first > fromNumber) {
      const gap = { fromNumber, toNumber: came.first, before: topCount, energy, known: [] };
      gaps.push(gap);
      made.push(...recoveredOf(gap));
    } else {
      made.push({ fromNumber, toNumber: came.last + 1, value: energy });
    }
  }
  const wrong = made.find((recovered) => !isPossible(recovered));
  if (wrong === undefined) return ok({ gaps, gone, made: made.filter(({ value }) => value > 0) });
  const { fromNumber, toNumber, value } = wrong;
  const message = `report: expected what ${toNumber - fromNumber} windows from ${fromNumber} on can hold beside what is known of them, a cumulative count that leaves ${value} flashes for them came`;
  return fault({ code: 'report/cumulative', message });
}

/** A boot that was never heard of before, from its first report. */
export function beginBoot(
  report: ReportV2,
  of: { run: number; clock: RunClock; isFirstOfSensor: boolean },
): Boot {
  return {
    bootId: report.bootId,
    run: of.run,
    windowMs: report.windowMs,
    clock: of.clock,
    isHeard: true,
    // What a sensor counted before it was first heard of was not missed here.
    topNumber: -1,
    topCount: of.isFirstOfSensor ? null : 0,
    oldestNumber: report.oldestNumber,
    gaps: [],
    absent: new NumberRanges(),
    settled: new NumberRanges(),
    savedNumber: -1,
  };
}

/** A boot taken up again: from what was saved of it, if anything, and what the store has. */
export function resumeBoot(bootId: number, stored: StoredRun, saved: SavedBoot | undefined): Boot {
  const windowMs = stored.timeline.at(-1)?.intervalMs ?? 0;
  return {
    bootId,
    run: stored.run,
    windowMs,
    clock: new RunClock(stored.timeline, windowMs),
    isHeard: false,
    topNumber: saved?.topNumber ?? stored.lastNumber,
    topCount: saved?.topCount ?? null,
    oldestNumber: saved?.oldestNumber ?? 0,
    gaps: (saved?.gaps ?? []).map(toGap),
    absent: new NumberRanges(saved?.absent),
    settled: new NumberRanges(saved?.absent),
    savedNumber: saved?.topNumber ?? Number.NEGATIVE_INFINITY,
  };
}

function toGap([fromNumber = 0, toNumber = 0, before = 0, after = 0, ...edges]: readonly number[]): Gap {
  const known = edges.flatMap((from, index) =>
    index % 2 === 0 ? [[from, edges[index + 1] ?? from] as const] : [],
  );
  return { fromNumber, toNumber, before, energy: after - before, known };
}

/** What has to be remembered of a boot. */
export function toSaved(boot: Boot): SavedBoot {
  const { bootId, run, topNumber, topCount, oldestNumber } = boot;
  return {
    ...{ bootId, run, topNumber, topCount, oldestNumber },
    gaps: boot.gaps.map(({ fromNumber, toNumber, before, energy, known }) => [
      ...[fromNumber, toNumber, before, before + energy],
      ...known.flat(),
    ]),
    absent: boot.absent.ranges,
  };
}

/**
 * Forgets what the sensor does not hold any more, and the oldest of very many gaps. A gap outlives its windows in the
 * sensor: a report may still be under way.
 */
export function forgetOld(boot: Boot): void {
  boot.absent.dropBelow(boot.oldestNumber);
  boot.settled.dropBelow(boot.oldestNumber);
  boot.gaps = boot.gaps.slice(-GAPS_KEPT);
}
