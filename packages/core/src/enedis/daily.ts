import { type EpochMs, toZoned } from '../time/index.ts';
import { type Dated, energyMwh, firstOfEach, type MadePoints } from './curve.ts';
import type { ValueUnit } from './header.ts';

const DAY_MS = 86_400_000;

/** The energy of civil days: 23, 24 or 25 hours from midnight to midnight. */
export function pointsOfDays(rows: readonly Dated[], zone: string, unit: ValueUnit): MadePoints {
  const kept = firstOfEach(rows);
  const lengths = kept.map(({ atMs }) => nextDayMs(atMs, zone) - atMs);
  return {
    points: {
      starts: Float64Array.from(kept, ({ atMs }) => atMs),
      durationsMs: Float64Array.from(lengths),
      values: Float64Array.from(kept, ({ value }, index) => energyMwh(value, unit, lengths[index] as number)),
      reports: null,
      disagreements: null,
    },
    stepMs: DAY_MS,
    stampsEnd: false,
    repeatedRows: rows.length - kept.length,
  };
}

function nextDayMs(startMs: EpochMs, zone: string): EpochMs {
  return toZoned(startMs, zone).add({ days: 1 }).startOfDay().epochMilliseconds;
}
