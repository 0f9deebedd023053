import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ImportReader } from '@kilowink/core/import';
import type { Points } from '@kilowink/core/series';
import { MINUTE_MS } from '@kilowink/core/time';
import { createMeter, powersFromEnergy, steppedLoad } from '@kilowink/sim/load';

const FILE = join(import.meta.dirname, '../../packages/sim/data/sceaux-minute.txt.gz');
const WINDOW_MS = 5_000;
/** How finely the sensor dates a flash. */
const TICK_MS = 25;
/** Windows do not begin with the house's minutes. */
const PHASE_MS = 2_345;

/** The measured house of Sceaux by the minute as a sensor sees it, with what is true beside it. */
export interface FlashedHouse {
  /** Counts in 5 s windows, with the last flash of each. */
  readonly points: Points;
  /** Evenly spaced, clear of both ends. */
  edges(stepMs: number): Float64Array;
  /** True mean power between edges. */
  truePowerW(edges: Float64Array): Float64Array;
}

export function flashedHouse(days: number): FlashedHouse {
  const powersMw = readPowers();
  const load = steppedLoad({ startMs: 0, stepMs: MINUTE_MS, powersMw });
  const count = (days * 86_400_000) / WINDOW_MS;
  const values = new Float64Array(count);
  const lastFlashes = new Uint16Array(count);
  const meter = createMeter(load, PHASE_MS, 0.37);
  for (let tick = 0; tick < count * (WINDOW_MS / TICK_MS); tick += 1) {
    const flashes = meter.advance(PHASE_MS + (tick + 1) * TICK_MS);
    if (flashes === 0) continue;
    const window = Math.floor((tick * TICK_MS) / WINDOW_MS);
    values[window] = (values[window] as number) + flashes;
    lastFlashes[window] = ((tick * TICK_MS) % WINDOW_MS) + TICK_MS / 2 + 1;
  }
  const energies = cumulativeWh(powersMw);
  return {
    points: {
      starts: Float64Array.from({ length: count }, (_, index) => PHASE_MS + index * WINDOW_MS),
      durationsMs: new Float64Array(count).fill(WINDOW_MS),
      values,
      reports: null,
      disagreements: null,
      lastFlashes,
    },
    edges: (stepMs) => {
      const first = Math.ceil((PHASE_MS + 10 * MINUTE_MS) / stepMs);
      const last = Math.floor((PHASE_MS + count * WINDOW_MS - 10 * MINUTE_MS) / stepMs);
      return Float64Array.from({ length: last - first + 1 }, (_, index) => (first + index) * stepMs);
    },
    truePowerW: (edges) =>
      Float64Array.from({ length: edges.length - 1 }, (_, index) => {
        const [from, to] = [edges[index] as number, edges[index + 1] as number];
        return ((energyAt(energies, to) - energyAt(energies, from)) / (to - from)) * 3_600_000;
      }),
  };
}

function readPowers(): Float64Array {
  const reader = new ImportReader({ zone: 'UTC' });
  const pieces = [reader.feed(gunzipSync(readFileSync(FILE))), ...reader.finish()].filter(
    (piece) => piece !== null,
  );
  const join = (column: 'starts' | 'durationsMs' | 'values') =>
    Float64Array.from(pieces.flatMap((piece) => [...piece[column]]));
  const points: Points = {
    starts: join('starts'),
    durationsMs: join('durationsMs'),
    values: join('values'),
    reports: null,
    disagreements: null,
  };
  return powersFromEnergy(points, MINUTE_MS);
}

/** Wh up to each minute. */
function cumulativeWh(powersMw: Float64Array): Float64Array {
  const energies = new Float64Array(powersMw.length + 1);
  for (const [minute, powerMw] of powersMw.entries())
    energies[minute + 1] = (energies[minute] as number) + powerMw / 60 / 1_000;
  return energies;
}

function energyAt(energies: Float64Array, atMs: number): number {
  const minute = Math.floor(atMs / MINUTE_MS);
  const [before, after] = [energies[minute] as number, energies[minute + 1] as number];
  return before + ((after - before) * (atMs - minute * MINUTE_MS)) / MINUTE_MS;
}
