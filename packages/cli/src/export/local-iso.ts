import { type EpochMs, MINUTE_MS, toZoned } from '@kilowink/core/time';

/**
 * Makes times text by the clock of a zone, `2026-03-29T01:59:55+01:00`, fast for times that mostly follow each other:
 * the offset is asked of `Temporal` once a quarter of an hour, more often than any zone changes.
 */
export function createLocalIso(zone: string): (atMs: EpochMs) => string {
  let quarter = Number.NaN;
  let offsetMs = 0;
  let offset = '';
  return (atMs) => {
    const asked = Math.floor(atMs / QUARTER_MS);
    if (asked !== quarter) {
      const zoned = toZoned(asked * QUARTER_MS, zone);
      quarter = asked;
      offsetMs = zoned.offsetNanoseconds / 1e6;
      offset = zoned.offset;
    }
    return `${isoText(atMs + offsetMs)}${offset}`;
  };
}

/** `2026-03-29T00:59:55Z` */
export function utcIso(atMs: EpochMs): string {
  return `${isoText(atMs)}Z`;
}

const QUARTER_MS = 15 * MINUTE_MS;

/** Milliseconds only where there are some. */
function isoText(ms: number): string {
  const text = new Date(ms).toISOString();
  return text.endsWith('.000Z') ? text.slice(0, -5) : text.slice(0, -1);
}
