import { baseAt, type Contrast } from './contrast.ts';
import { type Geometry, RING_TICKS, SAMPLE_MV_MAX } from './geometry.ts';
import { clamp, divide } from './int-math.ts';
import { indexOfAge, sumTicks, type TickRing } from './tick-ring.ts';

/** The light around a peak: where its first tick is, and what stands beside it. */
export interface Peak {
  readonly ring: TickRing;
  readonly geometry: Geometry;
  readonly contrast: Contrast;
  /** Ages of the stretch that was found. */
  readonly centreAge: number;
  readonly width: number;
  /** The learnt length of flashes in 1/16 tick; 0 when there is none. The stretch's mean is the flash's height then. */
  readonly learnt16: number;
  /** The learnt height of flashes, in 1/64 mV. */
  readonly learnt64: number;
  /** What it has to rise to be told from noise, in 1/64 mV. */
  needed64: number;
  /** What one tick may differ from the template by noise, in 1/64 mV. */
  readonly noise64: number;
}

/** A flash's outline: its middle as an age and its length, in 1/16 tick, and its height in 1/64 mV. */
export interface Shape {
  middle16: number;
  length16: number;
  amplitude64: number;
  /** How long it looked by itself, where `length16` is the learnt length because noise is near. */
  own16: number;
  /** Whether the template leaves next to nothing over, as no noise does. */
  isSharp: boolean;
}

/** No flash is higher than the scale, and with it products stay below 2^31. */
const AMPLITUDE_64_MAX = 64 * SAMPLE_MV_MAX;

export function createShape(): Shape {
  return { middle16: 0, length16: 0, amplitude64: 0, own16: 0, isSharp: false };
}

function levelAt(peak: Peak, age: number): number {
  const tick8 = peak.ring.ticks8[indexOfAge(peak.ring, age)] as number;
  return tick8 * 8 - baseAt(peak.contrast, age);
}

/** `exact`: it fits as it is; `likely`: it fits if what is left over is noise; `none`: it is no flash. */
export type Fit = 'exact' | 'likely' | 'none';

/** A flash that rises no more than so many times what noise does is bent by it. */
const FAINT = 4;

/** Flashes no higher than so many times that are taken to be as long as they were. */
const BURIED = 3;

export function isFaint(peak: Peak): boolean {
  return peak.contrast.rise64 < FAINT * peak.needed64;
}

function isBuried(peak: Peak): boolean {
  const { learnt64, learnt16 } = peak;
  const { rise64 } = peak.contrast;
  if (learnt16 === 0) return rise64 < BURIED * peak.needed64;
  return learnt64 < BURIED * peak.needed64 && rise64 * 5 >= learnt64 * 2 && rise64 * 2 <= learnt64 * 5;
}

/**
 * Finds where the light crosses half its height on both sides of a peak, and how well a flash of that length fits.
 * Not a flash is: a step, a shadow's edge, a bump without flanks, too short or too long. Where flashes are near the
 * noise, one is taken to be of the learnt length and in the middle of the stretch, which noise bends least.
 */
export function measureShape(shape: Shape, peak: Peak): Fit {
  const { geometry, learnt16 } = peak;
  const crestAge = findCrest(peak);
  const half64 = divide(crestHeight(peak, crestAge), 2);
  const newer16 = findCrossing(peak, { crestAge, half64, direction: -1 });
  const older16 = findCrossing(peak, { crestAge, half64, direction: 1 });
  const isCrossed = newer16 >= 0 && older16 >= 0;
  const isBent = isBuried(peak);
  if (learnt16 > 0 && isBent) {
    const own16 = isCrossed ? clamp(older16 - newer16, learnt16 >> 1, 2 * learnt16) : learnt16;
    return fitAssumed(shape, peak, { length16: learnt16, own16 });
  }
  const crossed16 = older16 - newer16;
  if (isCrossed && crossed16 >= geometry.length16Min && crossed16 <= geometry.length16Max) {
    shape.own16 = crossed16;
    shape.length16 = crossed16;
    shape.middle16 = (older16 + newer16) >> 1;
    const fit = fitTemplate(shape, peak);
    if (fit === 'exact' || !isBent) return fit;
  }
  return isBent ? fitAssumed(shape, peak, { length16: 16 * peak.width, own16: 16 * peak.width }) : 'none';
}

function fitAssumed(shape: Shape, peak: Peak, of: { length16: number; own16: number }): Fit {
  shape.own16 = of.own16;
  shape.length16 = of.length16;
  shape.middle16 = (2 * peak.centreAge + peak.width - 1) * 8;
  return fitTemplate(shape, peak);
}

function crestSum(peak: Peak, age: number): number {
  const { crest } = peak.geometry;
  let sum = 0;
  const first = age - (crest >> 1);
  for (let i = 0; i < crest; i++) sum += levelAt(peak, first + i);
  return sum;
}

