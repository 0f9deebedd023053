import type { Points } from '../series/index.ts';
import { type EpochMs, toZoned } from '../time/index.ts';
import type { ValueUnit } from './header.ts';

/** A value at the instant of its stamp. */
export interface Dated {
  readonly atMs: EpochMs;
  readonly value: number;
}

export interface MadePoints {
  readonly points: Points;
  readonly stepMs: number;
  readonly stampsEnd: boolean;
  readonly repeatedRows: number;
}

const MINUTE_MS = 60_000;
const STEPS_MS = [5, 10, 15, 20, 30, 60].map((minutes) => minutes * MINUTE_MS);
const STEP_MS = 30 * MINUTE_MS;

/** Energy by interval from stamped values; the interval of each row follows from its neighbours. */
export function pointsOfCurve(
  rows: readonly Dated[],
  given: { unit: ValueUnit; stepMs: number | null; zone: string; stamps?: 'start' | 'end' },
): MadePoints {
  const kept = firstOfEach(rows);
  const usualMs = given.stepMs ?? mostCommon(kept);
  const stampsEnd =
    given.stamps === undefined ? !stampsStart(kept, usualMs, given.zone) : given.stamps === 'end';
  const stepsMs = kept.map((_, index) => stepOf(kept, index, { stampsEnd, usualMs }));
  return {
    points: {
      starts: Float64Array.from(
        kept,
        ({ atMs }, index) => atMs - (stampsEnd ? (stepsMs[index] as number) : 0),
      ),
      durationsMs: Float64Array.from(stepsMs),
      values: Float64Array.from(kept, ({ value }, index) =>
        energyMwh(value, given.unit, stepsMs[index] as number),
      ),
      reports: null,
      disagreements: null,
    },
    stepMs: usualMs,
    stampsEnd,
    repeatedRows: rows.length - kept.length,
  };
}

/** mWh of a mean power over `durationMs`, or of an energy. */
export function energyMwh(value: number, unit: ValueUnit, durationMs: number): number {
  const scale = unit === 'kW' || unit === 'kWh' ? 1_000_000 : 1_000;
  const isPower = unit === 'W' || unit === 'kW';
  return Math.round(value * scale * (isPower ? durationMs / 3_600_000 : 1));
}

/** By time, the first of each. */
export function firstOfEach(rows: readonly Dated[]): Dated[] {
  const seen = new Set<EpochMs>();
  const kept = rows.filter(({ atMs }) => !seen.has(atMs) && seen.add(atMs));
  return kept.sort((a, b) => a.atMs - b.atMs);
}

function mostCommon(rows: readonly Dated[]): number {
  const counts = new Map<number, number>();
  for (const [index, { atMs }] of rows.entries()) {
    const apart = atMs - (rows[index - 1]?.atMs ?? Number.NaN);
    if (STEPS_MS.includes(apart)) counts.set(apart, (counts.get(apart) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? STEP_MS;
}

/**
 * The interval of a row. It reaches to the neighbour on its side where that is a usual interval, or where the one
 * before or after is as long; a longer way is a gap, and then the other side tells.
 */
function stepOf(
  rows: readonly Dated[],
  index: number,
  { stampsEnd, usualMs }: { stampsEnd: boolean; usualMs: number },
): number {
  const at = (place: number) => rows[place]?.atMs ?? Number.NaN;
  const back = at(index) - at(index - 1);
  const ahead = at(index + 1) - at(index);
  const beyond = stampsEnd ? at(index - 1) - at(index - 2) : at(index + 2) - at(index + 1);
  const [near, far] = stampsEnd ? [back, ahead] : [ahead, back];
  if (STEPS_MS.includes(near) && (near <= usualMs || near === far || near === beyond)) return near;
  if (STEPS_MS.includes(far) && !(far >= near)) return far;
  return near < usualMs ? near : usualMs;
}

/**
 * A curve that covers whole days begins at midnight when its stamps begin their intervals, and ends at midnight when
 * they end them. Exports that do neither mean the end.
 */
function stampsStart(rows: readonly Dated[], stepMs: number, zone: string): boolean {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return false;
  const isMidnight = (atMs: EpochMs) => toZoned(atMs, zone).startOfDay().epochMilliseconds === atMs;
  return isMidnight(first.atMs) && !isMidnight(last.atMs) && isMidnight(last.atMs + stepMs);
}
