import type { Geometry } from './geometry.ts';
import { clamp, divide } from './int-math.ts';
import { sumTicks, type TickRing } from './tick-ring.ts';

/** How far a stretch of light stands above what is beside it. Levels are in 1/64 mV, ages in half ticks. */
export interface Contrast {
  rise64: number;
  /** The side after it, and the one before it. */
  post64: number;
  pre64: number;
  /** What is right after it, and all that is seen after and before it, whether they are used or not. */
  postNear64: number;
  postWide64: number;
  preWide64: number;
  /** The middles of the two sides. */
  postAge2: number;
  preAge2: number;
  /** Whether the sides reach as far as they can, which is quieter; else something else happened there. */
  isWide: boolean;
}

export function createContrast(): Contrast {
  return {
    rise64: 0,
    post64: 0,
    pre64: 0,
    postNear64: 0,
    postWide64: 0,
    preWide64: 0,
    postAge2: 0,
    preAge2: 0,
    isWide: false,
  };
}

/** What is looked for: ticks in the flash, and how much a far side may differ from a near one to be used, in 1/64 mV. */
export interface Search {
  width: number;
  tolerance64: number;
}

/**
 * Measures the stretch of `search.width` ticks whose later side ends `shift` ticks ago. The two sides weigh the same
 * and are equally long, so that a slope of daylight cancels.
 */
export function measureContrast(
  out: Contrast,
  at: { ring: TickRing; geometry: Geometry; shift: number },
  search: Search,
): void {
  const { ring, geometry, shift } = at;
  const { near, far, guard } = geometry;
  const { width, tolerance64 } = search;
  const postNearAge = shift + far;
  const centreAge = postNearAge + near + guard;
  const preNearAge = centreAge + width + guard;
  const preFarAge = preNearAge + near;
  const postFar = sumTicks(ring, shift, far);
  const postNear = sumTicks(ring, postNearAge, near);
  const preNear = sumTicks(ring, preNearAge, near);
  const preFar = sumTicks(ring, preFarAge, far);
  const preNear64 = divide(preNear * 8, near);
  out.postNear64 = divide(postNear * 8, near);
  out.postWide64 = divide((postNear + postFar) * 8, near + far);
  out.preWide64 = divide((preNear + preFar) * 8, near + far);
  const isPostEven = Math.abs(out.postNear64 - divide(postFar * 8, far)) <= tolerance64;
  const isPreEven = Math.abs(preNear64 - divide(preFar * 8, far)) <= tolerance64;
  out.isWide = isPostEven && isPreEven;
  if (out.isWide) {
    const side = near + far;
    out.post64 = out.postWide64;
    out.pre64 = out.preWide64;
    out.postAge2 = 2 * shift + side - 1;
    out.preAge2 = 2 * preNearAge + side - 1;
  } else {
    out.post64 = out.postNear64;
    out.pre64 = preNear64;
    out.postAge2 = 2 * postNearAge + near - 1;
    out.preAge2 = 2 * preNearAge + near - 1;
  }
  out.rise64 = divide(sumTicks(ring, centreAge, width) * 8, width) - divide(out.post64 + out.pre64, 2);
}

/**
 * The light without the flash at an age in ticks, in 1/64 mV: the straight line between the two sides, and level beyond
 * their middles, where a line would run away.
 */
export function baseAt(contrast: Contrast, age: number): number {
  const { post64, pre64, postAge2, preAge2 } = contrast;
  const age2 = clamp(2 * age, postAge2, preAge2);
  return post64 + divide((pre64 - post64) * (age2 - postAge2), preAge2 - postAge2);
}
