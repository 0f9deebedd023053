import type { Points } from '../points.ts';
import { EnergyCurve } from './energy-curve.ts';
import { gatesOf } from './gates.ts';

/** How much context on both sides makes the power of a range independent of where the range is cut. */
export const POWER_CONTEXT_MS = 3_600_000;

const WH_PER_MS_TO_W = 3_600_000;

/**
 * Mean power in W between consecutive `edges` (ascending, UTC ms), over the part that was measured, from points that
 * count flashes of 1 Wh; NaN where nothing was measured. It is the power that changes least often among all that give
 * the very counts, so its energy between any two instants is less than 1 Wh from what was counted, at every scale.
 */
export function powerFromFlashes(points: Points, edges: Float64Array): Float64Array {
  const energyWh = new Float64Array(Math.max(edges.length - 1, 0));
  const measuredMs = new Float64Array(energyWh.length);
  for (const gates of gatesOf(points)) {
    const curve = new EnergyCurve(gates);
    const first = Math.max(placeOf(edges, curve.startMs) - 1, 0);
    const last = Math.min(placeOf(edges, curve.endMs), edges.length - 1);
    const energies = curve.energiesAt(edges.subarray(first, last + 1));
    for (let index = first; index < last; index += 1) {
      const [from, to] = [edges[index] as number, edges[index + 1] as number];
      const shared = Math.min(to, curve.endMs) - Math.max(from, curve.startMs);
      if (shared <= 0) continue;
      measuredMs[index] = (measuredMs[index] as number) + shared;
      energyWh[index] =
        (energyWh[index] as number) +
        (energies[index - first + 1] as number) -
        (energies[index - first] as number);
    }
  }
  return energyWh.map((wh, index) => {
    const ms = measuredMs[index] as number;
    return ms > 0 ? (wh / ms) * WH_PER_MS_TO_W : Number.NaN;
  });
}

/** The first edge at or after `atMs`. */
function placeOf(edges: Float64Array, atMs: number): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
