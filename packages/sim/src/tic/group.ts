import { DAY_MS } from '@kilowink/core/time';
import type { LocalTime } from './local-clock.ts';

export const STX = 0x02;
export const ETX = 0x03;
export const EOT = 0x04;
const LF = '\n';
const CR = '\r';

export type TicMode = 'historique' | 'standard';

/** One group before it is bytes; `at` is the horodate of 13 characters where the label has one. */
export interface GroupText {
  readonly label: string;
  readonly at?: string;
  readonly data: string;
}

/** A whole number as the meter prints it: leading zeros, cut to the greatest that fits. */
export function digits(value: number, width: number): string {
  const whole = Math.max(0, Math.round(value));
  return String(Math.min(whole, 10 ** width - 1)).padStart(width, '0');
}

/** An index wraps where the display does. */
export function indexDigits(indexWh: number): string {
  return String(indexWh % 1_000_000_000).padStart(9, '0');
}

/** `SAAMMJJhhmmss`. Lower case says that the clock is not to be trusted; a space, that no season applies. */
export function horodate(local: LocalTime, clock: 'good' | 'degraded' | 'none' = 'good'): string {
  const text = new Date(local.localMs).toISOString();
  const season = local.isSummer ? 'E' : 'H';
  const letter = { good: season, degraded: season.toLowerCase(), none: ' ' }[clock];
  return letter + text.slice(2, 19).replace(/[-T:]/g, '');
}

/** The same of a minute of a civil day, without season. */
export function horodateOfDay(day: number, minute: number): string {
  return horodate({ localMs: day * DAY_MS + minute * 60_000, day, minute, isSummer: false }, 'none');
}

/**
 * The group's characters, LF to CR. Historique sums label, space and data; standard also the HT before the checksum
 * (Enedis-NOI-CPT_54E § 5.3.6).
 */
export function groupText(mode: TicMode, { label, at, data }: GroupText): string {
  if (mode === 'historique') {
    const body = `${label} ${data}`;
    return `${LF}${body} ${checksum(body)}${CR}`;
  }
  const body = `${label}\t${at === undefined ? '' : `${at}\t`}${data}\t`;
  return `${LF}${body}${checksum(body)}${CR}`;
}

function checksum(text: string): string {
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum += text.charCodeAt(i);
  return String.fromCharCode((sum & 0x3f) + 0x20);
}

/** Characters below 0x80 as bytes. */
export function toBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** STX, groups, ETX. */
export function frameBytes(mode: TicMode, groups: readonly GroupText[]): Uint8Array {
  const text = groups.map((group) => groupText(mode, group)).join('');
  return toBytes(`${String.fromCharCode(STX)}${text}${String.fromCharCode(ETX)}`);
}
