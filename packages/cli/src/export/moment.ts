import { type EpochMs, startOfDayMs } from '@kilowink/core/time';
import { cliError } from '../errors.ts';

/**
 * A time as it is given to a command: UTC milliseconds, ISO 8601 with an offset or `Z`, or a local date or date-time of
 * `zone`; a date means its start. Throws `cli/usage` that names the option.
 */
export function parseMoment(text: string, option: string, zone: string): EpochMs {
  const atMs = /^-?\d{5,}$/.test(text) ? Number(text) : parseIso(text, zone);
  if (atMs !== null && Math.abs(atMs) <= TIME_MS_MAX) return Math.floor(atMs);
  const reason = `${option}: expected a date (2026-03-29), a time (2026-03-29T10:00 or 2026-03-29T08:00Z) or UTC milliseconds, "${text}" came`;
  throw cliError('cli/usage', { reason });
}

/** What a date can hold. */
const TIME_MS_MAX = 8.64e15;

function parseIso(text: string, zone: string): EpochMs | null {
  const iso = text
    .trim()
    .replace(' ', 'T')
    .replace(/ (?=[+-]\d)/, '');
  try {
    if (/T.*(Z|[+-]\d\d(:?\d\d)?)$/i.test(iso)) return Temporal.Instant.from(iso).epochMilliseconds;
    if (!iso.includes('T')) return startOfDayMs(Temporal.PlainDate.from(iso), zone);
    return Temporal.PlainDateTime.from(iso).toZonedDateTime(zone).epochMilliseconds;
  } catch {
    return null;
  }
}
