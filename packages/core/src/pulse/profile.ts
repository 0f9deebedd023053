import type { Geometry } from './geometry.ts';
import { clamp, divide } from './int-math.ts';

/**
 * What this meter's flashes are like, learnt from those counted. A few in a row that agree with each other but not with
 * it (the sensor was moved, the meter changed) take its place.
 */
export interface Profile {
  /** How many it was learnt from, up to 16; 0 when no flash has been seen. */
  count: number;
  /** In 1/64 mV. */
  amplitude64: number;
  /** In 1/256 tick. */
  length256: number;
  otherCount: number;
  other64: number;
  other16: number;
}

/** A flash as measured: its height, in 1/64 mV, over its sides and by the template, and its length in 1/16 tick. */
export interface Measured {
  readonly rise64: number;
  readonly amplitude64: number;
  readonly length16: number;
}

/** How sure a shape is: it fits without a look at the noise; or noise is so near that its length says little. */
export interface Doubts {
  readonly isExact: boolean;
  readonly isFaint: boolean;
}

const COUNT_MAX = 8;
const OTHERS_TO_BELIEVE = 3;

export function createProfile(): Profile {
  return { count: 0, amplitude64: 0, length256: 0, otherCount: 0, other64: 0, other16: 0 };
}

/** Whether it is one of this meter's flashes; what was learnt moves towards it. */
export function recognise(profile: Profile, flash: Measured, doubts: Doubts): boolean {
  const isKnown = profile.count === 0 ? doubts.isExact : matches(profile, flash, doubts.isFaint);
  if (!isKnown && !believeOther(profile, flash)) return false;
  profile.otherCount = 0;
  if (profile.count < COUNT_MAX) profile.count += 1;
  profile.amplitude64 += divide(flash.amplitude64 - profile.amplitude64, profile.count);
  profile.length256 += divide(flash.length16 * 16 - profile.length256, profile.count);
  return true;
}

function matches(profile: Profile, flash: Measured, isFaint: boolean): boolean {
  const { amplitude64, length256 } = profile;
  const now256 = flash.length16 * 16;
  if (flash.rise64 * 5 < amplitude64 * 2 || flash.amplitude64 * 2 > amplitude64 * 5) return false;
  return isFaint || (now256 >= length256 >> 1 && now256 <= length256 + (length256 >> 1) + (length256 >> 2));
}

function believeOther(profile: Profile, flash: Measured): boolean {
  const { other64, other16 } = profile;
  const agrees =
    profile.otherCount > 0 &&
    Math.abs(flash.amplitude64 - other64) <= other64 >> 2 &&
    Math.abs(flash.length16 - other16) <= (other16 >> 2) + 8;
  profile.otherCount = agrees ? profile.otherCount + 1 : 1;
  profile.other64 = flash.amplitude64;
  profile.other16 = flash.length16;
  if (profile.otherCount < OTHERS_TO_BELIEVE) return false;
  profile.count = 0;
  return true;
}

/** The width, in ticks, that flashes are looked for with; until one is known, one width after the other. */
export function widthFor(profile: Profile, geometry: Geometry, isLongTried: boolean): number {
  if (profile.count === 0) return isLongTried ? geometry.widthLong : geometry.widthShort;
  return clamp((profile.length256 + 64) >> 8, geometry.widthMin, geometry.widthMax);
}
