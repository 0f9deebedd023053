import type { Points } from '@kilowink/core/series';
import type { EpochMs } from '@kilowink/core/time';
import { type Load, profileLoad, shiftToNow } from '@kilowink/sim/load';
import type { SeriesId, Store } from '@kilowink/store';
import { readLocalEnergy, SCEAUX_HOUR_FILE, SCEAUX_MINUTE_FILE, toProfile } from './house.ts';
import { placeHouse } from './place-house.ts';

export interface FillDemoOptions {
  /** What feeds the series, for example `demo/sceaux`. */
  readonly source: string;
  /** What people call it, for example `Demo house`. */
  readonly name: string;
  readonly nowMs: EpochMs;
  readonly zone: string;
  /** Points stored so far, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface FilledDemo {
  readonly series: SeriesId;
  /** Points added; 0 when the series had some already, and then nothing is added to it. */
  readonly added: number;
  /** The house's load in real time: what it did up to now is what was stored, and it goes on from there. */
  readonly load: Load;
}

const BATCH_POINTS = 4_096;
const MWH_PER_FLASH = 1_000;

/**
 * Fills one series with the flashes of 1 Wh that a meter would have given for a measured house put into the present: four years
 * by the hour, then 26 days by the minute up to now. In whole Wh, as a sensor counts, for what is drawn then is the power that
 * flashes tell, the live one too. A series that holds points is left as it is, for the house would be laid over itself.
 */
export function fillDemo(store: Store, options: FillDemoOptions): FilledDemo {
  const { source, name, nowMs, zone } = options;
  const minutes = readLocalEnergy(SCEAUX_MINUTE_FILE);
  const profile = toProfile(minutes);
  const shiftMs = shiftToNow(profile, nowMs, zone);
  const load = profileLoad({ profile, shiftMs, zone });
  const series = store.ensureSeries({ source, name, quantity: 'energy', unit: 'Wh' });
  const isEmpty = store.listSeries().find((each) => each.id === series)?.firstMs === null;
  if (!isEmpty) return { series, added: 0, load };
  const hours = readLocalEnergy(SCEAUX_HOUR_FILE);
  const placed = placeHouse({ hours: hours.points, minutes: minutes.points, shiftMs, nowMs, zone });
  const total = placed.hours.starts.length + placed.minutes.starts.length;
  let added = 0;
  const flashesOf = flashCounter();
  for (const batch of [...batches(placed.hours), ...batches(placed.minutes)]) {
    added += store.addPoints(series, { ...batch, values: batch.values.map(flashesOf) }).added;
    options.onProgress?.(added, total);
  }
  store.flush();
  return { series, added, load };
}

/** Makes what tells how many flashes fall into one measurement after another: what is left of a Wh counts in the next. */
function flashCounter(): (energyMwh: number) => number {
  let leftMwh = 0;
  return (energyMwh) => {
    const flashes = Math.floor((leftMwh + energyMwh) / MWH_PER_FLASH);
    leftMwh += energyMwh - flashes * MWH_PER_FLASH;
    return flashes;
  };
}

function batches(points: Points): Points[] {
  const count = Math.ceil(points.starts.length / BATCH_POINTS);
  return Array.from({ length: count }, (_, batch) => {
    const [from, to] = [batch * BATCH_POINTS, (batch + 1) * BATCH_POINTS];
    return {
      starts: points.starts.slice(from, to),
      durationsMs: points.durationsMs.slice(from, to),
      values: points.values.slice(from, to),
      reports: null,
      disagreements: null,
    };
  });
}
