import type { TimeRange } from '@kilowink/core/tariff';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';
import type { Ticks } from '../chart/ticks.ts';
import { isClockChangeDay, type Zone } from '../time/zone.ts';
import { EN } from './en.ts';
import { FR } from './fr.ts';
import type { Strings } from './strings.ts';

/** A number and its unit, apart so that the unit can be set lighter. */
export interface Quantity {
  readonly value: string;
  readonly unit: string;
}

/** The space between a number and its unit. */
const THIN_SPACE = '\u202f';

/** Everything that turns values into the reader's words, for one language and one site's zone. */
export interface Format {
  readonly locale: string;
  readonly strings: Strings;
  readonly zone: Zone;
  count(value: number): string;
  /** W up to 10 kW, in steps that do not claim more than a flash can tell. */
  power(powerW: number): Quantity;
  energy(energyWh: number): Quantity;
  percent(part: number): string;
  bytes(sizeBytes: number): string;
  /** A round length of time, as the width of a bucket. */
  span(ms: number): string;
  ago(ms: number): string;
  /** Local clock time, `14:03:25` or `14:03`. */
  clock(atMs: EpochMs, withSeconds: boolean): string;
  /** Local ISO date and time, with the offset where a clock time alone may be ambiguous. */
  instant(atMs: EpochMs, withSeconds?: boolean): string;
  /** From when to when exactly: the day once where it is one, seconds where the ends have any. */
  fromTo(range: TimeRange): string;
  /** The stretch of a bucket, as short as it can be said. */
  stretch(range: TimeRange): string;
  tickLabels(ticks: Ticks): string[];
}

/** The language files there are, by the first letters of a locale. */
const LANGUAGES: Readonly<Record<string, Strings>> = { en: EN, fr: FR };

/** Formats for the first of `locales` that there are words for; else English. */
export function createFormat(locales: readonly string[], zone: Zone): Format {
  const found = locales.find((locale) => language(locale) in LANGUAGES);
  const locale = found ?? 'en-GB';
  const strings = LANGUAGES[language(locale)] ?? EN;
  return { locale, strings, zone, ...numberFormats(locale, strings), ...timeFormats(locale, zone) };
}

function language(locale: string): string {
  return locale.slice(0, 2).toLowerCase();
}

/** The format whose `power` speaks of what a gauge holds; that of a series of energy is as it was. */
export function inUnit(
  format: Format,
  series: { readonly kind: 'sum' | 'mean'; readonly unit: string },
): Format {
  if (series.kind === 'sum' || series.unit === 'W') return format;
  const digits = (value: number, count: number): string =>
    value.toLocaleString(format.locale, { minimumFractionDigits: count, maximumFractionDigits: count });
  const power = (value: number): Quantity => {
    if (series.unit === 'VA' && Math.abs(value) >= 9_999.5)
      return { value: digits(value / 1_000, 1), unit: 'kVA' };
    if (series.unit === 'mV') return { value: digits(value / 1_000, 2), unit: 'V' };
    return { value: digits(value, series.unit === 'A' ? 1 : 0), unit: series.unit };
  };
  return { ...format, power };
}

/**
 * Fills the `{name}` places of a sentence; `{name|one|many}` is the word for so many, not the number, `{name||one|many}` that of a language
 * in which none is one too.
 */
export function fill(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return sentence.replace(
    /\{(\w+)(?:\|(\|?)([^|}]*)\|([^|}]*))?\}/g,
    (place, name: string, isNoneOne?: string, one?: string, many?: string) => {
      const value = values[name];
      if (value === undefined) return place;
      const isOne = String(value) === '1' || (isNoneOne === '|' && String(value) === '0');
      return (isOne ? one : many) ?? String(value);
    },
  );
}

/** A quantity as one piece of text. */
export function toText(quantity: Quantity): string {
  return quantity.value + THIN_SPACE + quantity.unit;
}

