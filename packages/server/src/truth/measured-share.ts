import type { Buckets } from '@kilowink/core/series';
import type { EpochMs } from '@kilowink/core/time';
import type { StoredCorrection } from '@kilowink/store';
import type { Range, ReadHow } from './read-how.ts';

/** By what corrections multiply what was measured at a moment; 1 outside of them, NaN where nothing measured is left. */
export type MeasuredShare = (atMs: EpochMs) => number;

/**
 * What the corrections in force leave of single measurements of the range; null where they leave all of them as they are.
 * Between two ends of corrections every measurement is multiplied by the same, so two reads tell of them all.
 */
export function measuredShare(
  read: (edges: Float64Array, how: ReadHow) => Buckets,
  inForce: readonly StoredCorrection[],
  { fromMs, toMs }: Range,
): MeasuredShare | null {
  if (!inForce.some((each) => each.fromMs < toMs && each.toMs > fromMs)) return null;
  const ends = [...new Set(inForce.flatMap((each) => [each.fromMs, each.toMs]))].sort((a, b) => a - b);
  const first = Math.max(
    0,
    ends.findLastIndex((end) => end <= fromMs),
  );
  const last = ends.findIndex((end) => end >= toMs);
  const edges = Float64Array.from(ends.slice(first, last < 0 ? undefined : last + 1));
  const [before, after] = [read(edges, { isRaw: true }), read(edges, { isRaw: false })];
  const shares = Array.from(before.starts, (_, at) => {
    if (after.validMs[at] === 0) return Number.NaN;
    const measured = measuredOf(before, at);
    return measured > 0 ? measuredOf(after, at) / measured : 1;
  });
  return (atMs) => shares[placeOf(edges, atMs)] ?? 1;
}

function measuredOf({ sums, recoveredSums }: Buckets, at: number): number {
  return (sums[at] || 0) - (recoveredSums?.[at] ?? 0);
}

/** Between which edges a moment is; -1 before the first, the last place behind them all. */
function placeOf(edges: Float64Array, atMs: EpochMs): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
