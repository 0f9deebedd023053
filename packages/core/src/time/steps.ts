import { assert } from '../error/index.ts';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from './epoch.ts';

/**
 * A bucket width. A step below a day is a fixed span aligned to UTC; a day and longer is a calendar unit of the
 * site's zone, so a day may last 23 or 25 hours.
 */
export interface Step {
  /** As in queries: `5s`, `1min`, `3h`, `1d`, `1w`, `1mo`, `1y`. */
  readonly name: string;
  /** Exact below a day; nominal (used to choose, never to add) from a day up. */
  readonly ms: number;
  readonly calendar: CalendarUnit | null;
}

export type CalendarUnit = 'day' | 'week' | 'month' | 'year';

function span(name: string, ms: number): Step {
  return { name, ms, calendar: null };
}

function calendar(name: string, days: number, unit: CalendarUnit): Step {
  return { name, ms: days * DAY_MS, calendar: unit };
}

/** The ladder of sensible steps, shortest first. */
export const STEPS: readonly Step[] = [
  span('5s', 5 * SECOND_MS),
  span('10s', 10 * SECOND_MS),
  span('30s', 30 * SECOND_MS),
  span('1min', MINUTE_MS),
  span('5min', 5 * MINUTE_MS),
  span('15min', 15 * MINUTE_MS),
  span('30min', 30 * MINUTE_MS),
  span('1h', HOUR_MS),
  span('3h', 3 * HOUR_MS),
  span('6h', 6 * HOUR_MS),
  calendar('1d', 1, 'day'),
  calendar('1w', 7, 'week'),
  calendar('1mo', 31, 'month'),
  calendar('1y', 366, 'year'),
];

/** The step of that name, or undefined. */
export function findStep(name: string): Step | undefined {
  return STEPS.find((step) => step.name === name);
}

/** The shortest step that covers [`fromMs`, `toMs`) with at most `points` buckets, partial ones at both ends included. */
export function chooseStep(range: { fromMs: EpochMs; toMs: EpochMs; points: number }): Step {
  const longest = STEPS[STEPS.length - 1];
  assert(longest !== undefined, 'the ladder of steps is not empty');
  return STEPS.find((step) => bucketCountMax(range, step) <= range.points) ?? longest;
}

function bucketCountMax(range: { fromMs: EpochMs; toMs: EpochMs }, step: Step): number {
  if (step.calendar !== null) return Math.ceil((range.toMs - range.fromMs) / shortest(step)) + 1;
  return Math.ceil(range.toMs / step.ms) - Math.floor(range.fromMs / step.ms);
}

/** The shortest a calendar step can last: a 23-hour day, a 28-day month. */
function shortest(step: Step): number {
  const days = { day: 1, week: 7, month: 28, year: 365 };
  return step.calendar === null ? step.ms : days[step.calendar] * DAY_MS - HOUR_MS;
}
