import type { EpochMs } from '../time/index.ts';
import { SUBSCRIBED_VA_MAX, steadyLimitW } from './plausible.ts';

/** Energy between two instants that another source knows, such as two readings of the meter. */
export interface ReferencePeriod {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly energyWh: number;
  /** By how much the reference itself may be off: 1,000 Wh each for readings of a display in kWh. */
  readonly toleranceWh: number;
}

/** What a series holds over the same time. */
export interface MeasuredPeriod {
  /** Measured and recovered. */
  readonly energyWh: number;
  readonly recoveredWh: number;
  readonly validMs: number;
}

/**
 * `agrees` within what both can tell; `gaps` when the difference fits what the house draws while nothing was measured;
 * `missed` when fewer flashes were counted than there were, `invented` when more.
 */
export type Verdict = 'agrees' | 'gaps' | 'missed' | 'invented';

export interface Comparison {
  readonly period: ReferencePeriod;
  readonly measured: MeasuredPeriod;
  /** Measured less reference. */
  readonly driftWh: number;
  /** Drift as a share of the reference; null where that is 0. */
  readonly driftShare: number | null;
  readonly verdict: Verdict;
  /** Mean power that the gaps would have had, W; null where there are none. */
  readonly gapPowerW: number | null;
}

const HOUR_MS = 3_600_000;
/** Below this, what was not measured is the edge of a window and no gap. */
const GAP_MIN_MS = 60_000;
/** Two counts, one at each end, may each be just before a flash. */
const COUNT_TOLERANCE_WH = 2;

/** Compares a period. `powerMaxW` is what the subscription or the meter allows at most. */
export function compare(period: ReferencePeriod, measured: MeasuredPeriod, powerMaxW: number): Comparison {
  const driftWh = measured.energyWh - period.energyWh;
  const gapMs = period.toMs - period.fromMs - measured.validMs;
  const hasGap = gapMs >= GAP_MIN_MS;
  const gapPowerW = hasGap ? ((measured.recoveredWh - driftWh) / gapMs) * HOUR_MS : null;
  const tolerance = period.toleranceWh + COUNT_TOLERANCE_WH;
  return {
    ...{ period, measured, driftWh, gapPowerW },
    driftShare: period.energyWh === 0 ? null : driftWh / period.energyWh,
    verdict: verdictOf({ driftWh, tolerance, gapPowerW, powerMaxW }),
  };
}

function verdictOf(of: {
  driftWh: number;
  tolerance: number;
  gapPowerW: number | null;
  powerMaxW: number;
}): Verdict {
  const { driftWh, tolerance, gapPowerW, powerMaxW } = of;
  if (Math.abs(driftWh) <= tolerance) return 'agrees';
  if (driftWh > 0) return 'invented';
  return gapPowerW !== null && gapPowerW <= powerMaxW ? 'gaps' : 'missed';
}

/** What a meter's index showed when. */
export interface IndexReading {
  readonly atMs: EpochMs;
  readonly indexWh: number;
  /** How coarse the reading is: 1 for a TIC index, 1,000 for a display in kWh. */
  readonly resolutionWh: number;
  /** How many meters were replaced before; 0 where nobody says of any. */
  readonly meter?: number;
}

/** Whether a reading is below an earlier one of the same meter; two may differ by what the coarser one does not show. */
export function isFalling(earlier: IndexReading, later: IndexReading): boolean {
  return later.indexWh <= earlier.indexWh - stepOf(earlier, later);
}

/** Whether more lies between two readings than any home draws. */
export function isTooFast(earlier: IndexReading, later: IndexReading): boolean {
  const leastWh = later.indexWh - earlier.indexWh - stepOf(earlier, later);
  const mostWh = (steadyLimitW(SUBSCRIBED_VA_MAX) * (later.atMs - earlier.atMs)) / HOUR_MS;
  return leastWh > Math.max(mostWh, 0);
}

function stepOf(one: IndexReading, other: IndexReading): number {
  return Math.max(one.resolutionWh, other.resolutionWh);
}

/**
 * The periods between consecutive readings of one meter. An index that falls, or rises by more than any home draws, is of a meter that was
 * replaced, also where nobody said so: no period is made across it.
 * A display shows whole units only, cut: two readings of it are off by less than one unit together, and one that is read beside
 * the meter's own Wh may fall by as much.
 */
export function periodsBetween(readings: readonly IndexReading[]): ReferencePeriod[] {
  const sorted = readings.toSorted((a, b) => a.atMs - b.atMs);
  return sorted.slice(1).flatMap((later, index): ReferencePeriod[] => {
    const earlier = sorted[index] as IndexReading;
    const toleranceWh = stepOf(earlier, later);
    if ((earlier.meter ?? 0) !== (later.meter ?? 0)) return [];
    if (isFalling(earlier, later) || isTooFast(earlier, later) || later.atMs === earlier.atMs) return [];
    const energyWh = Math.max(later.indexWh - earlier.indexWh, 0);
    return [{ fromMs: earlier.atMs, toMs: later.atMs, energyWh, toleranceWh }];
  });
}
