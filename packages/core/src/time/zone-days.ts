import { DAY_MS, type EpochMs } from './epoch.ts';

/** Years kept at hand; each is 3 kB. */
const YEARS_KEPT = 256;

const years = new Map<string, Float64Array>();

/**
 * When each day of a year starts in a zone, 1 January first. Asking `Temporal` for a day takes some 3 µs, which ten years of
 * days would show in the first answer, and in every one if they were not kept: it is asked around the few days on which
 * the zone turns its clocks.
 */
export function dayStartsOfYear(year: number, zone: string): Float64Array {
  const key = `${zone} ${year}`;
  const kept = years.get(key);
  if (kept !== undefined) return kept;
  const starts = findDayStarts(year, zone);
  if (years.size >= YEARS_KEPT) years.clear();
  years.set(key, starts);
  return starts;
}

function findDayStarts(year: number, zone: string): Float64Array {
  const first = Temporal.PlainDate.from({ year, month: 1, day: 1 });
  const starts = new Float64Array(first.daysInYear);
  for (let day = 0; day < starts.length; day += 1) {
    const date = first.add({ days: day });
    const start = date.toZonedDateTime({ timeZone: zone });
    starts[day] = start.epochMilliseconds;
    // A day that begins later than at midnight, or was left out, does not tell when the next one begins.
    if (!start.toPlainDateTime().equals(date)) continue;
    const turnMs = start.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY;
    while (day + 1 < starts.length && (starts[day] as number) + DAY_MS < turnMs) {
      starts[day + 1] = (starts[day] as number) + DAY_MS;
      day += 1;
    }
  }
  return starts;
}

/** The first instant of a date in a zone: not always midnight, for some zones skip it. */
export function startOfDayMs(date: Temporal.PlainDate, zone: string): EpochMs {
  return date.toZonedDateTime({ timeZone: zone }).epochMilliseconds;
}
