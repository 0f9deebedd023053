import type { Points } from '../points.ts';
import { EnergyCurve } from './energy-curve.ts';
import { gatesOf } from './gates.ts';
import { ColumnRoom } from './room.ts';

/** How much context on both sides makes the power of a range independent of where the range is cut. */
export const POWER_CONTEXT_MS = 3_600_000;

const WH_PER_MS_TO_W = 3_600_000;

const room = new ColumnRoom(2);

/**
 * Mean power in W between consecutive `edges` (ascending, UTC ms), over the part that was measured, from points that
 * count flashes of 1 Wh; NaN where nothing was measured. It is the power that changes least often among all that give
 * the very counts, so its energy between any two instants is less than 1 Wh from what was counted, at every scale.
 */
export function powerFromFlashes(points: Points, edges: Float64Array): Float64Array {
  const count = Math.max(edges.length - 1, 0);
  const powerW = new Float64Array(count);
  const measuredMs = room.take(0, count).fill(0, 0, count);
  for (const gates of gatesOf(points)) {
    const curve = new EnergyCurve(gates);
    const { startMs, endMs } = curve;
    const first = Math.max(placeOf(edges, startMs) - 1, 0);
    const last = Math.min(placeOf(edges, endMs), edges.length - 1);
    const energies = curve.energiesAt(edges.subarray(first, last + 1), room.take(1, edges.length));
    for (let index = first; index < last; index += 1) {
      const sharedMs =
        Math.min(edges[index + 1] as number, endMs) - Math.max(edges[index] as number, startMs);
      if (sharedMs <= 0) continue;
      measuredMs[index] = (measuredMs[index] as number) + sharedMs;
      powerW[index] =
        (powerW[index] as number) +
        (energies[index - first + 1] as number) -
        (energies[index - first] as number);
    }
  }
  divide(powerW, measuredMs);
  return powerW;
}

/** Energies in Wh become powers in W; where nothing was measured, NaN. */
function divide(energiesWh: Float64Array, measuredMs: Float64Array): void {
  for (let index = 0; index < energiesWh.length; index += 1) {
    const ms = measuredMs[index] as number;
    energiesWh[index] = ms > 0 ? ((energiesWh[index] as number) / ms) * WH_PER_MS_TO_W : Number.NaN;
  }
}

/** The first edge at or after `atMs`. */
function placeOf(edges: Float64Array, atMs: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] as number) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