function numberFormats(
  locale: string,
  strings: Strings,
): Pick<Format, 'count' | 'power' | 'energy' | 'percent' | 'bytes' | 'span' | 'ago'> {
  const digits = (fraction: number): Intl.NumberFormat =>
    new Intl.NumberFormat(locale, { minimumFractionDigits: fraction, maximumFractionDigits: fraction });
  const byDigits = [digits(0), digits(1), digits(2)];
  const number = (value: number, fraction: 0 | 1 | 2): string => byDigits[fraction]?.format(value) ?? '';
  return {
    count: (value) => number(value, 0),
    power: (powerW) =>
      Math.abs(powerW) < 9_999.5
        ? { value: number(powerW, 0), unit: 'W' }
        : { value: number(powerW / 1_000, 1), unit: 'kW' },
    energy: (energyWh) => {
      if (energyWh < 999.5)
        return { value: number(energyWh, energyWh < 10 && energyWh % 1 !== 0 ? 1 : 0), unit: 'Wh' };
      const fraction = energyWh < 99_995 ? 2 : energyWh < 999_950 ? 1 : 0;
      return { value: number(energyWh / 1_000, fraction), unit: 'kWh' };
    },
    // 99.9 % is not "100 %": a gap, however short, must not be rounded away.
    percent: (part) => {
      const percent = part * 100;
      const whole = percent > 99 && percent < 100 ? Math.floor(percent * 10) / 10 : Math.round(percent);
      return `${number(whole, whole % 1 === 0 ? 0 : 1)}${THIN_SPACE}%`;
    },
    bytes: (sizeBytes) =>
      sizeBytes < 999_500
        ? `${number(sizeBytes / 1e3, 0)}${THIN_SPACE}k${strings.byte}`
        : `${number(sizeBytes / 1e6, sizeBytes < 1e8 ? 1 : 0)}${THIN_SPACE}M${strings.byte}`,
    span: (ms) => formatSpan(ms, strings, (value) => number(value, value % 1 === 0 ? 0 : 1)),
    ago: (ms) => formatAgo(ms, strings, (value) => number(value, 0)),
  };
}

function formatSpan(ms: number, strings: Strings, number: (value: number) => string): string {
  const { spans } = strings;
  if (ms >= 360 * DAY_MS) return spans.year;
  if (ms >= 28 * DAY_MS) return spans.month;
  if (ms >= 7 * DAY_MS - HOUR_MS) return spans.week;
  if (ms >= DAY_MS - HOUR_MS) return spans.day;
  if (ms >= HOUR_MS) return fill(spans.hours, { count: number(ms / HOUR_MS) });
  if (ms >= MINUTE_MS) return fill(spans.minutes, { count: number(ms / MINUTE_MS) });
  return fill(spans.seconds, { count: number(Math.round(ms / 100) / 10) });
}

function formatAgo(ms: number, strings: Strings, number: (value: number) => string): string {
  const { ago } = strings;
  const passedMs = Math.max(0, ms);
  if (passedMs < 2 * MINUTE_MS) return fill(ago.seconds, { count: number(Math.floor(passedMs / 1_000)) });
  if (passedMs < 2 * HOUR_MS) return fill(ago.minutes, { count: number(Math.floor(passedMs / MINUTE_MS)) });
  if (passedMs < 2 * DAY_MS) return fill(ago.hours, { count: number(Math.floor(passedMs / HOUR_MS)) });
  return fill(ago.days, { count: number(Math.floor(passedMs / DAY_MS)) });
}

