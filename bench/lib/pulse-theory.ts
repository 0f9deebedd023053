// What the detector's filter costs in white noise, worked out from its kernel; see docs/design/pulse-detector.md.
import { boundAt, upperTail } from '@kilowink/sim/light';

/** Means of 10 and of 8 samples at 1 kHz, one on the other, every fourth of which is a tick. */
const BOXES = [10, 8] as const;
const TICK_MS = 4;
/** Light that is calm is known from so many ms at least, moving light from both sides of a flash. */
const CALM_MS = 4_000;
const SIDES_MS = 320;
/** What a flash has to rise, in standard deviations, near the noise. */
const THRESHOLD = 5;

/** What one length of flashes pays, as factors on the signal-to-noise ratio d that a matched filter needs. */
export interface PulsePrice {
  readonly smoothing: number;
  readonly calm: number;
  readonly moving: number;
  /** The d at which one flash in a thousand stays under the threshold, on calm light. */
  readonly snrForGoal: number;
  /** The d from which the bound is below 0.01 %. */
  readonly snrOfBound: number;
}

function kernel(): number[] {
  const out = Array<number>(BOXES[0] + BOXES[1] - 1).fill(0);
  for (let a = 0; a < BOXES[0]; a++) {
    for (let b = 0; b < BOXES[1]; b++) out[a + b] = (out[a + b] ?? 0) + 1 / (BOXES[0] * BOXES[1]);
  }
  return out;
}

/** By how much less a flash stands out of the mean of as many ticks as are nearest its length, the kernel in front of them. */
function smoothingPrice(flashMs: number): number {
  const width = Math.round(flashMs / TICK_MS);
  const taps = kernel();
  const filter = Array<number>(taps.length + TICK_MS * (width - 1)).fill(0);
  for (let tick = 0; tick < width; tick++) {
    for (const [index, tap] of taps.entries()) {
      const at = index + TICK_MS * tick;
      filter[at] = (filter[at] ?? 0) + tap / width;
    }
  }
  const noise = Math.sqrt(filter.reduce((sum, tap) => sum + tap * tap, 0));
  // Ticks fall on a flash as they may, up to half a tick beside its middle.
  let signal = 0;
  for (let phase = 0; phase < TICK_MS; phase++) {
    const from = (filter.length - flashMs) / 2 + phase - (TICK_MS - 1) / 2;
    const inside = filter.filter((_, index) => index >= from && index < from + flashMs);
    signal += inside.reduce((sum, tap) => sum + tap, 0) / TICK_MS;
  }
  return (Math.sqrt(flashMs) * noise) / signal;
}

/** The least x, to a thousandth, at which something that falls with it is below a limit. */
function firstBelow(limit: number, of: (x: number) => number): number {
  for (let x = 1; ; x += 0.001) if (of(x) < limit) return x;
}

/** Of flashes of this length, this many of them an hour. */
export function priceOf(flashMs: number, perHour: number): PulsePrice {
  const smoothing = smoothingPrice(flashMs);
  const calm = Math.sqrt(1 + flashMs / CALM_MS);
  const moving = Math.sqrt(1 + flashMs / SIDES_MS);
  const emptyPlaces = 3_600_000 / flashMs / perHour - 1;
  return {
    smoothing,
    calm,
    moving,
    snrForGoal: firstBelow(0.001, (snr) => upperTail(snr / smoothing / calm - THRESHOLD)),
    snrOfBound: firstBelow(1e-4, (snr) => {
      const { missed, invented } = boundAt(snr, emptyPlaces);
      return missed + invented;
    }),
  };
}
