import { plainText } from './cells.ts';

/** A stamp as it stands. */
export interface Stamp {
  /** What a clock showed, in ms as if it were UTC. */
  readonly wallMs: number;
  /** How far that clock was ahead of UTC; null where the stamp does not say. */
  readonly offsetMs: number | null;
  /** A date alone. */
  readonly isDate: boolean;
}

const ZONED = String.raw`\s*(Z|UTC|CEST|CET|[+-]\d\d(?::?\d\d)?)?$`;
const TIME = String.raw`(\d{1,2})\s?[:h]\s?(\d\d)?(?::(\d\d)(?:[.,]\d+)?)?`;
const ISO = new RegExp(String.raw`^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T\s]\s*${TIME})?${ZONED}`, 'i');
const FRENCH = new RegExp(
  String.raw`^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d\d)(?:\s+(?:[àa]\s+)?${TIME})?${ZONED}`,
  'i',
);
const SERIAL = /^(\d{5})(?:[.,](\d+))?$/;
const CLOCK = new RegExp(`^${TIME}$`);

const DAY_MS = 86_400_000;
/** 1970-01-01 as spreadsheets count days, and the days that can be meant: 1970 to 2119. */
const SERIAL_1970 = 25_569;
const SERIAL_MAX = 80_000;

/**
 * `2026-01-05T00:30:00+01:00`, the same without offset, `05/01/2026 00:30`, a date alone, its month in letters (`5 janv. 2026`), the
 * days since 1900 of a spreadsheet; 24:00 is the midnight that ends a day. Null for anything else, and for years before 1970 or after 2199.
 */
export function readStamp(text: string): Stamp | null {
  const plain = /\p{L}{3}/u.test(text) ? withMonthNumber(text) : text.trim();
  const iso = ISO.exec(plain);
  if (iso !== null) return stampOf([iso[1], iso[2], iso[3]], [iso[4], iso[5], iso[6]], iso[7]);
  const french = FRENCH.exec(plain);
  if (french !== null) {
    const year = french[3]?.length === 2 ? `20${french[3]}` : french[3];
    return stampOf([year, french[2], french[1]], [french[4], french[5], french[6]], french[7]);
  }
  return readSerial(plain);
}

const NAMED_DAY = /^(?:[a-z]+\.?,? )?(\d{1,2})(?:er)?[ /-]([a-z]+)\.?[ /-](\d{4}|\d\d)\b(.*)$/;

/** How the months begin in French and in English; June and July part at the fourth letter. */
const MONTHS = [
  'jan',
  'fev|feb',
  'mar',
  'avr|apr',
  'mai|may',
  'juin|jun',
  'juil|jul',
  'aou|aug',
  'sep',
  'oct',
  'nov',
  'dec',
];

/** `lundi 5 janvier 2026` as `5/1/2026`; what names no month stays as it is. */
function withMonthNumber(text: string): string {
  const found = NAMED_DAY.exec(plainText(text));
  const month = MONTHS.findIndex((begin) => new RegExp(`^(${begin})`).test(found?.[2] ?? '')) + 1;
  return found === null || month === 0 ? text.trim() : `${found[1]}/${month}/${found[3]}${found[4]}`;
}

function readSerial(text: string): Stamp | null {
  if (!SERIAL.test(text)) return null;
  const days = Number(text.replace(',', '.'));
  if (days < SERIAL_1970 || days > SERIAL_MAX) return null;
  // Five decimals of a day are less than a second, and no stamp is finer than a minute.
  const wallMs = Math.round((days - SERIAL_1970) * 1_440) * 60_000;
  return { wallMs, offsetMs: null, isDate: Number.isInteger(days) };
}

/** ms since midnight of `23:30:00`, or `24:00`; null for anything else. */
export function readClock(text: string): number | null {
  const found = CLOCK.exec(text.trim());
  return found === null ? null : wallMs(['1970', '1', '1'], [found[1], found[2], found[3]]);
}

const SPAN = new RegExp(String.raw`^(?:de )?${TIME}\s*(?:-|–|à|a)\s*${TIME}$`);

/** ms since midnight of both ends of `00:30 - 01:00`, or `0h à 1h`; null for anything else. */
export function readSpan(text: string): readonly [fromMs: number, toMs: number] | null {
  const found = SPAN.exec(text.trim());
  if (found === null) return null;
  const fromMs = wallMs(['1970', '1', '1'], [found[1], found[2], found[3]]);
  const toMs = wallMs(['1970', '1', '1'], [found[4], found[5], found[6]]);
  return fromMs === null || toMs === null ? null : [fromMs, toMs > fromMs ? toMs : toMs + DAY_MS];
}

type Parts = readonly [string | undefined, string | undefined, string | undefined];

function stampOf(date: Parts, time: Parts, offset: string | undefined): Stamp | null {
  const ms = wallMs(date, time);
  if (ms === null) return null;
  return {
    wallMs: ms,
    offsetMs: offset === undefined ? null : offsetOf(offset),
    isDate: time[0] === undefined,
  };
}

function wallMs([year, month, day]: Parts, [hour = '0', minute = '0', second = '0']: Parts): number | null {
  const dayMs = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const back = new Date(dayMs);
  const isDate = back.getUTCMonth() === Number(month) - 1 && back.getUTCDate() === Number(day);
  const inDayMs = (Number(hour) * 3_600 + Number(minute) * 60 + Number(second)) * 1_000;
  const isTime = Number(minute) < 60 && Number(second) < 60 && inDayMs <= DAY_MS;
  return isDate && isTime && Number(year) >= 1970 && Number(year) <= 2199 ? dayMs + inDayMs : null;
}

const NAMED_OFFSETS: Readonly<Record<string, number>> = { Z: 0, UTC: 0, CET: 3_600_000, CEST: 7_200_000 };

function offsetOf(text: string): number {
  const named = NAMED_OFFSETS[text.toUpperCase()];
  if (named !== undefined) return named;
  const sign = text.startsWith('-') ? -1 : 1;
  const minutes = text.length > 3 ? Number(text.slice(-2)) : 0;
  return sign * (Number(text.slice(1, 3)) * 60 + minutes) * 60_000;
}

const STEP = /^(?:PT?)?(\d+)\s*(M|MIN|MINUTES?|H|D|J)?$/i;

/** ms of `PT30M`, `30`, `30 min`, `PT1H` or `P1D`; null for anything else. */
export function readStep(text: string): number | null {
  const found = STEP.exec(text.trim());
  if (found === null || Number(found[1]) === 0) return null;
  const unit = (found[2] ?? 'M').toUpperCase().slice(0, 1);
  const unitMs = unit === 'H' ? 3_600_000 : unit === 'M' ? 60_000 : DAY_MS;
  return Number(found[1]) * unitMs;
}
