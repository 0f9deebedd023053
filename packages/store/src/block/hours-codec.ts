import { type Fault, fault, ok, type Result } from '@kilowink/core/error';
import { decodeRollup, emptyRollup, encodeRollup, type Rollup } from '@kilowink/core/series';
import { hoursFrame } from './levels.ts';

/** How a day of the month is to be read. */
export const DAY_STATE = {
  /** Nothing is sealed on it. */
  none: 0,
  /** Its hours are in the rollup. */
  hours: 1,
  /** It has points longer than an hour, which the rollup cannot hold: read the points. */
  points: 2,
} as const;

/** The hours of a month, and for each of its days where they are to be read. */
export interface MonthHours {
  readonly dayStates: Uint8Array;
  readonly rollup: Rollup;
}

const DAYS = 31;

export function emptyMonth(month: number): MonthHours {
  return { dayStates: new Uint8Array(DAYS), rollup: emptyRollup(hoursFrame(month)) };
}

export function encodeMonth(hours: MonthHours): Uint8Array {
  const rollup = encodeRollup(hours.rollup);
  const bytes = new Uint8Array(DAYS + rollup.length);
  bytes.set(hours.dayStates);
  bytes.set(rollup, DAYS);
  return bytes;
}

export function decodeMonth(bytes: Uint8Array, month: number): Result<MonthHours, Fault> {
  if (bytes.length < DAYS) {
    return fault({
      code: 'store/block',
      message: `at least ${DAYS} bytes of hours expected, found ${bytes.length}`,
    });
  }
  const rollup = decodeRollup(bytes.subarray(DAYS), hoursFrame(month));
  return rollup.ok ? ok({ dayStates: bytes.slice(0, DAYS), rollup: rollup.value }) : rollup;
}
