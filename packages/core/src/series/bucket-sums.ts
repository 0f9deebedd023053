import type { Buckets } from './points.ts';

/** What was measured in a bucket while its `validMs` lasted; NaN where nothing was. */
export function timedSumOf(buckets: Buckets, place: number): number {
  const timed = buckets.timedSums?.[place];
  return timed ?? (buckets.sums[place] as number) - (buckets.recoveredSums?.[place] ?? 0);
}

/** Buckets of energy, to be filled part by part. */
export type BucketSums = Buckets & Required<Pick<Buckets, 'recoveredSums' | 'timedSums'>>;

/** What a part of a bucket holds; sums in the unit of the series, rates in that unit an hour, NaN where nothing is known. */
export interface BucketPart {
  /** Measured and recovered. */
  readonly sum: number;
  readonly recovered: number;
  /** What was measured while `validMs` lasted. */
  readonly timed: number;
  readonly validMs: number;
  readonly rateMin: number;
  readonly rateMax: number;
}

/** Buckets between `edges`, in ascending order, that hold nothing yet. */
export function emptyBucketSums(edges: Float64Array): BucketSums {
  const count = edges.length - 1;
  const column = (fill: number) => new Float64Array(count).fill(fill);
  return {
    starts: edges.slice(0, -1),
    sums: column(Number.NaN),
    validMs: column(0),
    rateMin: column(Number.NaN),
    rateMax: column(Number.NaN),
    lengthsMs: Float64Array.from(
      { length: count },
      (_, index) => (edges[index + 1] as number) - (edges[index] as number),
    ),
    recoveredSums: column(0),
    timedSums: column(0),
  };
}

/** Adds a part to the bucket at `place`. */
export function addToBucket(buckets: BucketSums, place: number, part: BucketPart): void {
  const before = buckets.sums[place] as number;
  buckets.sums[place] = (Number.isNaN(before) ? 0 : before) + part.sum;
  buckets.validMs[place] = (buckets.validMs[place] as number) + part.validMs;
  buckets.recoveredSums[place] = (buckets.recoveredSums[place] as number) + part.recovered;
  buckets.timedSums[place] = (buckets.timedSums[place] as number) + part.timed;
  buckets.rateMin[place] = reach(buckets.rateMin[place] as number, part.rateMin, Math.min);
  buckets.rateMax[place] = reach(buckets.rateMax[place] as number, part.rateMax, Math.max);
}

function reach(a: number, b: number, choose: (a: number, b: number) => number): number {
  if (Number.isNaN(a)) return b;
  return Number.isNaN(b) ? a : choose(a, b);
}
