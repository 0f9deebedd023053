import type { EpochMs } from '../time/index.ts';
import type { FoldRange } from './bucket-fold.ts';
import type { Buckets } from './points.ts';

/** Energy that is known of a stretch in which nothing was measured, in the series' unit. */
export interface RecoveredSpan {
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly value: number;
}

/** The share by time of the spans in the range. */
export function recoveredIn(spans: readonly RecoveredSpan[], range: FoldRange): number {
  return spans.reduce((sum, span) => sum + shareOf(span, range.fromMs, range.toMs), 0);
}

/**
 * The buckets with the spans added by time: to `sums` and `recoveredSums`, but not to what was measured. The same object
 * where no span meets them.
 */
export function addRecovered(
  buckets: Buckets,
  edges: Float64Array,
  spans: readonly RecoveredSpan[],
): Buckets {
  const fromMs = edges[0] ?? Number.POSITIVE_INFINITY;
  const toMs = edges[edges.length - 1] ?? Number.NEGATIVE_INFINITY;
  const met = spans.filter((span) => span.endMs > fromMs && span.startMs < toMs);
  if (met.length === 0) return buckets;
  const recoveredSums = new Float64Array(buckets.starts.length);
  for (const span of met) addSpan(recoveredSums, edges, span);
  const sums = buckets.sums.map((sum, bucket) => {
    const recovered = recoveredSums[bucket] as number;
    if (recovered === 0) return sum;
    return Number.isNaN(sum) ? recovered : sum + recovered;
  });
  return { ...buckets, sums, recoveredSums };
}

function addSpan(sums: Float64Array, edges: Float64Array, span: RecoveredSpan): void {
  let low = 0;
  let high = sums.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle + 1] as number) <= span.startMs) low = middle + 1;
    else high = middle;
  }
  for (let bucket = low; bucket < sums.length && (edges[bucket] as number) < span.endMs; bucket += 1) {
    const share = shareOf(span, edges[bucket] as number, edges[bucket + 1] as number);
    sums[bucket] = (sums[bucket] as number) + share;
  }
}

function shareOf(span: RecoveredSpan, fromMs: EpochMs, toMs: EpochMs): number {
  const sharedMs = Math.min(span.endMs, toMs) - Math.max(span.startMs, fromMs);
  return sharedMs <= 0 ? 0 : (span.value * sharedMs) / (span.endMs - span.startMs);
}
