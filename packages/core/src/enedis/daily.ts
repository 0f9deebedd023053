import { type EpochMs, toZoned } from '../time/index.ts';
import { countSteps, type MadePoints, pointsOf, type Span } from './curve.ts';
import type { Dated } from './dated.ts';
import type { ValueUnit } from './units.ts';

const DAY_MS = 86_400_000;

/** Whether rows are civil days: each begins at a midnight of the zone. */
export function areDays(rows: readonly Pick<Dated, 'atMs'>[], zone: string): boolean {
  return rows.every(({ atMs }) => toZoned(atMs, zone).startOfDay().epochMilliseconds === atMs);
}

/** The energy of civil days: 23, 24 or 25 hours from midnight to midnight. */
export function pointsOfDays(rows: readonly Dated[], zone: string, unit: ValueUnit): MadePoints {
  const spans = rows.flatMap(({ atMs, value }): Span[] =>
    value === null ? [] : [{ startMs: atMs, lengthMs: nextDayMs(atMs, zone) - atMs, value }],
  );
  return {
    ...{ points: pointsOf(spans, unit), steps: countSteps(spans), stepMs: DAY_MS },
    ...{ stampsEnd: false, stampsBy: 'usual' as const, doubtful: [] },
  };
}

function nextDayMs(startMs: EpochMs, zone: string): EpochMs {
  return toZoned(startMs, zone).add({ days: 1 }).startOfDay().epochMilliseconds;
}
