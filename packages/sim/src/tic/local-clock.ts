import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, toZoned } from '@kilowink/core/time';

/** What the meter's clock shows. */
export interface LocalTime {
  /** Local time in milliseconds as if it were UTC. */
  readonly localMs: number;
  /** Civil day, counted from 1970-01-01. */
  readonly day: number;
  /** Minutes since local midnight by the wall clock, 0 to 1439. */
  readonly minute: number;
  /** Whether summer time is in force: UTC+2. */
  readonly isSummer: boolean;
}

/** French meters live on this clock wherever the machine is. */
export const METER_ZONE = 'Europe/Paris';

/** A clock on the meter's wall. The zone is asked once for each hour, because offsets change on whole hours only. */
export function createLocalClock(): (atMs: EpochMs) => LocalTime {
  let hour = Number.NaN;
  let offsetMs = 0;
  return (atMs) => {
    const asked = Math.floor(atMs / HOUR_MS);
    if (asked !== hour) {
      hour = asked;
      offsetMs = toZoned(asked * HOUR_MS, METER_ZONE).offsetNanoseconds / 1e6;
    }
    const localMs = atMs + offsetMs;
    const day = Math.floor(localMs / DAY_MS);
    return {
      localMs,
      day,
      minute: Math.floor((localMs - day * DAY_MS) / MINUTE_MS),
      isSummer: offsetMs === 2 * HOUR_MS,
    };
  };
}

/** 0 is Sunday. */
export function weekday(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}
