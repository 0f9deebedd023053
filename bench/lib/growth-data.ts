import { lowerBound, type Points, slicePoints } from '@kilowink/core/series';
import { DAY_MS, type EpochMs, utcDay } from '@kilowink/core/time';
import { renderHouse } from './house.ts';

/** What a report brings that is new. */
export const REPORT_MS = 15_000;
export const WINDOWS_A_REPORT = 3;
/** Six hours of each sensor, which is what waits to be sealed; of few sensors more, to be long enough to measure. */
const LIVE_WINDOWS_A_SENSOR = 4_320;
const LIVE_WINDOWS_MIN = 200_000;
const YEAR_DAYS = 365;
const HOUSE_MS = Date.UTC(2016, 0, 1);

/** How much each sensor has measured, and from when on. */
export interface Stock {
  readonly sensors: number;
  readonly days: number;
  readonly startMs: EpochMs;
}

/** Points of one sensor, in order. */
export interface SensorPoints {
  /** From 0 on. */
  readonly sensor: number;
  readonly points: Points;
}

/** Reports of each sensor after its stock. */
export function reportsOf(sensors: number): number {
  return Math.ceil(Math.max(LIVE_WINDOWS_A_SENSOR, LIVE_WINDOWS_MIN / sensors) / WINDOWS_A_REPORT);
}

/** The last report comes at `endMs`; the days of stock end a day or two before the first. */
export function growthTimes(
  sensors: number,
  days: number,
  endMs: EpochMs,
): { startMs: EpochMs; firstReportMs: EpochMs } {
  const firstReportMs = endMs - reportsOf(sensors) * REPORT_MS;
  return { startMs: (utcDay(firstReportMs) - 1 - days) * DAY_MS, firstReportMs };
}

function stretch(year: Points, fromDay: number, days: number, toMs: number): Points {
  const fromMs = HOUSE_MS + fromDay * DAY_MS;
  const part = slicePoints(
    year,
    lowerBound(year.starts, fromMs),
    lowerBound(year.starts, fromMs + days * DAY_MS),
  );
  return { ...part, starts: part.starts.map((startMs) => startMs - fromMs + toMs) };
}

/**
 * The points of each sensor in turn, a year at most at a time. Each sensor has other days of the rendered year, as far as
 * there are: of a thousand with a month, every 48th has the same ones.
 */
export function* pointsOfAll({ sensors, days, startMs }: Stock): Iterable<SensorPoints> {
  const year = renderHouse({ fromMs: HOUSE_MS, hours: YEAR_DAYS * 24, jitter: 0.02 });
  for (let sensor = 0; sensor < sensors; sensor += 1) {
    for (let day = 0; day < days; day += YEAR_DAYS) {
      const count = Math.min(YEAR_DAYS, days - day);
      const offset = count === YEAR_DAYS ? 0 : (sensor * 7) % (YEAR_DAYS - count);
      yield { sensor, points: stretch(year, offset, count, startMs + day * DAY_MS) };
    }
  }
}