function findCrest(peak: Peak): number {
  let best = peak.centreAge;
  let bestSum = crestSum(peak, best);
  for (let age = peak.centreAge + 1; age < peak.centreAge + peak.width; age++) {
    const sum = crestSum(peak, age);
    if (sum > bestSum) {
      best = age;
      bestSum = sum;
    }
  }
  return best;
}

function crestHeight(peak: Peak, crestAge: number): number {
  if (peak.learnt16 > 0) return peak.contrast.rise64;
  return Math.max(peak.contrast.rise64, divide(crestSum(peak, crestAge), peak.geometry.crest));
}

/** The mean of some ticks around an age: of a quarter of a learnt flash, so that a spike of noise does not end it. */
function meanLevelAt(peak: Peak, age: number): number {
  const count = peak.learnt16 > 0 ? Math.max(1, peak.width >> 2) : 1;
  const newest = age - (count >> 1);
  if (newest < 0 || newest + count > RING_TICKS) return levelAt(peak, age);
  return divide(sumTicks(peak.ring, newest, count) * 8, count) - baseAt(peak.contrast, age);
}

/** The age, in 1/16 tick, at which the light falls under half on one side; −1 when it does not within a flash. */
function findCrossing(peak: Peak, from: { crestAge: number; half64: number; direction: 1 | -1 }): number {
  const { crestAge, half64, direction } = from;
  let inside64 = meanLevelAt(peak, crestAge);
  for (let step = 1; step <= peak.geometry.widthMax; step++) {
    const age = crestAge + direction * step;
    if (age < 0 || age > RING_TICKS - 1) return -1;
    const level64 = meanLevelAt(peak, age);
    if (level64 < half64) {
      const part16 = inside64 <= half64 ? 0 : divide((inside64 - half64) * 16, inside64 - level64);
      return (age - direction) * 16 + direction * part16;
    }
    inside64 = level64;
  }
  return -1;
}

/** How much of an edge has come so far inside it, 0 to 64: a straight flank, as the smoothing makes it. */
export function flankAt(inside16: number, edge16: number): number {
  // Most ticks are beside a flank, and division is slow on small chips.
  if (inside16 * 2 >= edge16) return 64;
  return inside16 * 2 <= -edge16 ? 0 : clamp(32 + divide(inside16 * 64, edge16), 0, 64);
}

/** The template of a flash at an age: 64 within, 0 outside, straight flanks as the smoothing makes them. */
export function templateAt(shape: Shape, geometry: Geometry, age: number): number {
  const from16 = Math.abs(age * 16 - shape.middle16);
  return flankAt((shape.length16 >> 1) - from16, geometry.edge16);
}

function reach(shape: Shape, geometry: Geometry): { newest: number; oldest: number } {
  const half16 = (shape.length16 >> 1) + (geometry.edge16 >> 1);
  const newest = Math.max(0, (Math.max(0, shape.middle16 - half16) >> 4) - 1);
  const oldest = Math.min(RING_TICKS - 1, ((shape.middle16 + half16) >> 4) + 2);
  return { newest, oldest };
}

/** Fits the template's height by least squares, and compares what is left with the flash's area and the noise. */
function fitTemplate(shape: Shape, peak: Peak): Fit {
  const { geometry } = peak;
  const { newest, oldest } = reach(shape, geometry);
  let product = 0;
  let square = 0;
  for (let age = newest; age <= oldest; age++) {
    const template64 = templateAt(shape, geometry, age);
    product += levelAt(peak, age) * template64;
    square += template64 * template64;
  }
  if (square < 64 || product <= 0) return 'none';
  shape.amplitude64 = Math.min(divide(product, square >> 6), AMPLITUDE_64_MAX);
  let misfit64 = 0;
  for (let age = newest; age <= oldest; age++) {
    const expected64 = (shape.amplitude64 * templateAt(shape, geometry, age)) >> 6;
    misfit64 += Math.abs(levelAt(peak, age) - expected64);
  }
  const area64 = (shape.amplitude64 * shape.length16) >> 4;
  const noise64 = (peak.noise64 * (oldest - newest + 1) * 3) >> 1;
  const allowed64 = (area64 * geometry.misfit256Max) >> 8;
  shape.isSharp = misfit64 * 4 <= allowed64;
  if (misfit64 * 2 <= allowed64) return 'exact';
  return misfit64 <= allowed64 + noise64 ? 'likely' : 'none';
}

/** Takes the flash out of the ring, so that it disturbs neither its neighbours' sides nor the noise. */
export function removeFlash(shape: Shape, from: { ring: TickRing; geometry: Geometry }): void {
  const { ring, geometry } = from;
  const { newest, oldest } = reach(shape, geometry);
  for (let age = newest; age <= oldest; age++) {
    const index = indexOfAge(ring, age);
    const height8 = (shape.amplitude64 * templateAt(shape, geometry, age)) >> 9;
    ring.ticks8[index] = Math.max(0, (ring.ticks8[index] as number) - height8);
  }
}
