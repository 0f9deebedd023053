import { assert } from '@kilowink/core/error';
import { DAY_MS, type EpochMs, HOUR_MS, toZoned } from '@kilowink/core/time';
import type { Load, Stretch } from './load.ts';

/** Powers in mW by steps of `stepMs`, of which the first starts when a wall clock showed `startLocalMs` (as if UTC). */
export interface LocalProfile {
  readonly startLocalMs: number;
  readonly stepMs: number;
  readonly powersMw: Float64Array;
}

/** When a wall clock shows the end of the profile's last step. */
export function profileEndLocalMs(profile: LocalProfile): number {
  return profile.startLocalMs + profile.powersMw.length * profile.stepMs;
}

/** What a wall clock in `zone` shows at an instant, in milliseconds as if it were UTC. */
export function wallClockMs(atMs: EpochMs, zone: string): number {
  return atMs + toZoned(atMs, zone).offsetNanoseconds / 1e6;
}

/**
 * By how many milliseconds, a whole number of days, the profile has to be put later so that `nowMs` lies on its last
 * day: the time of day is kept, and as much of it as can be lies before.
 */
export function shiftToNow(profile: LocalProfile, nowMs: EpochMs, zone: string): number {
  const behindMs = wallClockMs(nowMs, zone) - profileEndLocalMs(profile);
  return Math.ceil(behindMs / DAY_MS) * DAY_MS;
}

/**
 * The load of a house that does at each time of day what the profile says, put later by `shiftMs`. Before its start
 * and after its end it repeats by whole days, as many as it has, so that nights stay nights.
 */
export function profileLoad(options: { profile: LocalProfile; shiftMs: number; zone: string }): Load {
  const { profile, shiftMs, zone } = options;
  const { startLocalMs, stepMs, powersMw } = profile;
  assert(powersMw.length > 0, 'a profile has steps');
  const spanMs = powersMw.length * stepMs;
  const periodMs = spanMs >= DAY_MS ? Math.floor(spanMs / DAY_MS) * DAY_MS : spanMs;
  const offsetAt = createOffsetLookup(zone);
  return {
    stretchAt(atMs): Stretch {
      const sinceStartMs = atMs + offsetAt(atMs) - shiftMs - startLocalMs;
      const step = Math.floor(foldInto(sinceStartMs, spanMs, periodMs) / stepMs);
      // The clock may change at any quarter of an hour, which ends a longer step early.
      const quarterEndMs = (Math.floor(atMs / QUARTER_MS) + 1) * QUARTER_MS;
      const stepEndMs = atMs + stepMs - (((sinceStartMs % stepMs) + stepMs) % stepMs);
      return { powerMw: powersMw[step] ?? 0, untilMs: Math.min(stepEndMs, quarterEndMs) };
    },
  };
}

const QUARTER_MS = HOUR_MS / 4;

/** Into [0, `spanMs`) by adding or taking away whole periods. */
function foldInto(value: number, spanMs: number, periodMs: number): number {
  if (value < 0) return value + Math.ceil(-value / periodMs) * periodMs;
  if (value < spanMs) return value;
  return value - Math.ceil((value - spanMs + 1) / periodMs) * periodMs;
}

/** The zone's offset at instants that mostly follow each other: asked of `Temporal` once a quarter of an hour. */
function createOffsetLookup(zone: string): (atMs: EpochMs) => number {
  let quarter = Number.NaN;
  let offsetMs = 0;
  return (atMs) => {
    const asked = Math.floor(atMs / QUARTER_MS);
    if (asked !== quarter) {
      quarter = asked;
      offsetMs = toZoned(asked * QUARTER_MS, zone).offsetNanoseconds / 1e6;
    }
    return offsetMs;
  };
}
