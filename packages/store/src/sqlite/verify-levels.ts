import { isDeepStrictEqual } from 'node:util';
import { type Points, type Rollup, rollUp } from '@kilowink/core/series';
import { DAY_MS } from '@kilowink/core/time';
import { DAY_STATE, type MonthHours } from '../block/hours-codec.ts';
import { dayHoursFrame, LEVEL, minutesFrame, monthStartMs, utcMonth } from '../block/levels.ts';
import type { SeriesId } from '../store.ts';
import type { Parts } from './reader.ts';

/** The largest number of days since 1970 that a store holds, either way. */
const DAYS_MAX = 4_000_000;

const COLUMNS = ['sums', 'validMs', 'minValues', 'minDurationsMs', 'maxValues', 'maxDurationsMs'] as const;

/**
 * Opens every block of the store and sums the points of each day again: their minutes and hours must be what is stored.
 * Returns a line for each that is not; blocks that do not open are in `parts.blocks.bad`.
 */
export function verifyLevels(parts: Parts): string[] {
  const series = parts.connection.rows<[SeriesId]>('SELECT id FROM series ORDER BY id');
  return series.flatMap(([id]) => verifySeries(parts, id));
}

function verifySeries({ blocks, kinds }: Parts, series: SeriesId): string[] {
  const kind = kinds.of(series);
  const faults: string[] = [];
  const days = blocks.periods({ series, level: LEVEL.raw }, -DAYS_MAX, DAYS_MAX);
  const sealed = new Set(days);
  for (const day of days) {
    const points = blocks.points(series, day);
    if (points === null) continue;
    const minutes = blocks.minutes(series, day);
    const isSame = minutes === null || isDeepStrictEqual(minutes, rollUp(points, minutesFrame(day), kind));
    if (!isSame)
      faults.push(`minutes of series ${series} on ${dateOf(day)}: other sums than its points have`);
    const month = blocks.hours(series, utcMonth(day * DAY_MS));
    if (
      month !== null &&
      !hoursAgree(month, { day, points, rollup: rollUp(points, dayHoursFrame(day), kind) })
    )
      faults.push(`hours of series ${series} on ${dateOf(day)}: other sums than its points have`);
  }
  const orphans = blocks
    .periods({ series, level: LEVEL.minutes }, -DAYS_MAX, DAYS_MAX)
    .filter((day) => !sealed.has(day));
  for (const day of orphans) faults.push(`minutes of series ${series} on ${dateOf(day)}: without points`);
  return faults;
}

function hoursAgree(month: MonthHours, of: { day: number; points: Points; rollup: Rollup }): boolean {
  const dayOfMonth = of.day - monthStartMs(utcMonth(of.day * DAY_MS)) / DAY_MS;
  const state = month.dayStates[dayOfMonth];
  // Points longer than an hour are read as they are.
  if (state !== DAY_STATE.hours) return state === DAY_STATE.points && of.points.starts.length > 0;
  return COLUMNS.every((name) =>
    isDeepStrictEqual(
      month.rollup[name].slice(dayOfMonth * 24, dayOfMonth * 24 + 24),
      of.rollup[name].slice(),
    ),
  );
}

function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
