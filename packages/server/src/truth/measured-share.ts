import { type Buckets, heldFromMs, heldToMs } from '@kilowink/core/series';
import type { EpochMs } from '@kilowink/core/time';
import type { StoredCorrection } from '@kilowink/store';
import type { Range, ReadHow } from './read-how.ts';

/** By what corrections multiply a measurement; 1 outside of them, NaN where nothing measured is left of it. */
export type MeasuredShare = (startMs: EpochMs, durationMs: number) => number;

/**
 * What the corrections in force leave of single measurements of the range; null where they leave all of them as they are.
 * Between two ends of corrections every measurement is multiplied by the same, so two reads tell of them all; of one over such an
 * end, each part by that of its side.
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
  return (startMs, durationMs) => {
    const held = { fromMs: heldFromMs(startMs, durationMs), toMs: heldToMs(startMs, durationMs) };
    const place = placeOf(edges, held.fromMs);
    if (held.toMs <= (edges[place + 1] ?? held.toMs)) return shares[place] ?? 1;
    return sharedOver(held, { edges, shares, place });
  };
}

/** Of what counts evenly over a range, from `place` on; NaN where nothing of it is left. */
function sharedOver(
  { fromMs, toMs }: Range,
  { edges, shares, place }: { edges: Float64Array; shares: readonly number[]; place: number },
): number {
  let left = 0;
  let isLeft = false;
  for (let at = place; at < edges.length && (edges[at] ?? fromMs) < toMs; at += 1) {
    const share = shares[at] ?? 1;
    const partMs = Math.min(edges[at + 1] ?? toMs, toMs) - Math.max(edges[at] ?? fromMs, fromMs);
    if (Number.isNaN(share) || partMs <= 0) continue;
    isLeft = true;
    left += (share * partMs) / (toMs - fromMs);
  }
  return isLeft ? left : Number.NaN;
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
