import type { Geometry } from './geometry.ts';
import { clamp, divide, squareRoot } from './int-math.ts';
import { sumTicks, type TickRing } from './tick-ring.ts';

/**
 * The noise, as the median of |a − 2b + c| over three neighbouring stretches of light without flashes: in the band a
 * flash is looked for in, blind to a slope, and unmoved by what is rare.
 */
export interface Noise {
  /** The median, in 1/1024 mV. */
  median1024: number;
  updates: number;
  ticksToUpdate: number;
}

/** High at first: what is not known is not trusted. */
const MEDIAN_1024_START = 64 << 10;
const MEDIAN_1024_MIN = 64;
const MEDIAN_1024_MAX = 256 << 10;
/** Five ticks: half of what a stretch of a flash holds is new. */
const UPDATE_TICKS = 5;
/** By how much the median moves: fast at first. */
const SHIFTS: readonly { updates: number; shift: number }[] = [
  { updates: 20, shift: 2 },
  { updates: 60, shift: 4 },
];
const SHIFT_LAST = 8;
/** From a median to 5.4 standard deviations: 5.4 / 0.6745, in 1/256. */
const REACH_256 = 2_050;
/** Below this nothing is a flash: 8 mV, in 1/64. */
const THRESHOLD_64_MIN = 512;

export function createNoise(): Noise {
  return { median1024: MEDIAN_1024_START, updates: 0, ticksToUpdate: UPDATE_TICKS };
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
  const step = (noise.median1024 >> shiftAfter(noise.updates)) + 1;
  const moved = noise.median1024 + (difference1024 > noise.median1024 ? step : -step);
  noise.median1024 = clamp(moved, MEDIAN_1024_MIN, MEDIAN_1024_MAX);
  if (noise.updates < 60) noise.updates += 1;
  return true;
}

function shiftAfter(updates: number): number {
  for (const stage of SHIFTS) if (updates < stage.updates) return stage.shift;
  return SHIFT_LAST;
}

/**
 * By how much noise makes the height of a flash differ that is `width` ticks wide beside two sides of `side` ticks: the
 * median, in 1/1024 mV.
 */
function medianOf(noise: Noise, geometry: Geometry, shape: { width: number; side: number }): number {
  const { width, side } = shape;
  const ratio = divide((geometry.noiseBlock * (2 * side + width)) << 20, 12 * width * side);
  return (noise.median1024 * squareRoot(ratio)) >> 10;
}

/**
 * What such a flash has to rise above its sides, in 1/64 mV: 5.4 standard deviations, which noise alone passes less
 * than once in some hours.
 */
export function thresholdFor(
  noise: Noise,
  geometry: Geometry,
  shape: { width: number; side: number },
): number {
  return Math.max(THRESHOLD_64_MIN, (medianOf(noise, geometry, shape) * REACH_256) >> 12);
}

/** The standard deviation of such a flash's height, in µV. */
export function deviationUv(
  noise: Noise,
  geometry: Geometry,
  shape: { width: number; side: number },
): number {
  return (medianOf(noise, geometry, shape) * 1_483) >> 10;
}
