/** UTC milliseconds since 1970-01-01T00:00Z, a whole number. Every time in the project is one, unless its name says otherwise. */
export type EpochMs = number;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** The UTC day that holds `atMs`, counted from 1970-01-01. */
export function utcDay(atMs: EpochMs): number {
  return Math.floor(atMs / DAY_MS);
}

/** Where the process takes its time from; a test gives its own. */
export interface Clock {
  /** What the server believes the time is. It may step, run backwards, or start in 1970. */
  wallMs(): EpochMs;
  /** Milliseconds since an arbitrary start of the process: never steps, never runs backwards. */
  monotonicMs(): number;
}
