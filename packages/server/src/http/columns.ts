import type { BucketsAnswer, GaugeBucketsAnswer } from '@kilowink/api';
import { type Buckets, timedSumOf } from '@kilowink/core/series';
import { HOUR_MS } from '@kilowink/core/time';
import { Decimals, type Encodable } from './json-bytes.ts';

/** A tenth of a watt is finer than any meter here. */
const PER_WATT = 10;
const PER_UNIT = 1_000;
const PER_WHOLE = 10_000;

/** Buckets in stored units as the API's columns in Wh and W. Nothing measured is null, never 0. */
export function bucketColumns(buckets: Buckets, unitsPerWh: number): Encodable<BucketsAnswer['columns']> {
  const { sums, recoveredSums } = buckets;
  const means = new Float64Array(sums.length);
  setMeans(means, buckets, unitsPerWh);
  return {
    start: new Decimals(buckets.starts),
    energyWh: energies(sums, unitsPerWh),
    powerMeanW: rounded(means, 1, PER_WATT),
    powerMinW: rounded(buckets.rateMin, unitsPerWh, PER_WATT),
    powerMaxW: rounded(buckets.rateMax, unitsPerWh, PER_WATT),
    coverage: coverageOf(buckets),
    ...(recoveredSums === undefined ? {} : { recoveredWh: energies(recoveredSums, unitsPerWh) }),
  };
}

/** Buckets of a gauge as the API's columns, in the unit of the series. */
export function gaugeColumns(buckets: Buckets): Encodable<GaugeBucketsAnswer['columns']> {
  return {
    start: new Decimals(buckets.starts),
    mean: rounded(buckets.means ?? buckets.starts, 1, PER_UNIT),
    min: rounded(buckets.rateMin, 1, PER_UNIT),
    max: rounded(buckets.rateMax, 1, PER_UNIT),
    coverage: coverageOf(buckets),
  };
}

/** The power that flashes tell, W; nothing where there is none to tell. */
export function drawnColumn(powerW: Float64Array | null): { powerW?: Decimals } {
  return powerW === null ? {} : { powerW: rounded(powerW, 1, PER_WATT) };
}

function coverageOf(buckets: Buckets): Decimals {
  const shares = new Float64Array(buckets.validMs.length);
  setShares(shares, buckets);
  return rounded(shares, 1, PER_WHOLE);
}

/** Whoever adds buckets of a few seconds up would else be a watt-hour off after some thousands of them. */
function energies(column: Float64Array, unitsPerWh: number): Decimals {
  return new Decimals(column, PER_UNIT, unitsPerWh, { isSummed: true });
}

function rounded(column: Float64Array, divisor: number, perUnit: number): Decimals {
  return new Decimals(column, perUnit, divisor);
}

// Long loops with nothing after them: compiled while they run, they need not be left again for what they never did before.

function setMeans(means: Float64Array, buckets: Buckets, unitsPerWh: number): void {
  const { validMs } = buckets;
  for (let index = 0; index < means.length; index += 1) {
    const measuredMs = validMs[index] as number;
    means[index] =
      measuredMs > 0 ? (timedSumOf(buckets, index) * HOUR_MS) / measuredMs / unitsPerWh : Number.NaN;
  }
}

function setShares(shares: Float64Array, { validMs, lengthsMs }: Buckets): void {
  for (let index = 0; index < shares.length; index += 1)
    shares[index] = Math.min(1, (validMs[index] as number) / (lengthsMs[index] as number));
}
