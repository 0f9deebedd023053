import type { ZoneOffset } from '@kilowink/core/tariff';
import { DAY_MS, type EpochMs } from '@kilowink/core/time';

/**
 * Local time as a number: the milliseconds since 1970 that a UTC clock would have to show to read like the clock on
 * the wall of the zone. Good for arithmetic on days and hours, never an instant.
 */
export type LocalMs = number;

/** The clock on the site's wall. Built on `Intl`, because not every browser has `Temporal`. */
export interface Zone {
  readonly name: string;
  readonly offsetAt: ZoneOffset;
  toLocal(atMs: EpochMs): LocalMs;
  /** The instant at which the wall shows `localMs`: the first where it comes twice, the clock change where it is skipped. */
  toInstant(localMs: LocalMs): EpochMs;
  /** The instants at which the wall shows `localMs`, the earlier first: two where it comes twice, none where it is skipped. */
  instantsOf(localMs: LocalMs): readonly EpochMs[];
  /** When the local day that holds `atMs` starts, or the day `days` later. */
  dayStart(atMs: EpochMs, days?: number): EpochMs;
}

/** No zone changes its clock within a quarter of an hour that starts at a whole quarter of UTC. */
const QUARTER_MS = 900_000;
const CACHE_MAX = 20_000;

/** The zone of that IANA name; throws `RangeError` for a name the browser does not know. */
export function createZone(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const cache = new Map<number, number>();

  const offsetAt: ZoneOffset = (atMs) => {
    const quarter = Math.floor(atMs / QUARTER_MS);
    const known = cache.get(quarter);
    if (known !== undefined) return known;
    if (cache.size >= CACHE_MAX) cache.clear();
    const offsetMs = readOffset(format, quarter * QUARTER_MS);
    cache.set(quarter, offsetMs);
    return offsetMs;
  };
  const toLocal = (atMs: EpochMs): LocalMs => atMs + offsetAt(atMs);
  const instantsOf = (localMs: LocalMs): EpochMs[] =>
    [...new Set([offsetAt(localMs - DAY_MS), offsetAt(localMs + DAY_MS)])]
      .filter((offsetMs) => offsetAt(localMs - offsetMs) === offsetMs)
      .map((offsetMs) => localMs - offsetMs);
  const toInstant = (localMs: LocalMs): EpochMs =>
    instantsOf(localMs)[0] ?? localMs - offsetAt(localMs - DAY_MS);
  const dayStart = (atMs: EpochMs, days = 0): EpochMs =>
    toInstant((Math.floor(toLocal(atMs) / DAY_MS) + days) * DAY_MS);
  return { name, offsetAt, toLocal, toInstant, instantsOf, dayStart };
}

function readOffset(format: Intl.DateTimeFormat, atMs: EpochMs): number {
  const parts = new Map(format.formatToParts(atMs).map((part) => [part.type, Number(part.value)]));
  const field = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const local = Date.UTC(
    field('year'),
    field('month') - 1,
    field('day'),
    field('hour'),
    field('minute'),
    field('second'),
  );
  return local - atMs;
}

/** Whether the local day that holds `atMs` is not 24 hours long, so that a clock time alone may be ambiguous. */
export function isClockChangeDay(zone: Zone, atMs: EpochMs): boolean {
  return zone.dayStart(atMs, 1) - zone.dayStart(atMs) !== DAY_MS;
}
