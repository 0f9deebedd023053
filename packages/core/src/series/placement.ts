import { type EpochMs, HOUR_MS, MINUTE_MS } from '../time/index.ts';

/** Up to this long a measurement is one of several in each minute, and minutes are summed of such alone. */
export const SHORT_MS = 15_000;

/** How long the stretch is that holds a measurement whole; 0 where none does. */
function cellMs(durationMs: number): number {
  if (durationMs <= SHORT_MS) return MINUTE_MS;
  return durationMs <= HOUR_MS ? HOUR_MS : 0;
}

/**
 * When what a measurement held counts, evenly: while it lasted, as far as that is in the UTC minute of its midpoint, of one
 * longer than 15 s in the hour of its midpoint; of one longer than an hour, all the time. It depends on the measurement
 * alone, so whatever parts a range is read in, they add up, and whole minutes and hours hold whole measurements.
 */
export function heldFromMs(startMs: EpochMs, durationMs: number): EpochMs {
  const lengthMs = cellMs(durationMs);
  if (lengthMs === 0) return startMs;
  return Math.max(startMs, Math.floor((startMs + durationMs / 2) / lengthMs) * lengthMs);
}

/** Until when it counts, see `heldFromMs`. */
export function heldToMs(startMs: EpochMs, durationMs: number): EpochMs {
  const lengthMs = cellMs(durationMs);
  if (lengthMs === 0) return startMs + durationMs;
  const endMs = Math.floor((startMs + durationMs / 2) / lengthMs) * lengthMs + lengthMs;
  return Math.min(startMs + durationMs, endMs);
}

/** Whether buckets of `stepMs` tell for how long such a measurement lasted in them, not how long those lasted that they hold. */
export function isTimed(durationMs: number, stepMs: number): boolean {
  return stepMs < cellMs(durationMs);
}