function timeFormats(
  locale: string,
  zone: Zone,
): Pick<Format, 'clock' | 'instant' | 'fromTo' | 'stretch' | 'tickLabels'> {
  const iso = (atMs: EpochMs): string => new Date(zone.toLocal(atMs)).toISOString();
  const clock = (atMs: EpochMs, withSeconds: boolean): string => iso(atMs).slice(11, withSeconds ? 19 : 16);
  const offset = (atMs: EpochMs): string =>
    isClockChangeDay(zone, atMs) ? formatOffset(zone.offsetAt(atMs)) : '';
  const instant = (atMs: EpochMs, withSeconds = false): string =>
    `${iso(atMs).slice(0, 10)} ${clock(atMs, withSeconds)}${offset(atMs)}`;
  const fromTo = ({ fromMs, toMs }: TimeRange): string => {
    const withSeconds = fromMs % MINUTE_MS !== 0 || toMs % MINUTE_MS !== 0;
    const isOneDay = zone.dayStart(fromMs) === zone.dayStart(toMs) && offset(fromMs) === '';
    return isOneDay
      ? `${instant(fromMs, withSeconds)}–${clock(toMs, withSeconds)}`
      : `${instant(fromMs, withSeconds)} – ${instant(toMs, withSeconds)}`;
  };
  const stretch = ({ fromMs, toMs }: TimeRange): string => {
    const spanMs = toMs - fromMs;
    if (spanMs > 26 * HOUR_MS) return `${iso(fromMs).slice(0, 10)} – ${iso(toMs - 1).slice(0, 10)}`;
    if (spanMs > 22 * HOUR_MS && zone.dayStart(fromMs) === fromMs) return iso(fromMs).slice(0, 10);
    const withSeconds = spanMs < MINUTE_MS;
    return `${iso(fromMs).slice(0, 10)} ${clock(fromMs, withSeconds)}–${clock(toMs, withSeconds)}${offset(fromMs)}`;
  };
  const local = (options: Intl.DateTimeFormatOptions): ((atMs: EpochMs) => string) => {
    const format = new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
    return (atMs) => format.format(zone.toLocal(atMs));
  };
  const labels: TickLabels = {
    zone,
    clock,
    weekday: local({ weekday: 'short', day: 'numeric', month: 'short' }),
    day: local({ weekday: 'short', day: 'numeric' }),
    month: local({ month: 'short' }),
    monthYear: local({ month: 'long', year: 'numeric' }),
    year: local({ year: 'numeric' }),
  };
  return { clock, instant, fromTo, stretch, tickLabels: (ticks) => formatTicks(ticks, labels) };
}

/** `+02:00`, with a minus sign as long as the plus. */
function formatOffset(offsetMs: number): string {
  const minutes = Math.round(Math.abs(offsetMs) / MINUTE_MS);
  const two = (value: number): string => String(value).padStart(2, '0');
  return ` ${offsetMs < 0 ? '−' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

interface TickLabels extends Pick<Format, 'clock' | 'zone'> {
  readonly weekday: (atMs: EpochMs) => string;
  readonly day: (atMs: EpochMs) => string;
  readonly month: (atMs: EpochMs) => string;
  readonly monthYear: (atMs: EpochMs) => string;
  readonly year: (atMs: EpochMs) => string;
}

/** Each tick's own field, and under the first and each change the field above it. */
function formatTicks(ticks: Ticks, labels: TickLabels): string[] {
  const own = ownLabel(ticks.unit, labels);
  const above = labelAbove(ticks.unit, labels);
  let previous = '';
  return ticks.atMs.map((atMs) => {
    const context = above(atMs);
    const isNew = context !== previous;
    previous = context;
    return isNew && context !== '' ? `${own(atMs)}\n${context}` : own(atMs);
  });
}

function ownLabel(unit: Ticks['unit'], labels: TickLabels): (atMs: EpochMs) => string {
  switch (unit) {
    case 'second':
      return (atMs) => labels.clock(atMs, true);
    case 'minute':
      return (atMs) => labels.clock(atMs, false);
    case 'day':
      return labels.day;
    case 'month':
      return labels.month;
    case 'year':
      return labels.year;
  }
}

function labelAbove(unit: Ticks['unit'], labels: TickLabels): (atMs: EpochMs) => string {
  switch (unit) {
    case 'second':
    case 'minute':
      return labels.weekday;
    case 'day':
      return labels.monthYear;
    case 'month':
      return labels.year;
    case 'year':
      return () => '';
  }
}
