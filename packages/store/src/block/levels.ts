import type { RollupFrame } from '@kilowink/core/series';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';

/** What a block holds: the points of a UTC day, its minutes, or the hours of a UTC month. */
export const LEVEL = { raw: 0, minutes: 1, hours: 2 } as const;
export type Level = (typeof LEVEL)[keyof typeof LEVEL];

/** A UTC month, counted from January 1970. */
export function utcMonth(atMs: EpochMs): number {
  const date = new Date(atMs);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

export function monthStartMs(month: number): EpochMs {
  return Date.UTC(1970, month, 1);
}

/** The hours of a UTC month. */
export function hoursFrame(month: number): RollupFrame {
  const startMs = monthStartMs(month);
  return { startMs, stepMs: HOUR_MS, count: (monthStartMs(month + 1) - startMs) / HOUR_MS };
}

/** The hours of a UTC day. */
export function dayHoursFrame(day: number): RollupFrame {
  return { startMs: day * DAY_MS, stepMs: HOUR_MS, count: 24 };
}

/** The minutes of a UTC day. */
export function minutesFrame(day: number): RollupFrame {
  return { startMs: day * DAY_MS, stepMs: MINUTE_MS, count: 1440 };
}
