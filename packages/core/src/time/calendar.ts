import type { EpochMs } from './epoch.ts';
import type { CalendarUnit, Step } from './steps.ts';
import { dayStartsOfYear, startOfDayMs } from './zone-days.ts';

/**
 * The edges of the buckets of `step` that touch [`fromMs`, `toMs`): the first edge is at or before `fromMs`, the last
 * at or after `toMs`, so there is one bucket fewer than edges. `zone` is an IANA zone; it matters from a day up.
 * Empty when the range is.
 */
export function bucketEdges(
  range: { fromMs: EpochMs; toMs: EpochMs },
  step: Step,
  zone: string,
): Float64Array {
  if (range.toMs <= range.fromMs) return new Float64Array(0);
  if (step.calendar !== null) {
    const edges = calendarEdges(range, step.calendar, zone);
    // Where clocks were set back over midnight, the first hour of a day has the date of the day before once more.
    return (edges[1] as number) <= range.fromMs ? edges.slice(1) : edges;
  }
  const first = Math.floor(range.fromMs / step.ms);
  const count = Math.ceil(range.toMs / step.ms) - first + 1;
  const edges = new Float64Array(count);
  setMultiples(edges, first, step.ms);
  return edges;
}

function setMultiples(column: Float64Array, first: number, of: number): void {
  for (let index = 0; index < column.length; index += 1) column[index] = (first + index) * of;
}

function calendarEdges(
  range: { fromMs: EpochMs; toMs: EpochMs },
  unit: CalendarUnit,
  zone: string,
): Float64Array {
  const edges: number[] = [];
  let date = startOfUnit(toZoned(range.fromMs, zone).toPlainDate(), unit);
  if (unit === 'day') return dayEdges(date, range.toMs, zone);
  for (;;) {
    const edgeMs = startOfDayMs(date, zone);
    edges.push(edgeMs);
    if (edgeMs >= range.toMs) return Float64Array.from(edges);
    date = date.add(oneOf(unit));
  }
}

function dayEdges(first: Temporal.PlainDate, toMs: EpochMs, zone: string): Float64Array {
  const edges: number[] = [];
  let skipped = first.dayOfYear - 1;
  for (let year = first.year; ; year += 1) {
    for (const startMs of dayStartsOfYear(year, zone).subarray(skipped)) {
      // A day that the zone left out, as Apia did in 2011, starts with the day after it.
      if (startMs !== edges.at(-1)) edges.push(startMs);
      if (startMs >= toMs) return Float64Array.from(edges);
    }
    skipped = 0;
  }
}

function startOfUnit(date: Temporal.PlainDate, unit: CalendarUnit): Temporal.PlainDate {
  switch (unit) {
    case 'day':
      return date;
    case 'week':
      return date.subtract({ days: date.dayOfWeek - 1 });
    case 'month':
      return date.with({ day: 1 });
    case 'year':
      return date.with({ month: 1, day: 1 });
  }
}

function oneOf(unit: CalendarUnit): Temporal.DurationLike {
  return { day: { days: 1 }, week: { weeks: 1 }, month: { months: 1 }, year: { years: 1 } }[unit];
}

export function toZoned(atMs: EpochMs, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone);
}

/** Whether `zone` is an IANA time zone this runtime knows. */
export function isZone(zone: string): boolean {
  try {
    toZoned(0, zone);
    return true;
  } catch {
    return false;
  }
}
