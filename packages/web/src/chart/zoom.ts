import type { TimeRange } from '@kilowink/core/tariff';
import type { EpochMs } from '@kilowink/core/time';

export type { TimeRange } from '@kilowink/core/tariff';

/** How far the curve can be moved and magnified. */
export interface ZoomLimits extends TimeRange {
  /** The shortest stretch shown, ms. */
  readonly spanMsMin: number;
}

/** What one notch of a mouse wheel leaves of the span. */
export const NOTCH_FACTOR = 0.75;
/** What a browser reports for one notch, in CSS pixels. */
const NOTCH_PX = 100;
/** Pinching on a trackpad comes as a wheel with small deltas; this makes it follow the fingers. */
const PINCH_GAIN = 10;
const LINE_PX = 16;
const PAGE_PX = 800;
/** No single event may move more than this many notches: some mice report a whole spin at once. */
const NOTCHES_MAX = 3;

export function spanOf(range: TimeRange): number {
  return range.toMs - range.fromMs;
}

/** Magnifies by `factor` (below 1 shows less) so that `atMs` stays under the finger. */
export function zoomAbout(range: TimeRange, atMs: EpochMs, factor: number): TimeRange {
  return { fromMs: atMs - (atMs - range.fromMs) * factor, toMs: atMs + (range.toMs - atMs) * factor };
}

export function panBy(range: TimeRange, deltaMs: number): TimeRange {
  return { fromMs: range.fromMs + deltaMs, toMs: range.toMs + deltaMs };
}

/** The nearest range inside the limits: first the span is made to fit, about its centre, then the place. */
export function clampRange(range: TimeRange, limits: ZoomLimits): TimeRange {
  const span = Math.max(limits.spanMsMin, Math.min(spanOf(range), spanOf(limits)));
  if (span >= spanOf(limits))
    return { fromMs: limits.fromMs, toMs: Math.max(limits.toMs, limits.fromMs + span) };
  const centre = (range.fromMs + range.toMs) / 2;
  const isExact = spanOf(range) === span;
  const fromMs = isExact ? range.fromMs : centre - span / 2;
  const placed = Math.max(limits.fromMs, Math.min(fromMs, limits.toMs - span));
  return { fromMs: placed, toMs: placed + span };
}

/** As `clampRange` after `zoomAbout`, but what is under the finger stays there when the span hits a limit. */
export function zoomWithin(
  range: TimeRange,
  zoom: { readonly atMs: EpochMs; readonly factor: number },
  limits: ZoomLimits,
): TimeRange {
  const span = spanOf(range);
  const wanted = Math.max(limits.spanMsMin, Math.min(span * zoom.factor, spanOf(limits)));
  return clampRange(zoomAbout(range, zoom.atMs, wanted / span), limits);
}

/** Whether two ranges look the same on a screen. */
export function isSameRange(a: TimeRange, b: TimeRange): boolean {
  const tolerance = Math.max(1, spanOf(a) * 1e-6);
  return Math.abs(a.fromMs - b.fromMs) < tolerance && Math.abs(a.toMs - b.toMs) < tolerance;
}

/** A wheel event's numbers, as browsers give them. */
export interface WheelInput {
  readonly deltaX: number;
  readonly deltaY: number;
  /** 0 pixels, 1 lines, 2 pages. */
  readonly deltaMode: number;
  readonly ctrlKey: boolean;
  readonly shiftKey: boolean;
}

/** What a turn of the wheel means: a zoom factor, or a pan in CSS pixels. */
export type WheelMeaning =
  | { readonly kind: 'zoom'; readonly factor: number }
  | { readonly kind: 'pan'; readonly px: number };

/** Sideways or with shift pans, all else zooms: 0.75 a notch, and in proportion for a trackpad's small steps. */
export function readWheel(input: WheelInput): WheelMeaning {
  const unit = input.deltaMode === 1 ? LINE_PX : input.deltaMode === 2 ? PAGE_PX : 1;
  const dx = input.deltaX * unit;
  const dy = input.deltaY * unit;
  if (input.shiftKey) return { kind: 'pan', px: Math.abs(dx) > Math.abs(dy) ? dx : dy };
  if (Math.abs(dx) > Math.abs(dy)) return { kind: 'pan', px: dx };
  const isPinch = input.ctrlKey && Math.abs(dy) < NOTCH_PX / 2;
  const notches = (dy / NOTCH_PX) * (isPinch ? PINCH_GAIN : 1);
  const bounded = Math.max(-NOTCHES_MAX, Math.min(NOTCHES_MAX, notches));
  return { kind: 'zoom', factor: NOTCH_FACTOR ** -bounded };
}
