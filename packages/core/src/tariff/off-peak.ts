import { DAY_MS, type EpochMs, MINUTE_MS } from '../time/index.ts';
import { type OffsetStretch, offsetStretches, type TimeRange, type ZoneOffset } from './zone-offset.ts';

/**
 * One daily off-peak window by the wall clock. An instant is off-peak when the clock on the wall shows a time from
 * `from` up to, not including, `to`; so on the night the clock goes back, an hour that comes twice counts twice.
 */
export interface DailyWindow {
  /** `HH:MM`. */
  readonly from: string;
  /** `HH:MM`; before `from` it is meant on the next day, equal to `from` it is a whole day. */
  readonly to: string;
  /** First local day, `YYYY-MM-DD`, on which the window starts. Always, when left out. */
  readonly validFrom?: string | undefined;
  /** Last local day on which the window starts. */
  readonly validTo?: string | undefined;
}

/** A window with its times as numbers: days since 1970-01-01, local milliseconds since midnight. */
interface ParsedWindow {
  readonly startMs: number;
  readonly lengthMs: number;
  readonly dayMin: number;
  readonly dayMax: number;
}

/**
 * The off-peak stretches that touch `range`, cut to it, ascending, with overlapping and adjacent ones joined.
 * Windows that are no times of day give nothing: their form is checked where they are read.
 */
export function offPeakBands(
  windows: readonly DailyWindow[],
  range: TimeRange,
  offsetAt: ZoneOffset,
): TimeRange[] {
  const parsed = windows.map(parseWindow).filter((window) => window !== null);
  if (parsed.length === 0 || range.toMs <= range.fromMs) return [];
  const bands: TimeRange[] = [];
  for (const stretch of offsetStretches(range, offsetAt)) {
    for (const window of parsed) addBands(bands, window, stretch);
  }
  return joinRanges(bands);
}

/** Whether `atMs` lies in one of `bands`, which are ascending and do not overlap. */
export function isInBands(bands: readonly TimeRange[], atMs: EpochMs): boolean {
  let low = 0;
  let high = bands.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const band = bands[middle];
    if (band !== undefined && band.toMs <= atMs) low = middle + 1;
    else high = middle;
  }
  const band = bands[low];
  return band !== undefined && band.fromMs <= atMs;
}

function addBands(bands: TimeRange[], window: ParsedWindow, stretch: OffsetStretch): void {
  // The day before the stretch may reach into it across midnight.
  const dayFirst = Math.floor((stretch.fromMs + stretch.offsetMs) / DAY_MS) - 1;
  const dayLast = Math.floor((stretch.toMs + stretch.offsetMs) / DAY_MS);
  const first = Math.max(dayFirst, window.dayMin);
  const last = Math.min(dayLast, window.dayMax);
  for (let day = first; day <= last; day++) {
    const startMs = day * DAY_MS + window.startMs - stretch.offsetMs;
    const fromMs = Math.max(startMs, stretch.fromMs);
    const toMs = Math.min(startMs + window.lengthMs, stretch.toMs);
    if (fromMs < toMs) bands.push({ fromMs, toMs });
  }
}

function joinRanges(ranges: TimeRange[]): TimeRange[] {
  ranges.sort((a, b) => a.fromMs - b.fromMs);
  const joined: TimeRange[] = [];
  for (const range of ranges) {
    const last = joined[joined.length - 1];
    if (last === undefined || range.fromMs > last.toMs) joined.push(range);
    else if (range.toMs > last.toMs) joined[joined.length - 1] = { fromMs: last.fromMs, toMs: range.toMs };
  }
  return joined;
}

function parseWindow(window: DailyWindow): ParsedWindow | null {
  const fromMs = parseTimeOfDay(window.from);
  const toMs = parseTimeOfDay(window.to);
  if (fromMs === null || toMs === null) return null;
  return {
    startMs: fromMs,
    lengthMs: toMs > fromMs ? toMs - fromMs : toMs - fromMs + DAY_MS,
    dayMin: window.validFrom === undefined ? Number.NEGATIVE_INFINITY : parseDay(window.validFrom),
    dayMax: window.validTo === undefined ? Number.POSITIVE_INFINITY : parseDay(window.validTo),
  };
}

function parseTimeOfDay(text: string): number | null {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return match === null ? null : (Number(match[1]) * 60 + Number(match[2])) * MINUTE_MS;
}

/** A date that is none gives NaN, with which no day compares, so that the window gives nothing. */
function parseDay(text: string): number {
  return Math.floor(Date.parse(`${text}T00:00:00Z`) / DAY_MS);
}
