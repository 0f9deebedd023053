import type { TimeRange } from '@kilowink/core/tariff';
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';
import type { Zone } from '../time/zone.ts';

/** What the reader asked to see. All but `range` follow the clock. */
export type View =
  | { readonly kind: 'last'; readonly spanMs: number }
  | { readonly kind: 'today' }
  | { readonly kind: 'yesterday' }
  | { readonly kind: 'all' }
  | { readonly kind: 'range'; readonly fromMs: EpochMs; readonly toMs: EpochMs };

export const LIVE_SPAN_MS = 15 * MINUTE_MS;

/** The buttons, in order; the names are keys of the language files. */
export const PRESETS = [
  { name: 'live', view: { kind: 'last', spanMs: LIVE_SPAN_MS } },
  { name: 'hour', view: { kind: 'last', spanMs: HOUR_MS } },
  { name: 'sixHours', view: { kind: 'last', spanMs: 6 * HOUR_MS } },
  { name: 'today', view: { kind: 'today' } },
  { name: 'yesterday', view: { kind: 'yesterday' } },
  { name: 'day', view: { kind: 'last', spanMs: DAY_MS } },
  { name: 'week', view: { kind: 'last', spanMs: 7 * DAY_MS } },
  { name: 'month', view: { kind: 'last', spanMs: 30 * DAY_MS } },
  { name: 'year', view: { kind: 'last', spanMs: 365 * DAY_MS } },
  { name: 'all', view: { kind: 'all' } },
] as const satisfies readonly { name: string; view: View }[];

export type PresetName = (typeof PRESETS)[number]['name'];

/** What a view means depends on the time, the site's days, and how far the data reaches. */
export interface ViewContext {
  readonly nowMs: EpochMs;
  readonly zone: Zone;
  /** From the first measurement on; empty ranges are not allowed. */
  readonly extent: TimeRange;
}

/** The stretch of time a view shows. */
export function resolveView(view: View, context: ViewContext): TimeRange {
  const { nowMs, zone, extent } = context;
  switch (view.kind) {
    case 'last':
      return { fromMs: nowMs - view.spanMs, toMs: nowMs };
    case 'today':
      return { fromMs: zone.dayStart(nowMs), toMs: zone.dayStart(nowMs, 1) };
    case 'yesterday':
      return { fromMs: zone.dayStart(nowMs, -1), toMs: zone.dayStart(nowMs) };
    case 'all':
      return extent;
    case 'range':
      return { fromMs: view.fromMs, toMs: view.toMs };
  }
}

/** Whether what the view shows moves on with the clock, its right edge being the present. */
export function isFollowing(view: View): boolean {
  return view.kind === 'last';
}

export function isSameView(a: View, b: View): boolean {
  return encodeView(a) === encodeView(b);
}

/** The first view of a visit that names none: a day where there is that much, else the live quarter of an hour. */
export function defaultView(extent: TimeRange): View {
  const spanMs = extent.toMs - extent.fromMs;
  return { kind: 'last', spanMs: spanMs > 6 * HOUR_MS ? DAY_MS : LIVE_SPAN_MS };
}

const SPAN_UNITS = [
  { suffix: 'd', ms: DAY_MS },
  { suffix: 'h', ms: HOUR_MS },
  { suffix: 'min', ms: MINUTE_MS },
  { suffix: 's', ms: 1_000 },
] as const;

/** A view as the query of an address: `last=6h`, `day=today`, `all`, `from=…&to=…` (ISO 8601, UTC). */
export function encodeView(view: View): string {
  switch (view.kind) {
    case 'last':
      return `last=${encodeSpan(view.spanMs)}`;
    case 'today':
    case 'yesterday':
      return `day=${view.kind}`;
    case 'all':
      return 'all';
    case 'range':
      return `from=${encodeInstant(view.fromMs)}&to=${encodeInstant(view.toMs)}`;
  }
}

/** The view an address asks for; null when it asks for none, or for none that can be. */
export function decodeView(query: string): View | null {
  const parameters = new URLSearchParams(query);
  const last = parameters.get('last');
  if (last !== null) {
    const spanMs = decodeSpan(last);
    return spanMs === null ? null : { kind: 'last', spanMs };
  }
  const day = parameters.get('day');
  if (day === 'today' || day === 'yesterday') return { kind: day };
  if (parameters.has('all')) return { kind: 'all' };
  const fromMs = Date.parse(parameters.get('from') ?? '');
  const toMs = Date.parse(parameters.get('to') ?? '');
  return fromMs < toMs ? { kind: 'range', fromMs, toMs } : null;
}

function encodeSpan(spanMs: number): string {
  const wholeMs = Math.max(1_000, Math.round(spanMs / 1_000) * 1_000);
  const unit = SPAN_UNITS.find((candidate) => wholeMs % candidate.ms === 0) ?? SPAN_UNITS[3];
  return `${wholeMs / unit.ms}${unit.suffix}`;
}

function decodeSpan(text: string): number | null {
  const match = /^([1-9]\d{0,8})(d|h|min|s)$/.exec(text);
  const unit = SPAN_UNITS.find((candidate) => candidate.suffix === match?.[2]);
  return match === null || unit === undefined ? null : Number(match[1]) * unit.ms;
}

/** To the millisecond, but without the milliseconds where they are zero. */
function encodeInstant(atMs: EpochMs): string {
  return new Date(Math.round(atMs)).toISOString().replace('.000Z', 'Z');
}
