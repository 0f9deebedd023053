import type { EpochMs } from '@kilowink/core/time';
import { constantLoad, type Load, profileLoad, shiftToNow } from '@kilowink/sim/load';
import { METER_ZONE } from '@kilowink/sim/tic';
import { readLocalEnergy, SCEAUX_MINUTE_FILE, toProfile } from '../demo/house.ts';

/**
 * What a simulated house draws: constant `watts`, or what a measured house did at the present time of day, from
 * `profile` (any file that can be imported) or from the one that comes with the simulator.
 */
export function houseLoad(options: { watts?: number; profile?: string }, startMs: EpochMs): Load {
  if (options.watts !== undefined) return constantLoad(options.watts);
  const profile = toProfile(readLocalEnergy(options.profile ?? SCEAUX_MINUTE_FILE));
  return profileLoad({ profile, shiftMs: shiftToNow(profile, startMs, METER_ZONE), zone: METER_ZONE });
}

/** A roof: sun from six to eighteen UTC, at most `peakWatts`, a step a minute. */
export function roofLoad(peakWatts: number): Load {
  const minuteMs = 60_000;
  return {
    stretchAt(atMs) {
      const minute = Math.floor(atMs / minuteMs);
      const sun = Math.sin(((minute % 1_440) / 720 - 0.5) * Math.PI);
      return { powerMw: Math.round(Math.max(0, sun) * peakWatts * 1_000), untilMs: (minute + 1) * minuteMs };
    },
  };
}
