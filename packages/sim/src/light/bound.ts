/**
 * What an ideal detector would do that knows the flash's shape and height, the light without it and the noise, and has
 * only to say of each place whether a flash is there: miss Q(d − t) of the flashes and invent Q(t) at each empty place,
 * where d is the signal-to-noise ratio of the matched filter, height × √samples ÷ noise, and t its threshold. No
 * detector does better; see docs/design/pulse-detector.md.
 */
export interface Bound {
  /** Per flash. */
  readonly missed: number;
  /** Per flash. */
  readonly invented: number;
}

/** The signal-to-noise ratio of a flash for a matched filter. */
export function snrOf(flash: {
  amplitudeMv: number;
  lengthS: number;
  rateHz: number;
  noiseMv: number;
}): number {
  return (flash.amplitudeMv * Math.sqrt(flash.lengthS * flash.rateHz)) / flash.noiseMv;
}

/** The bound with the threshold that makes both together least; `emptyPlaces`: places without a flash for each flash. */
export function boundAt(snr: number, emptyPlaces: number): Bound {
  let best: Bound = { missed: 1, invented: 0 };
  for (let threshold = 0; threshold <= snr; threshold += snr / 500) {
    const missed = upperTail(snr - threshold);
    const invented = emptyPlaces * upperTail(threshold);
    if (missed + invented < best.missed + best.invented) best = { missed, invented };
  }
  return best;
}

/** The probability that a standard normal number is above `x`; relative error below 1e-7. */
export function upperTail(x: number): number {
  if (x < 0) return 1 - upperTail(-x);
  if (x > 38) return 0;
  const z = x / Math.SQRT2;
  const density = Math.exp(-z * z);
  if (z > 3) {
    let fraction = 0;
    for (let k = 60; k >= 1; k--) fraction = k / 2 / (z + fraction);
    return density / (z + fraction) / Math.sqrt(Math.PI) / 2;
  }
  let term = z;
  let sum = z;
  for (let n = 1; n < 100; n++) {
    term *= (2 * z * z) / (2 * n + 1);
    sum += term;
  }
  return 0.5 - (density * sum) / Math.sqrt(Math.PI);
}
