import { assert } from '@kilowink/core/error';
import { clamp, divide, squareRoot } from './int-math.ts';

/** Sample rates the detector works at, in Hz. */
export const RATE_HZ_MIN = 20;
export const RATE_HZ_MAX = 8_000;
/** The highest value an ADC may give, in mV; a higher one is taken as this. */
export const SAMPLE_MV_MAX = 4_095;
/** A sample the ADC failed to give. */
export const SAMPLE_MISSING = -32_768;
/** Length of a counting window. */
export const WINDOW_S = 5;

/**
 * Lengths that follow from the sample rate, in ticks unless the name says otherwise. Before and after the flash, in
 * the order of their ages, newest first:
 *
 *     far  near  guard  [ width: the flash ]  guard  near  far
 *
 * A tick is the distance of two smoothed values, about 4 ms, or a sample where samples are rarer than that.
 */
export interface Geometry {
  /** Samples averaged first, so that what follows runs at 1 kHz or less. */
  readonly samplesPerMean: number;
  /** Means in a box of 10 ms, which a flicker of 100 Hz and its harmonics do not pass. */
  readonly boxA: number;
  /** Means in a box of 8.3 ms, the same for 120 Hz. */
  readonly boxB: number;
  readonly meansPerTick: number;
  readonly samplesPerTick: number;
  readonly guard: number;
  readonly near: number;
  readonly far: number;
  /** Widths that are tried until a flash is known: short, usual and long flashes. */
  readonly bank: readonly [number, number, number];
  /** How much farther than the shortest each of them sees a flash as long as itself through noise, in 1/16. */
  readonly gains16: readonly [number, number, number];
  readonly widthMin: number;
  readonly widthMax: number;
  /** One of the three neighbouring stretches whose second difference measures the noise. */
  readonly noiseBlock: number;
  /** How far apart two ticks are that share noise, on average, by the smoothing, in 1/16 tick. */
  readonly spread16: number;
  /** Ticks averaged where a flash is highest. */
  readonly crest: number;
  /** How long the smoothing makes an edge, in 1/16 tick. */
  readonly edge16: number;
  readonly length16Min: number;
  /** By how much the length of equal flashes differs, because samples fall differently on them. */
  readonly slack16: number;
  readonly length16Max: number;
  /** What of a flash's area may differ from the template, in 1/256. */
  readonly misfit256Max: number;
  /** How much later than the light a tick is. */
  readonly delaySamples: number;
  /** A clipped or missing stretch longer than this hides a flash. */
  readonly blindSamples: number;
  readonly windowSamples: number;
  /** After the end of a window no flash of it is found later than this. */
  readonly latencySamples: number;
}

/** The ring holds the longest flash, its sides, and what is waited for to know a peak from its slope. */
export const RING_TICKS = 146;

/** Ticks after which a peak is believed to be one; a flash of the same light can not follow sooner. */
export function peakWait(width: number): number {
  return Math.max(2, (width >> 1) + 1);
}

/** Everything that follows from the sample rate, a whole number from `RATE_HZ_MIN` to `RATE_HZ_MAX`. */
export function createGeometry(rateHz: number): Geometry {
  assert(
    Number.isInteger(rateHz) && rateHz >= RATE_HZ_MIN && rateHz <= RATE_HZ_MAX,
    `the pulse detector works from ${RATE_HZ_MIN} to ${RATE_HZ_MAX} Hz, not at ${rateHz}`,
  );
  const samplesPerMean = divide(rateHz + 999, 1_000);
  const meanHz = divide(rateHz, samplesPerMean);
  const boxA = clamp(divide(meanHz + 50, 100), 1, 10);
  const boxB = clamp(divide(meanHz + 60, 120), 1, 8);
  const meansPerTick = divide(meanHz + 249, 250);
  const samplesPerTick = samplesPerMean * meansPerTick;
  const ticks = (ms: number) =>
    Math.max(1, divide(ms * rateHz + 500 * samplesPerTick, 1_000 * samplesPerTick));
  const ticks16 = (ms: number) => divide(16 * ms * rateHz, 1_000 * samplesPerTick);
  const far = ticks(136);
  const near = ticks(24);
  const guard = ticks(10);
  const widthMax = ticks(150);
  const isSmoothed = boxA > 1;
  const bank = [ticks(16), Math.max(1, divide(40 * rateHz, 1_000 * samplesPerTick)), ticks(100)] as const;
  return {
    samplesPerMean,
    boxA,
    boxB,
    meansPerTick,
    samplesPerTick,
    guard,
    near,
    far,
    bank,
    gains16: [16, squareRoot(divide(256 * bank[1], bank[0])), squareRoot(divide(256 * bank[2], bank[0]))],
    widthMin: ticks(12),
    widthMax,
    noiseBlock: ticks(28),
    spread16: isSmoothed ? divide(15 * (boxA + boxB), 4 * meansPerTick) : 0,
    crest: isSmoothed && meansPerTick > 1 ? 3 : 1,
    edge16: Math.max(16, divide(12 * (boxA + boxB), meansPerTick)),
    length16Min: ticks16(8),
    slack16: isSmoothed ? 4 : 16,
    length16Max: ticks16(160),
    misfit256Max: isSmoothed ? 80 : 255,
    delaySamples: divide(samplesPerMean * (boxA + boxB - 2) + samplesPerMean - 1, 2),
    blindSamples: divide(160 * rateHz, 1_000),
    windowSamples: WINDOW_S * rateHz,
    latencySamples: samplesPerTick * (far + near + guard + widthMax + peakWait(widthMax) + 3),
  };
}
