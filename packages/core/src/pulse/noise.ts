import type { Geometry } from './geometry.ts';
import { clamp, divide, squareRoot } from './int-math.ts';
import { sumTicks, type TickRing } from './tick-ring.ts';

/**
 * The noise, as the lower third of |a − 2b + c| over three neighbouring stretches of light without flashes: in the band a
 * flash is looked for in, blind to a slope, and hardly moved by what is
 * there less than half of the time.
 */
export interface Noise {
  /** A third of the values are below it, in 1/1024 mV. */
  third1024: number;
  updates: number;
  ticksToUpdate: number;
}

/** High until something is known: what is not known is not trusted. */
const THIRD_1024_START = 64 << 10;
const THIRD_1024_MIN = 64;
const THIRD_1024_MAX = 256 << 10;
/** Ticks between two looks: most of what they see is new. */
const UPDATE_TICKS = 5;
/** So many looks at first make the start: the greatest of them. */
const FIRST_UPDATES = 6;
const DOUBT_UPDATES = 40;
/** By how much it moves after so many looks: fast at first. */
const SHIFTS: readonly { updates: number; shift: number }[] = [
  { updates: 40, shift: 4 },
  { updates: 120, shift: 6 },
  { updates: 400, shift: 8 },
  { updates: 1_600, shift: 10 },
];
const SHIFT_LAST = 11;
const UPDATES_MAX = 1_600;
/** A difference six times that is rare; where such differences are not, the noise has grown, and is followed sooner. */
const SURPRISE = 6;
const SURPRISE_STEPS = 8;
/** From the lower third to 5 standard deviations: 5 / 0.4307, in 1/256. */
const REACH_256 = 2_850;
/** Below this nothing is a flash: 8 mV, in 1/64. */
const THRESHOLD_64_MIN = 512;

export function createNoise(): Noise {
  return { third1024: THIRD_1024_START, updates: 0, ticksToUpdate: UPDATE_TICKS };
}

/** Looks at the oldest ticks of the ring, in which flashes have been taken out; true when the estimate moved. */
export function updateNoise(noise: Noise, ring: TickRing, geometry: Geometry): boolean {
  noise.ticksToUpdate -= 1;
  if (noise.ticksToUpdate > 0) return false;
  noise.ticksToUpdate = UPDATE_TICKS;
  const { noiseBlock } = geometry;
  const oldest = ring.ticks8.length - noiseBlock;
  if (ring.filled <= oldest) return false;
  const a = sumTicks(ring, oldest, noiseBlock);
  const b = sumTicks(ring, oldest - noiseBlock, noiseBlock);
  const c = sumTicks(ring, oldest - 2 * noiseBlock, noiseBlock);
  const difference1024 = divide(Math.abs(a - 2 * b + c) * 128, noiseBlock);
  noise.third1024 = clamp(moveThird(noise, difference1024), THIRD_1024_MIN, THIRD_1024_MAX);
  if (noise.updates < UPDATES_MAX) noise.updates += 1;
  return true;
}

/** Lets the estimate move faster again, because something in it was found to be none, or may be. */
export function doubtNoise(noise: Noise, isSure: boolean): void {
  noise.updates = Math.min(noise.updates, isSure ? FIRST_UPDATES : DOUBT_UPDATES);
}

function moveThird(noise: Noise, difference1024: number): number {
  const { third1024, updates } = noise;
  if (updates === 0) return difference1024;
  if (updates < FIRST_UPDATES) return Math.max(third1024, difference1024);
  const step = (third1024 >> shiftAfter(updates)) + 1;
  if (difference1024 <= third1024) return third1024 - 2 * step;
  return third1024 + (difference1024 > SURPRISE * third1024 ? SURPRISE_STEPS * step : step);
}

function shiftAfter(updates: number): number {
  for (const stage of SHIFTS) if (updates < stage.updates) return stage.shift;
  return SHIFT_LAST;
}

/**
 * The variance of the height of a flash that is `width` ticks wide beside `sides` ticks of light, in 1/2^20 of what the
 * noise of a tick would have if ticks shared none: neighbouring ones do, which a longer stretch feels less.
 */
export function varianceOf(geometry: Geometry, width: number, sides: number): number {
  return divide((16 * width - geometry.spread16) << 16, width * width) + divide(1 << 20, sides);
}

/** The lower third of what noise makes of a level of this variance, in 1/1024 mV. */
function thirdOf(noise: Noise, geometry: Geometry, variance: number): number {
  const { noiseBlock, spread16 } = geometry;
  const ratio = divide(variance * 16 * noiseBlock * noiseBlock, 96 * noiseBlock - 10 * spread16);
  return (noise.third1024 * squareRoot(ratio)) >> 10;
}

/** Five standard deviations of a level of this variance, in 1/64 mV. */
export function reachOf(noise: Noise, geometry: Geometry, variance: number): number {
  return (thirdOf(noise, geometry, variance) * REACH_256) >> 12;
}

/**
 * What a flash of this variance has to rise above its sides, in 1/64 mV: 5 standard deviations, which noise alone passes
 * once in some hours.
 */
export function thresholdFor(noise: Noise, geometry: Geometry, variance: number): number {
  return Math.max(THRESHOLD_64_MIN, reachOf(noise, geometry, variance));
}

/** The standard deviation of a flash's height of this variance, in µV. */
export function deviationUv(noise: Noise, geometry: Geometry, variance: number): number {
  return (thirdOf(noise, geometry, variance) * 2_267) >> 10;
}
