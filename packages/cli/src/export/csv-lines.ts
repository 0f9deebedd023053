import {
  type Buckets,
  kindOf,
  type Points,
  type SeriesDefinition,
  SumRounding,
  timedSumOf,
  UNITS_PER_WH,
  type Unit,
} from '@kilowink/core/series';
import { HOUR_MS, SECOND_MS } from '@kilowink/core/time';
import { createIsoTimes } from './local-iso.ts';

/**
 * Makes CSV lines of measurements and of buckets. Energy is in Wh and power in W, to the thousandth; a gauge is in the
 * unit of its series, which its header names.
 */
export interface CsvLines {
  readonly rawHeader: string;
  readonly bucketHeader: string;
  ofPoints(points: Points): Iterable<string>;
  /** A bucket in which nothing was measured has empty fields: missing is not zero. */
  ofBuckets(buckets: Buckets): Iterable<string>;
}

/** The lines of a series, with local times by the clock of `zone`. */
export function createCsvLines(series: Pick<SeriesDefinition, 'quantity' | 'unit'>, zone: string): CsvLines {
  const { quantity, unit } = series;
  return kindOf(quantity) === 'mean' ? gaugeLines(unit, zone) : energyLines(unit, zone);
}

function energyLines(unit: Unit, zone: string): CsvLines {
  const iso = createIsoTimes(zone);
  const perWh = UNITS_PER_WH[unit];
  const start = (atMs: number) => `${iso.utc(atMs)},${iso.local(atMs)}`;
  const rounding = new SumRounding();
  return {
    rawHeader: 'start,start_local,duration_s,energy_Wh,power_W,coverage,reports,disagreements\n',
    bucketHeader: 'start,start_local,duration_s,energy_Wh,power_W,power_min_W,power_max_W,coverage\n',
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
    *ofBuckets(buckets) {
      const { starts, sums, validMs, rateMin, rateMax, lengthsMs } = buckets;
      for (let i = 0; i < starts.length; i++) {
        const startMs = starts[i] ?? 0;
        const lengthMs = lengthsMs[i] ?? 0;
        const measuredMs = validMs[i] ?? 0;
        // Whoever adds the buckets up gets the total: what one loses by rounding is due to the next.
        const energyWh = rounding.round(((sums[i] ?? Number.NaN) / perWh) * 1_000) / 1_000;
        const powers = [
          // Power is of what was measured; energy also of what was recovered.
          (timedSumOf(buckets, i) * HOUR_MS) / measuredMs / perWh,
          (rateMin[i] ?? Number.NaN) / perWh,
          (rateMax[i] ?? Number.NaN) / perWh,
        ];
        const numbers = [energyWh, ...powers].map(thousandths).join(',');
        yield `${start(startMs)},${lengthMs / SECOND_MS},${numbers},${coverageOf(measuredMs, lengthMs)}\n`;
      }
    },
  };
}

function gaugeLines(unit: Unit, zone: string): CsvLines {
  const iso = createIsoTimes(zone);
  const start = (atMs: number) => `${iso.utc(atMs)},${iso.local(atMs)}`;
  return {
    rawHeader: `start,start_local,duration_s,value_${unit},coverage\n`,
    bucketHeader: `start,start_local,duration_s,mean_${unit},min_${unit},max_${unit},coverage\n`,
    *ofPoints({ starts, durationsMs, values }) {
      for (let i = 0; i < starts.length; i++) {
        yield `${start(starts[i] ?? 0)},${(durationsMs[i] ?? 0) / SECOND_MS},${values[i] ?? ''},1\n`;
      }
    },
    *ofBuckets({ starts, means, validMs, rateMin, rateMax, lengthsMs }) {
      for (let i = 0; i < starts.length; i++) {
        const lengthMs = lengthsMs[i] ?? 0;
        const numbers = [means?.[i], rateMin[i], rateMax[i]].map((value) => thousandths(value ?? Number.NaN));
        const coverage = coverageOf(validMs[i] ?? 0, lengthMs);
        yield `${start(starts[i] ?? 0)},${lengthMs / SECOND_MS},${numbers.join(',')},${coverage}\n`;
      }
    },
  };
}

function coverageOf(measuredMs: number, lengthMs: number): number {
  return lengthMs > 0 ? Math.round(Math.min(1, measuredMs / lengthMs) * 1e4) / 1e4 : 0;
}

function thousandths(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value * 1_000) / 1_000) : '';
}
