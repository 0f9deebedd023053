import type { ReportV2 } from '../report/index.ts';
import { cutGap, type Gap, isPossible, type Stretch } from './gaps.ts';
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
 * even then the cumulative count at its end is known.
 */
export function stretchOf(report: ReportV2): Stretch {
  let count = 0;
  let length = 0;
  for (const window of report.windows) {
    if ('absent' in window && window.absent === 'lost') break;
    length += 1;
    if ('count' in window) count += window.count;
  }
  const { newestNumber: last, cumulativeCount: after } = report;
  return { first: last - length + 1, last, before: after - count, after };
}

/** The cumulative count with window `number`, which is in the report or just before it. */
export function countWith(report: ReportV2, number: number): number {
  let count = report.cumulativeCount;
  for (const window of report.windows.slice(0, report.newestNumber - number)) {
    if ('count' in window) count -= window.count;
  }
  return count;
}

/** The gaps of a boot once a report has come, and what speaks against it. */
export interface GapsAfter {
  readonly gaps: readonly Gap[];
  /** What was expected and what came; null when the cumulative counts fit those of other reports. */
  readonly contradiction: string | null;
}

/** Cuts the gaps by what came, and opens one where windows between the newest before and this report are missing. */
export function gapsAfter(boot: Boot, report: ReportV2, came: Stretch): GapsAfter {
  const gaps = boot.gaps.flatMap((gap) => cutGap(gap, came));
  const { topNumber, topCount } = boot;
  if (topCount !== null && came.last > topNumber) {
    if (came.first > topNumber + 1) {
      gaps.push({ fromNumber: topNumber + 1, toNumber: came.first, before: topCount, after: came.before });
    } else if (countWith(report, topNumber) < topCount) {
      const message = `expected a cumulative count of at least ${topCount} with window ${topNumber}, ${countWith(report, topNumber)} came`;
      return { gaps, contradiction: message };
    }
  }
  const wrong = gaps.find((gap) => !isPossible(gap));
  if (wrong === undefined) return { gaps, contradiction: null };
  const { fromNumber, toNumber, before, after } = wrong;
  const message = `expected what ${toNumber - fromNumber} windows from ${fromNumber} on can hold, a cumulative count from ${before} to ${after} came`;
  return { gaps, contradiction: message };
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
    gaps: (saved?.gaps ?? []).map(([fromNumber, toNumber, before, after]) => ({
      ...{ fromNumber, toNumber, before, after },
    })),
    absent: new NumberRanges(saved?.absent),
    settled: new NumberRanges(saved?.absent),
    savedNumber: saved?.topNumber ?? Number.NEGATIVE_INFINITY,
  };
}

/** What has to be remembered of a boot. */
export function toSaved(boot: Boot): SavedBoot {
  const { bootId, run, topNumber, topCount, oldestNumber } = boot;
  return {
    ...{ bootId, run, topNumber, topCount, oldestNumber },
    gaps: boot.gaps.map(({ fromNumber, toNumber, before, after }) => [fromNumber, toNumber, before, after]),
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
