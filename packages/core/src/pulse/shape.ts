import { baseAt, type Contrast } from './contrast.ts';
import { type Geometry, RING_TICKS, SAMPLE_MV_MAX } from './geometry.ts';
import { clamp, divide } from './int-math.ts';
import { indexOfAge, type TickRing } from './tick-ring.ts';

/** The light around a peak: where its first tick is, and what stands beside it. */
export interface Peak {
  readonly ring: TickRing;
  readonly geometry: Geometry;
  readonly contrast: Contrast;
  /** Ages of the stretch that was found. */
  readonly centreAge: number;
  readonly width: number;
  /** Whether the width was learnt from flashes, so that the stretch's mean is the flash's height. */
  readonly isLearnt: boolean;
  /** What one tick may differ from the template by noise, in 1/64 mV. */
  readonly noise64: number;
}

/** A flash's outline: its middle as an age and its length, in 1/16 tick, and its height in 1/64 mV. */
export interface Shape {
  middle16: number;
  length16: number;
  amplitude64: number;
}

/** No flash is higher than the scale, and with it products stay below 2^31. */
const AMPLITUDE_64_MAX = 64 * SAMPLE_MV_MAX;

export function createShape(): Shape {
  return { middle16: 0, length16: 0, amplitude64: 0 };
}

function levelAt(peak: Peak, age: number): number {
  const tick8 = peak.ring.ticks8[indexOfAge(peak.ring, age)] as number;
  return tick8 * 8 - baseAt(peak.contrast, age);
}

/** `exact`: it fits as it is; `likely`: it fits if what is left over is noise; `none`: it is no flash. */
export type Fit = 'exact' | 'likely' | 'none';

/**
 * Finds where the light crosses half its height on both sides of a peak, and how well a flash of that length fits.
 * Not a flash is: a step, a shadow's edge, a bump without flanks, too short or too long.
 */
export function measureShape(shape: Shape, peak: Peak): Fit {
  const { geometry } = peak;
  const crestAge = findCrest(peak);
  const half64 = divide(crestHeight(peak, crestAge), 2);
  const newer16 = findCrossing(peak, { crestAge, half64, direction: -1 });
  const older16 = findCrossing(peak, { crestAge, half64, direction: 1 });
  if (newer16 < 0 || older16 < 0) return 'none';
  shape.length16 = older16 - newer16;
  shape.middle16 = (older16 + newer16) >> 1;
  if (shape.length16 < geometry.length16Min || shape.length16 > geometry.length16Max) return 'none';
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
  if (peak.isLearnt) return peak.contrast.rise64;
  return Math.max(peak.contrast.rise64, divide(crestSum(peak, crestAge), peak.geometry.crest));
}

/** The age, in 1/16 tick, at which the light falls under half on one side; −1 when it does not within a flash. */
function findCrossing(peak: Peak, from: { crestAge: number; half64: number; direction: 1 | -1 }): number {
  const { crestAge, half64, direction } = from;
  let inside64 = levelAt(peak, crestAge);
  const ageMax = peak.ring.ticks8.length - 1;
  for (let step = 1; step <= peak.geometry.widthMax; step++) {
    const age = crestAge + direction * step;
    if (age < 0 || age > ageMax) return -1;
    const level64 = levelAt(peak, age);
    if (level64 < half64) {
      const part16 = inside64 <= half64 ? 0 : divide((inside64 - half64) * 16, inside64 - level64);
      return (age - direction) * 16 + direction * part16;
    }
    inside64 = level64;
  }
  return -1;
}

/** The template of a flash at an age: 64 within, 0 outside, straight flanks as the smoothing makes them. */
export function templateAt(shape: Shape, geometry: Geometry, age: number): number {
  const from16 = Math.abs(age * 16 - shape.middle16);
  return clamp(32 + divide(((shape.length16 >> 1) - from16) * 64, geometry.edge16), 0, 64);
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
