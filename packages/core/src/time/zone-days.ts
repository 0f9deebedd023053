import type { EpochMs } from './epoch.ts';

/** Years kept at hand; each is 3 kB. */
const YEARS_KEPT = 256;

const years = new Map<string, Float64Array>();

/**
 * When each day of a year starts in a zone, 1 January first. Asking `Temporal` for a day takes some 3 µs, which ten years of
 * days for every query would show, so a year is asked once.
 */
export function dayStartsOfYear(year: number, zone: string): Float64Array {
  const key = `${zone} ${year}`;
  const kept = years.get(key);
  if (kept !== undefined) return kept;
  const first = Temporal.PlainDate.from({ year, month: 1, day: 1 });
  const starts = Float64Array.from({ length: first.daysInYear }, (_, day) =>
    startOfDayMs(first.add({ days: day }), zone),
  );
  if (years.size >= YEARS_KEPT) years.clear();
  years.set(key, starts);
  return starts;
}

/** The first instant of a date in a zone: not always midnight, for some zones skip it. */
export function startOfDayMs(date: Temporal.PlainDate, zone: string): EpochMs {
  return date.toZonedDateTime({ timeZone: zone }).epochMilliseconds;
}
