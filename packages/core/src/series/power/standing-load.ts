import type { EpochMs } from '../../time/index.ts';
import type { Points } from '../points.ts';
import { EnergyCurve } from './energy-curve.ts';
import { gatesOf } from './gates.ts';

/** What a house draws when nobody does anything: the mean over the quietest `STANDING_LOAD_MS` of a range. */
export interface StandingLoad {
  readonly powerW: number;
  /** The true mean is within this of `powerW`, by the counts alone. */
  readonly uncertaintyW: number;
  readonly fromMs: EpochMs;
}

/** Longer than a refrigerator's cycle, so that it counts by its mean. */
export const STANDING_LOAD_MS = 3_600_000;

const STEP_MS = 60_000;
const WH_PER_MS_TO_W = 3_600_000;

/** The curve and the truth pass the same gates, which are 1 Wh high, at both ends. */
const UNCERTAINTY_W = WH_PER_MS_TO_W / STANDING_LOAD_MS;

/**
 * The quietest hour without a gap among points that count flashes of 1 Wh; null where there is none. `factorAt`: by what the
 * energy at an instant is multiplied.
 */
export function standingLoad(
  points: Points,
  factorAt: (atMs: EpochMs) => number = () => 1,
): StandingLoad | null {
  let quietest: StandingLoad | null = null;
  for (const gates of gatesOf(points)) {
    const steps = Math.floor((gates.endMs - gates.startMs) / STEP_MS);
    const instants = Float64Array.from({ length: steps + 1 }, (_, index) => gates.startMs + index * STEP_MS);
    const factors = instants.map((atMs) => factorAt(atMs + STEP_MS / 2));
    const energies = scaled(new EnergyCurve(gates).energiesAt(instants), factors);
    const hour = STANDING_LOAD_MS / STEP_MS;
    for (let index = 0; index + hour <= steps; index += 1) {
      const energyWh = (energies[index + hour] as number) - (energies[index] as number);
      const powerW = (energyWh / STANDING_LOAD_MS) * WH_PER_MS_TO_W;
      if (quietest !== null && powerW >= quietest.powerW) continue;
      const uncertaintyW = UNCERTAINTY_W * Math.max(...factors.subarray(index, index + hour));
      quietest = { powerW, uncertaintyW, fromMs: instants[index] as number };
    }
  }
  return quietest;
}

/** Energies up to instants, each step of them multiplied by its factor. */
function scaled(energies: Float64Array, factors: Float64Array): Float64Array {
  if (factors.every((factor) => factor === 1)) return energies;
  let upTo = 0;
  return energies.map((energy, index) => {
    if (index > 0) upTo += (energy - (energies[index - 1] as number)) * (factors[index - 1] as number);
    return upTo;
  });
}
