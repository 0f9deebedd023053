import { type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../time/index.ts';
import { HORODATE_BYTES } from './labels.ts';

/** A time of standard mode. */
export interface Horodate {
  /** UTC; null where the meter sent zeros for a time it does not have. */
  readonly atMs: EpochMs | null;
  /** The meter says that its clock is not to be trusted. */
  readonly isDegraded: boolean;
}

const [ZERO, SPACE] = [0x30, 0x20];
const [WINTER, SUMMER, WINTER_DEGRADED, SUMMER_DEGRADED] = [0x48, 0x45, 0x68, 0x65];
const SUNDAYS_EVERY = 7;

/**
 * Whether thirteen bytes have the form of a time: a season letter or a space, then a date that exists and a time of day. Twelve zeros
 * are a time that the meter does not have.
 */
export function isHorodate(bytes: Uint8Array, from: number): boolean {
  if (!isSeason(bytes[from] as number)) return false;
  for (let at = from + 1; at < from + HORODATE_BYTES; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) return false;
  }
  const month = twoDigits(bytes, from + 3);
  const day = twoDigits(bytes, from + 5);
  const time = {
    hour: twoDigits(bytes, from + 7),
    min: twoDigits(bytes, from + 9),
    s: twoDigits(bytes, from + 11),
  };
  const year = twoDigits(bytes, from + 1);
  if (year + month + day + time.hour + time.min + time.s === 0) return true;
  return isDay(year, month, day) && time.hour <= 23 && time.min <= 59 && time.s <= 59;
}

/**
 * A text that `isHorodate` to UTC. The season letter tells winter (UTC+1) from summer (UTC+2), whatever the date; with a
 * space the time is civil time of mainland France, and the first of two equal ones in autumn.
 */
export function decodeHorodate(text: string): Horodate {
  const season = text.charCodeAt(0);
  const isDegraded = season === WINTER_DEGRADED || season === SUMMER_DEGRADED;
  const part = (at: number) => Number(text.slice(at, at + 2));
  const [year, month, day] = [part(1), part(3), part(5)];
  if (month === 0) return { atMs: null, isDegraded };
  const localMs =
    Date.UTC(2_000 + year, month - 1, day) + part(7) * HOUR_MS + part(9) * MINUTE_MS + part(11) * SECOND_MS;
  return { atMs: localMs - offsetMs(season, localMs), isDegraded };
}

function offsetMs(season: number, localMs: number): number {
  if (season === SPACE) return isSummerIn(localMs) ? 2 * HOUR_MS : HOUR_MS;
  return season === SUMMER || season === SUMMER_DEGRADED ? 2 * HOUR_MS : HOUR_MS;
}

/** European summer time: from 2 h of the last Sunday of March to 3 h of the last Sunday of October, by local clocks. */
function isSummerIn(localMs: number): boolean {
  const year = new Date(localMs).getUTCFullYear();
  return localMs >= lastSundayMs(year, 2) + 2 * HOUR_MS && localMs < lastSundayMs(year, 9) + 3 * HOUR_MS;
}

function lastSundayMs(year: number, month: number): number {
  const lastMs = Date.UTC(year, month, 31);
  return lastMs - (new Date(lastMs).getUTCDay() % SUNDAYS_EVERY) * 24 * HOUR_MS;
}

function isSeason(byte: number): boolean {
  return (
    byte === WINTER ||
    byte === SUMMER ||
    byte === WINTER_DEGRADED ||
    byte === SUMMER_DEGRADED ||
    byte === SPACE
  );
}

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const isShort = month === 4 || month === 6 || month === 9 || month === 11;
  const february = year % 4 === 0 ? 29 : 28;
  return day <= (month === 2 ? february : isShort ? 30 : 31);
}

function twoDigits(bytes: Uint8Array, at: number): number {
  return 10 * ((bytes[at] as number) - ZERO) + (bytes[at + 1] as number) - ZERO;
}
