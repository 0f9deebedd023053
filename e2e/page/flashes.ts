import type { Points } from '@kilowink/core/series';

const WINDOW_MS = 5_000;
const HOUR_MS = 3_600_000;
const SPAN_MS = 72 * HOUR_MS;

/** Hours before the end in which nothing was measured: one long, one short. */
export const GAP_HOURS = [
  [30, 27.5],
  [1.1, 1.05],
] as const;

/**
 * Three days of a meter's flashes in 5 s windows up to `endMs`: a base load, a fridge, a kettle every three hours, and a
 * water heater in the night. The same whenever it is asked for.
 */
export function createFlashes(endMs: number): Points {
  const lastStart = Math.floor(endMs / WINDOW_MS) * WINDOW_MS - WINDOW_MS;
  const starts: number[] = [];
  const values: number[] = [];
  let energyWh = 0;
  for (let startMs = lastStart - SPAN_MS; startMs <= lastStart; startMs += WINDOW_MS) {
    const before = Math.floor(energyWh);
    energyWh += (powerAt(startMs) * WINDOW_MS) / HOUR_MS;
    const hoursToEnd = (lastStart - startMs) / HOUR_MS;
    if (GAP_HOURS.some(([from, to]) => hoursToEnd <= from && hoursToEnd > to)) continue;
    starts.push(startMs);
    values.push(Math.floor(energyWh) - before);
  }
  return {
    starts: Float64Array.from(starts),
    durationsMs: new Float64Array(starts.length).fill(WINDOW_MS),
    values: Float64Array.from(values),
    reports: new Uint16Array(starts.length).fill(3),
    disagreements: Uint16Array.from(starts, (_, index) => (index % 997 === 0 ? 1 : 0)),
  };
}

function powerAt(atMs: number): number {
  const hour = (atMs / HOUR_MS) % 24;
  const fridgeW = (atMs / 60_000) % 45 < 14 ? 95 : 0;
  const kettleW = (atMs / 60_000) % 180 < 3 ? 2_000 : 0;
  const heaterW = hour > 23 || hour < 2.5 ? 2_200 : 0;
  const ovenW = hour > 18 && hour < 19 && (atMs / 1_000) % 90 < 40 ? 2_600 : 0;
  const eveningW = hour > 17 && hour < 22 ? 260 : 0;
  return 140 + fridgeW + kettleW + heaterW + ovenW + eveningW;
}
