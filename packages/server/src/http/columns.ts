import type { BucketsAnswer, GaugeBucketsAnswer } from '@kilowink/api';
import type { Buckets } from '@kilowink/core/series';
import { HOUR_MS } from '@kilowink/core/time';

/** Buckets in stored units as the API's columns in Wh and W. Nothing measured is null, never 0. */
export function bucketColumns(buckets: Buckets, unitsPerWh: number): BucketsAnswer['columns'] {
  const count = buckets.starts.length;
  const columns: BucketsAnswer['columns'] = {
    start: Array.from(buckets.starts),
    energyWh: new Array(count),
    powerMeanW: new Array(count),
    powerMinW: new Array(count),
    powerMaxW: new Array(count),
    coverage: new Array(count),
  };
  for (let index = 0; index < count; index += 1) {
    const validMs = buckets.validMs[index] ?? 0;
    const sum = buckets.sums[index] ?? Number.NaN;
    columns.energyWh[index] = Number.isNaN(sum) ? null : rounded(sum / unitsPerWh, 1_000);
    const measured = sum - (buckets.recoveredSums?.[index] ?? 0);
    columns.powerMeanW[index] = validMs > 0 ? watts((measured * HOUR_MS) / validMs / unitsPerWh) : null;
    columns.powerMinW[index] = watts((buckets.rateMin[index] ?? Number.NaN) / unitsPerWh);
    columns.powerMaxW[index] = watts((buckets.rateMax[index] ?? Number.NaN) / unitsPerWh);
    columns.coverage[index] = coverageOf(buckets, index);
  }
  if (buckets.recoveredSums === undefined) return columns;
  return {
    ...columns,
    recoveredWh: Array.from(buckets.recoveredSums, (sum) => rounded(sum / unitsPerWh, 1_000)),
  };
}

/** Buckets of a gauge as the API's columns, in the unit of the series. */
export function gaugeColumns(buckets: Buckets): GaugeBucketsAnswer['columns'] {
  const values = (column: Float64Array | undefined) =>
    Array.from(column ?? buckets.starts, (value) => (Number.isNaN(value) ? null : rounded(value, 1_000)));
  return {
    start: Array.from(buckets.starts),
    mean: values(buckets.means),
    min: values(buckets.rateMin),
    max: values(buckets.rateMax),
    coverage: Array.from(buckets.starts, (_, index) => coverageOf(buckets, index)),
  };
}

function coverageOf({ validMs, lengthsMs }: Buckets, index: number): number {
  return rounded(Math.min(1, (validMs[index] ?? 0) / (lengthsMs[index] ?? 1)), 10_000);
}

/** A tenth of a watt is finer than any meter here. */
function watts(value: number): number | null {
  return Number.isNaN(value) ? null : rounded(value, 10);
}

function rounded(value: number, perUnit: number): number {
  return Math.round(value * perUnit) / perUnit;
}
