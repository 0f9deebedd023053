import type { EpochMs } from '../time/index.ts';

/**
 * How far a zone's wall clock is ahead of UTC at an instant, in milliseconds. Given from outside, because browsers
 * without `Temporal` work it out from `Intl`.
 */
export type ZoneOffset = (atMs: EpochMs) => number;

/** A stretch of time, [`fromMs`, `toMs`). */
export interface TimeRange {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

/** A stretch during which the zone's offset does not change. */
export interface OffsetStretch extends TimeRange {
  readonly offsetMs: number;
}

/** Zones keep an offset for longer than this; the shortest known stretch is Ramadan's month in Morocco. */
const PROBE_MS = 7 * 86_400_000;

/**
 * Cuts a range at the zone's clock changes, to the millisecond. Within a stretch local time is UTC plus a constant,
 * so that clock arithmetic there is plain arithmetic. Empty when the range is.
 */
export function offsetStretches(range: TimeRange, offsetAt: ZoneOffset): OffsetStretch[] {
  const stretches: OffsetStretch[] = [];
  let startMs = range.fromMs;
  let offsetMs = offsetAt(startMs);
  let probedMs = startMs;
  while (probedMs < range.toMs) {
    const nextMs = Math.min(probedMs + PROBE_MS, range.toMs);
    if (offsetAt(nextMs) === offsetMs) {
      probedMs = nextMs;
      continue;
    }
    const changeMs = findChange({ fromMs: probedMs, toMs: nextMs }, offsetMs, offsetAt);
    if (changeMs >= range.toMs) break;
    stretches.push({ fromMs: startMs, toMs: changeMs, offsetMs });
    startMs = changeMs;
    probedMs = changeMs;
    offsetMs = offsetAt(changeMs);
  }
  if (startMs < range.toMs) stretches.push({ fromMs: startMs, toMs: range.toMs, offsetMs });
  return stretches;
}

/** The first millisecond at which the offset is no longer `beforeMs`, by bisection. */
function findChange(range: TimeRange, beforeMs: number, offsetAt: ZoneOffset): EpochMs {
  let low = range.fromMs;
  let high = range.toMs;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle) === beforeMs) low = middle;
    else high = middle;
  }
  return high;
}
