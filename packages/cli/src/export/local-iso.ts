import { type EpochMs, MINUTE_MS, SECOND_MS, toZoned } from '@kilowink/core/time';

/** Makes times text: in UTC (`2026-03-29T00:59:55Z`) and by the clock of a zone (`2026-03-29T01:59:55+01:00`). */
export interface IsoTimes {
  utc(atMs: EpochMs): string;
  local(atMs: EpochMs): string;
}

/**
 * Fast for times that mostly follow each other: the text up to the minute is kept, and the zone's offset is asked of
 * `Temporal` once a minute at most, more often than any zone changes.
 */
export function createIsoTimes(zone: string): IsoTimes {
  let minute = Number.NaN;
  let utcMinute = '';
  let localMinute = '';
  let offset = '';
  const turnTo = (asked: number) => {
    if (asked === minute) return;
    minute = asked;
    const zoned = toZoned(asked * MINUTE_MS, zone);
    offset = zoned.offset;
    utcMinute = minuteText(asked * MINUTE_MS);
    localMinute = minuteText(asked * MINUTE_MS + zoned.offsetNanoseconds / 1e6);
  };
  return {
    utc(atMs) {
      turnTo(Math.floor(atMs / MINUTE_MS));
      return `${utcMinute}${secondText(atMs - minute * MINUTE_MS)}Z`;
    },
    local(atMs) {
      turnTo(Math.floor(atMs / MINUTE_MS));
      return `${localMinute}${secondText(atMs - minute * MINUTE_MS)}${offset}`;
    },
  };
}

function minuteText(ms: number): string {
  return new Date(ms).toISOString().slice(0, -'00.000Z'.length);
}

const SECONDS = Array.from({ length: 60 }, (_, second) => String(second).padStart(2, '0'));

/** Milliseconds only where there are some. */
function secondText(ms: number): string {
  const second = Math.floor(ms / SECOND_MS);
  const restMs = ms - second * SECOND_MS;
  const text = SECONDS[second] ?? '';
  return restMs === 0 ? text : `${text}.${String(restMs).padStart(3, '0')}`;
}
