// Reading numbers and dates straight from bytes: making a string of every field would cost more than all the rest.
// Every function may look at bytes up to the end of its line, never further; a byte beyond the array reads as 0.

import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../time/index.ts';

export const COMMA = 0x2c;
export const SEMICOLON = 0x3b;
export const LF = 0x0a;
export const CR = 0x0d;
const DASH = 0x2d;
const COLON = 0x3a;
const SPACE = 0x20;
const POINT = 0x2e;

/** A reading place in bytes; the scanners move it on. */
export interface Cursor {
  pos: number;
}

export function byteAt(bytes: Uint8Array, pos: number): number {
  return bytes[pos] ?? 0;
}

/** Two digits at `pos` as a number, or -1. Unsigned compares, for a byte below '0' then is a huge number. */
function twoDigits(bytes: Uint8Array, pos: number): number {
  const tens = ((bytes[pos] ?? 0) - 0x30) >>> 0;
  const ones = ((bytes[pos + 1] ?? 0) - 0x30) >>> 0;
  return tens <= 9 && ones <= 9 ? tens * 10 + ones : -1;
}

/** `HH:MM:SS` at `pos` as milliseconds of the day; -1 when it is no time of day. */
export function scanTime(bytes: Uint8Array, pos: number): number {
  const hour = twoDigits(bytes, pos);
  const minute = twoDigits(bytes, pos + 3);
  const second = scanSecond(bytes, pos + 5);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0) return -1;
  if (byteAt(bytes, pos + 2) !== COLON) return -1;
  return hour * HOUR_MS + minute * MINUTE_MS + second * SECOND_MS;
}

/** `:SS` at `pos` as a second of the minute, or -1. */
function scanSecond(bytes: Uint8Array, pos: number): number {
  const second = twoDigits(bytes, pos + 1);
  return byteAt(bytes, pos) === COLON && second <= 59 ? second : -1;
}

/**
 * `YYYY-MM-DD HH:MM:SS` from bytes, twelve rows of a file in a minute: a row whose first 16 bytes are those of the row
 * before has only its seconds read, and the 16 bytes are compared as four words.
 */
export class DateScanner {
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #word0 = 0;
  #word1 = 0;
  #word2 = 0;
  #word3 = 0;
  #minuteMs = -1;
  #dayKey = -1;
  #dayMs = -1;

  /** Naive milliseconds of the date at `pos`; -1 when it is no date from 1970 to 2199. */
  scanIso(bytes: Uint8Array, pos: number): number {
    if (bytes !== this.#bytes) this.#look(bytes);
    if (pos + ISO_BYTES > bytes.length) return -1;
    const minuteMs = this.#isSameMinute(pos) ? this.#minuteMs : this.#scanMinute(bytes, pos);
    const second = scanSecond(bytes, pos + 16);
    return minuteMs < 0 || second < 0 ? -1 : minuteMs + second * SECOND_MS;
  }

  #look(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #isSameMinute(pos: number): boolean {
    const view = this.#view;
    return (
      view.getInt32(pos + 12) === this.#word3 &&
      view.getInt32(pos + 8) === this.#word2 &&
      view.getInt32(pos + 4) === this.#word1 &&
      view.getInt32(pos) === this.#word0
    );
  }

  #scanMinute(bytes: Uint8Array, pos: number): number {
    const minuteMs = this.#readMinute(bytes, pos);
    const view = this.#view;
    this.#word0 = view.getInt32(pos);
    this.#word1 = view.getInt32(pos + 4);
    this.#word2 = view.getInt32(pos + 8);
    this.#word3 = view.getInt32(pos + 12);
    this.#minuteMs = minuteMs;
    return minuteMs;
  }

  #readMinute(bytes: Uint8Array, pos: number): number {
    const century = twoDigits(bytes, pos);
    const year = twoDigits(bytes, pos + 2);
    const hour = twoDigits(bytes, pos + 11);
    const minute = twoDigits(bytes, pos + 14);
    const dashed = byteAt(bytes, pos + 4) === DASH && byteAt(bytes, pos + 7) === DASH;
    const separated = dashed && byteAt(bytes, pos + 10) === SPACE && byteAt(bytes, pos + 13) === COLON;
    if (!separated || century < 0 || year < 0 || hour < 0 || hour > 23 || minute < 0 || minute > 59)
      return -1;
    const dayMs = this.dayMs(century * 100 + year, twoDigits(bytes, pos + 5), twoDigits(bytes, pos + 8));
    return dayMs < 0 ? -1 : dayMs + hour * HOUR_MS + minute * MINUTE_MS;
  }

  /** Naive milliseconds of the start of a day; -1 when there is no such day from 1970 to 2199. */
  dayMs(year: number, month: number, day: number): number {
    const key = month >= 1 && month <= 12 && day >= 1 && day <= 31 ? (year * 16 + month) * 32 + day : -1;
    if (key !== this.#dayKey) {
      this.#dayKey = key;
      this.#dayMs = key < 0 ? -1 : dateMs(year, month, day);
    }
    return this.#dayMs;
  }
}

const ISO_BYTES = 19;

function dateMs(year: number, month: number, day: number): number {
  if (year < 1970 || year > 2199) return -1;
  const ms = Date.UTC(year, month - 1, day);
  return new Date(ms).getUTCDate() === day ? ms : -1;
}

/** Digits from the cursor on as a whole number, at most nine; -1 when there are none or more. Moves past them. */
export function scanWhole(bytes: Uint8Array, cursor: Cursor): number {
  const start = cursor.pos;
  let pos = start;
  let value = 0;
  let next = ((bytes[pos] ?? 0) - 0x30) >>> 0;
  while (next <= 9 && pos - start < 10) {
    value = value * 10 + next;
    pos += 1;
    next = ((bytes[pos] ?? 0) - 0x30) >>> 0;
  }
  cursor.pos = pos;
  return pos > start && pos - start <= 9 ? value : -1;
}

/** A decimal such as `4.216` from the cursor on; -1 when there is none. At most nine digits each side of the point. */
export function scanDecimal(bytes: Uint8Array, cursor: Cursor): number {
  const whole = scanWhole(bytes, cursor);
  if (whole < 0 || byteAt(bytes, cursor.pos) !== POINT) return whole;
  cursor.pos += 1;
  const start = cursor.pos;
  const fraction = scanWhole(bytes, cursor);
  return fraction < 0 ? -1 : whole + fraction / 10 ** (cursor.pos - start);
}

/** Whether the line ends at `pos`; returns the start of the next line, or -1. */
export function lineAfter(bytes: Uint8Array, pos: number): number {
  const byte = byteAt(bytes, pos);
  if (byte === LF) return pos + 1;
  return byte === CR && byteAt(bytes, pos + 1) === LF ? pos + 2 : -1;
}
