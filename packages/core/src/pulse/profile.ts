import type { Geometry } from './geometry.ts';
import { clamp, divide } from './int-math.ts';

/**
 * What this meter's flashes are like, learnt from those counted. Three in a row that agree with each other, but not with
 * it, take its place: at the start, and when the sensor was moved or the meter changed.
 */
export interface Profile {
  /** How many it was learnt from, up to 32; 0 when no flash has been recognised. */
  count: number;
  /** In 1/64 mV. */
  amplitude64: number;
  /** In 1/256 tick. */
  length256: number;
  /** Flashes in a row that agree with each other only, of which these are the last one's height and length. */
  otherCount: number;
  other64: number;
  other16: number;
  /** How many samples ago the first two of them were. */
  readonly otherSamplesAgo: Int32Array;
}

/** A flash as measured: its height, in 1/64 mV, over its sides and by the template, and its length in 1/16 tick. */
export interface Measured {
  readonly rise64: number;
  readonly amplitude64: number;
  readonly length16: number;
  readonly samplesAgo: number;
}

/** How sure a shape is: it fits without a look at the noise; or noise is so near that its length says little. */
export interface Doubts {
  /** What sampling alone does to a length, in 1/16 tick. */
  readonly slack16: number;
  readonly isExact: boolean;
  readonly isFaint: boolean;
  /** Near the noise, flashes farther apart than this are no row: noise alone makes one in some hours. */
  readonly faintSamples: number;
}

const COUNT_MAX = 8;
/** Near the noise more of them have to be averaged. */
const COUNT_MAX_FAINT = 32;
/** Of what noise may have bent only flashes that are high enough are learnt: 20 mV, in 1/64. */
const LEARN_64_MIN = 1_280;
/** Flashes in a row that make a profile. */
export const OTHERS_TO_BELIEVE = 3;
/** Older ones are not looked at. */
const SAMPLES_AGO_MAX = 1 << 24;

export function createProfile(): Profile {
  return {
    count: 0,
    amplitude64: 0,
    length256: 0,
    otherCount: 0,
    other64: 0,
    other16: 0,
    otherSamplesAgo: new Int32Array(OTHERS_TO_BELIEVE - 1),
  };
}

/** Lets time pass. */
export function passTick(profile: Profile, samples: number): void {
  const { otherSamplesAgo } = profile;
  for (let i = 0; i < otherSamplesAgo.length; i++) {
    otherSamplesAgo[i] = Math.min((otherSamplesAgo[i] as number) + samples, SAMPLES_AGO_MAX);
  }
}

/**
 * How many flashes this one makes certain: 0 when it is none, −1 when it waits for others like it, 1, or 3 when it is the third that agrees
 * with two before it, which `otherSamplesAgo` tells. What was learnt moves towards it.
 */
export function recognise(profile: Profile, flash: Measured, doubts: Doubts): number {
  let certain = 1;
  if (!matches(profile, flash, doubts)) {
    const isToLearn = doubts.isExact || (doubts.isFaint && flash.amplitude64 >= LEARN_64_MIN);
    if (!isToLearn) return 0;
    if (!believeOther(profile, flash, doubts)) return -1;
    certain = OTHERS_TO_BELIEVE;
  }
  profile.otherCount = 0;
  const countMax = doubts.isFaint ? COUNT_MAX_FAINT : COUNT_MAX;
  if (profile.count < COUNT_MAX_FAINT) profile.count += 1;
  const weight = Math.min(profile.count, countMax);
  profile.amplitude64 += divide(flash.amplitude64 - profile.amplitude64, weight);
  profile.length256 += divide(flash.length16 * 16 - profile.length256, weight);
  return certain;
}

function matches(profile: Profile, flash: Measured, doubts: Doubts): boolean {
  if (profile.count === 0) return false;
  const { amplitude64, length256 } = profile;
  const { rise64 } = flash;
  const isOrderRight = rise64 * 5 >= amplitude64 * 2 && flash.amplitude64 * 2 <= amplitude64 * 5;
  if (doubts.isFaint || !isOrderRight) return isOrderRight;
  const fromLength256 = Math.abs(flash.length16 * 16 - length256);
  if (doubts.isExact) return fromLength256 <= (length256 >> 1) + doubts.slack16 * 16;
  // Without noise to blame for a poor fit, height and length have to be right.
  const fromAmplitude64 = Math.abs(flash.amplitude64 - amplitude64);
  return fromLength256 <= length256 >> 3 && fromAmplitude64 <= amplitude64 >> 2;
}

function believeOther(profile: Profile, flash: Measured, doubts: Doubts): boolean {
  const { other64, other16, otherSamplesAgo } = profile;
  // Against what was learnt, what is near the noise has to agree better than at the start.
  const isDoubtful = doubts.isFaint && profile.count > 0;
  const amplitudeShift = doubts.isFaint && !isDoubtful ? 1 : 2;
  const lengthShift = isDoubtful ? 2 : doubts.isFaint ? 1 : 3;
  const sinceOther = otherSamplesAgo[Math.max(0, profile.otherCount - 1)] as number;
  const agrees =
    profile.otherCount > 0 &&
    (!doubts.isFaint || sinceOther <= doubts.faintSamples) &&
    Math.abs(flash.amplitude64 - other64) <= other64 >> amplitudeShift &&
    Math.abs(flash.length16 - other16) <= (other16 >> lengthShift) + doubts.slack16;
  if (!agrees) profile.otherCount = 0;
  profile.other64 = flash.amplitude64;
  profile.other16 = flash.length16;
  if (profile.otherCount === OTHERS_TO_BELIEVE - 1) {
    profile.count = 0;
    return true;
  }
  otherSamplesAgo[profile.otherCount] = flash.samplesAgo;
  profile.otherCount += 1;
  return false;
}

/** The width, in ticks, that flashes are looked for with once one is known. */
export function learntWidth(profile: Profile, geometry: Geometry): number {
  return clamp((profile.length256 + 64) >> 8, geometry.widthMin, geometry.widthMax);
}

/** How far a flash like those learnt rises, in 1/64 mV: the smoothing takes some of it. */
export function expectedRise(profile: Profile, geometry: Geometry, width: number): number {
  const { amplitude64 } = profile;
  return amplitude64 - divide((amplitude64 >> 4) * geometry.edge16 * 7, 32 * width);
}
