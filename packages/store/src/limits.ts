import type { Kind } from '@kilowink/core/series';
import { DAY_MS, type EpochMs } from '@kilowink/core/time';

/** The largest value a measurement may hold: a terawatt-hour in Wh, a gigawatt-hour in mWh. */
export const VALUE_MAX = 1e12;

/** The longest a measurement may last. */
export const DURATION_MS_MAX = 366 * DAY_MS;

/** Times a measurement may start at: the years 1900 to 9999. */
export const START_MS_MIN: EpochMs = Date.UTC(1900, 0, 1);
export const START_MS_MAX: EpochMs = Date.UTC(10_000, 0, 1) - 1;

/** Days before this one are never sealed: they come from a clock that started in 1970, and their time will be mended. */
export const FIRST_SEALED_DAY = Date.UTC(2000, 0, 1) / DAY_MS;
export const FIRST_SEALED_MS: EpochMs = FIRST_SEALED_DAY * DAY_MS;

/** Whether `value` is a whole number ≥ 0 that the store can hold. */
export function isStorable(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= VALUE_MAX;
}

/** The largest value × ms of a gauge's point: sums of them are then whole numbers that a float holds. */
const GAUGE_AMOUNT_MAX = 2 ** 52;

/** Whether a point of a series of that kind may hold `value` for so long. */
export function isPointStorable(value: number, durationMs: number, kind: Kind): boolean {
  return isStorable(value) && (kind === 'sum' || value * durationMs <= GAUGE_AMOUNT_MAX);
}

/** Whether a measurement may start then and last so long; both whole. */
export function isTimeStorable(startMs: number, durationMs: number): boolean {
  return (
    Number.isInteger(startMs) &&
    startMs >= START_MS_MIN &&
    startMs <= START_MS_MAX &&
    Number.isInteger(durationMs) &&
    durationMs >= 1 &&
    durationMs <= DURATION_MS_MAX
  );
}
