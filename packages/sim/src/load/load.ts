import { assert } from '@kilowink/core/error';
import type { Points } from '@kilowink/core/series';
import type { EpochMs } from '@kilowink/core/time';

/**
 * What a house draws: constant between changes. Powers are whole milliwatts, so that energy (mW × ms) is a whole
 * number and its integral exact.
 */
export interface Load {
  /** The power at an instant, and until when it stays. */
  stretchAt(atMs: EpochMs): Stretch;
}

export interface Stretch {
  readonly powerMw: number;
  /** Later than the instant asked for; Infinity when it never changes. */
  readonly untilMs: EpochMs;
}

/** Milliwatts × milliseconds in one Wh. */
export const MW_MS_PER_WH = 3_600_000 * 1_000;

/** No meter in a home carries more. */
export const POWER_MW_MAX = 1_000_000_000;

/** A house that draws the same always. */
export function constantLoad(powerW: number): Load {
  const powerMw = Math.round(powerW * 1_000);
  assert(powerMw >= 0 && powerMw <= POWER_MW_MAX, `a load of ${powerW} W is not within 0 and 1 MW`);
  return { stretchAt: () => ({ powerMw, untilMs: Infinity }) };
}

/** Steps of equal length that begin again when they are over, and reach backwards in the same way. */
export interface SteppedLoad extends Load {
  readonly periodMs: number;
}

/** `powersMw` from `startMs` on, each for `stepMs`. */
export function steppedLoad(options: {
  startMs: EpochMs;
  stepMs: number;
  powersMw: Float64Array;
}): SteppedLoad {
  const { startMs, stepMs, powersMw } = options;
  const count = powersMw.length;
  assert(count > 0 && stepMs > 0, 'a stepped load has steps');
  return {
    periodMs: count * stepMs,
    stretchAt(atMs) {
      const step = Math.floor((atMs - startMs) / stepMs);
      const powerMw = powersMw[((step % count) + count) % count] ?? 0;
      return { powerMw, untilMs: startMs + (step + 1) * stepMs };
    },
  };
}

/**
 * The powers, in mW by `stepMs`, behind measured energies in mWh ordered by start: one for each step from the first
 * point to the last. A step in which nothing was measured keeps the power before it, for a house does not stop
 * drawing when nobody measures.
 */
export function powersFromEnergy(points: Points, stepMs: number): Float64Array {
  const firstMs = points.starts[0];
  const lastMs = points.starts.at(-1);
  if (firstMs === undefined || lastMs === undefined) return new Float64Array(0);
  const powersMw = new Float64Array(Math.floor((lastMs - firstMs) / stepMs) + 1).fill(-1);
  for (const [i, startMs] of points.starts.entries()) {
    const powerMw = Math.round(((points.values[i] ?? 0) * 3_600_000) / stepMs);
    powersMw[Math.floor((startMs - firstMs) / stepMs)] = Math.min(powerMw, POWER_MW_MAX);
  }
  for (let i = 1; i < powersMw.length; i++) {
    if ((powersMw[i] ?? 0) < 0) powersMw[i] = powersMw[i - 1] ?? 0;
  }
  return powersMw;
}
