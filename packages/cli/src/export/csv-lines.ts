import { type Buckets, type Points, UNITS_PER_WH, type Unit } from '@kilowink/core/series';
import { HOUR_MS, SECOND_MS } from '@kilowink/core/time';
import { createIsoTimes } from './local-iso.ts';

export const RAW_HEADER = 'start,start_local,duration_s,energy_Wh,power_W,coverage,reports,disagreements\n';
export const BUCKET_HEADER =
  'start,start_local,duration_s,energy_Wh,power_W,power_min_W,power_max_W,coverage\n';

/** Makes CSV lines of measurements and of buckets. Energy is in Wh and power in W, to the thousandth. */
export interface CsvLines {
  ofPoints(points: Points): Iterable<string>;
  /** A bucket in which nothing was measured has empty fields: missing is not zero. */
  ofBuckets(buckets: Buckets): Iterable<string>;
}

export function createCsvLines(unit: Unit, zone: string): CsvLines {
  const iso = createIsoTimes(zone);
  const perWh = UNITS_PER_WH[unit];
  const start = (atMs: number) => `${iso.utc(atMs)},${iso.local(atMs)}`;
  return {
    *ofPoints({ starts, durationsMs, values, reports, disagreements }) {
      for (let i = 0; i < starts.length; i++) {
        const startMs = starts[i] ?? 0;
        const durationMs = durationsMs[i] ?? 0;
        const energyWh = (values[i] ?? 0) / perWh;
        const power = durationMs > 0 ? thousandths((energyWh * HOUR_MS) / durationMs) : '';
        // A measurement is there or it is not: the column says the same as that of buckets.
        const counts = `1,${reports?.[i] ?? ''},${disagreements?.[i] ?? ''}`;
        yield `${start(startMs)},${durationMs / SECOND_MS},${thousandths(energyWh)},${power},${counts}\n`;
      }
    },
    *ofBuckets({ starts, sums, validMs, rateMin, rateMax, lengthsMs, recoveredSums }) {
      for (let i = 0; i < starts.length; i++) {
        const startMs = starts[i] ?? 0;
        const lengthMs = lengthsMs[i] ?? 0;
        const measuredMs = validMs[i] ?? 0;
        const energyWh = (sums[i] ?? Number.NaN) / perWh;
        const powers = [
          // Power is of what was measured; energy also of what was recovered.
          ((energyWh - (recoveredSums?.[i] ?? 0) / perWh) * HOUR_MS) / measuredMs,
          (rateMin[i] ?? Number.NaN) / perWh,
          (rateMax[i] ?? Number.NaN) / perWh,
        ];
        const coverage = lengthMs > 0 ? Math.min(1, measuredMs / lengthMs) : 0;
        const numbers = [energyWh, ...powers].map(thousandths).join(',');
        yield `${start(startMs)},${lengthMs / SECOND_MS},${numbers},${Math.round(coverage * 1e4) / 1e4}\n`;
      }
    },
  };
}

function thousandths(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value * 1_000) / 1_000) : '';
}
