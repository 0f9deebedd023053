import type { EpochMs } from '@kilowink/core/time';
import { W_MS_PER_WH, type Windows } from './columns.ts';

/** The power of the moment, and how much time it had to be taken over. */
export interface PowerNow {
  readonly powerW: number;
  readonly overMs: number;
  readonly endMs: EpochMs;
}

/** Energy after which the mean is within a sixth of the truth where flashes of 1 Wh are counted. */
const ENERGY_WH_MIN = 6;
const SPAN_MS_MAX = 120_000;

/**
 * The power of the moment: the one that flashes tell, for as long as it has been so; where the server has not told it yet,
 * the mean power of the last measurements without a gap: as few as hold 6 Wh, two minutes at
 * most. Null when there are none.
 */
export function powerNow(windows: Windows): PowerNow | null {
  const last = windows.starts.length - 1;
  if (last < 0) return null;
  const endMs = (windows.starts[last] ?? 0) + (windows.durationsMs[last] ?? 0);
  const powerW = windows.powerW[last] ?? Number.NaN;
  if (!Number.isNaN(powerW)) return { powerW, overMs: endMs - steadySince(windows, last), endMs };
  let energyWh = 0;
  let overMs = 0;
  let startMs = endMs;
  for (let index = last; index >= 0; index--) {
    const durationMs = windows.durationsMs[index] ?? 0;
    const isApart = startMs - ((windows.starts[index] ?? 0) + durationMs) > durationMs / 2;
    const isEnough = energyWh >= ENERGY_WH_MIN || overMs + durationMs > SPAN_MS_MAX;
    if (isApart || (overMs > 0 && isEnough)) break;
    energyWh += windows.energyWh[index] ?? 0;
    overMs += durationMs;
    startMs = windows.starts[index] ?? 0;
  }
  return { powerW: (energyWh * W_MS_PER_WH) / overMs, overMs, endMs };
}

/** A meter's index is stored at most so often while it moves, with the time of a frame to spare. */
const INDEX_STEP_MS = 15_000;

/** The same of a meter whose latest frame was at `frameMs`: an index that has stood still since bounds the power by one Wh in that time. */
export function powerAtFrame(power: PowerNow | null, frameMs: EpochMs): PowerNow | null {
  if (power === null) return null;
  const waitMs = frameMs - power.endMs;
  const boundW = W_MS_PER_WH / waitMs;
  if (waitMs <= INDEX_STEP_MS || power.powerW <= boundW) return power;
  return { powerW: boundW, overMs: waitMs, endMs: frameMs };
}

/** Since when the power has been what it is in the last measurement, give or take a hundredth. */
function steadySince({ starts, powerW }: Windows, last: number): EpochMs {
  const now = powerW[last] ?? 0;
  let first = last;
  while (first > 0 && Math.abs((powerW[first - 1] ?? Number.NaN) - now) <= now / 100) first -= 1;
  return starts[first] ?? 0;
}
