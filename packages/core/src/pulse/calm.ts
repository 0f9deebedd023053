import type { Contrast } from './contrast.ts';
import { type Geometry, RING_TICKS } from './geometry.ts';
import { divide } from './int-math.ts';
import { type Noise, reachOf } from './noise.ts';
import { indexOfAge, type TickRing } from './tick-ring.ts';

/**
 * The light of the last seconds while it does not move: the mean of the ticks that left the ring, from which flashes had
 * been taken. Beside a flash near the noise it is known better than from two sides, which reach no farther than the ring.
 */
export interface Calm {
  /** The ticks of a block that is not complete yet, in 1/8 mV; a block is as long as a far side. */
  block8: number;
  blockTicks: number;
  sum8: number;
  ticks: number;
}

/** Then it is halved, so that it is the mean of the last seconds. */
const TICKS_MAX = 2_048;

export function createCalm(): Calm {
  return { block8: 0, blockTicks: 0, sum8: 0, ticks: 0 };
}

/** Takes the tick that leaves the ring next. A block that differs by more than noise does starts it again. */
export function updateCalm(
  calm: Calm,
  at: { readonly ring: TickRing; readonly geometry: Geometry; readonly noise: Noise },
): void {
  const { ring, geometry, noise } = at;
  if (ring.filled < RING_TICKS) return;
  calm.block8 += ring.ticks8[indexOfAge(ring, RING_TICKS - 1)] as number;
  calm.blockTicks += 1;
  if (calm.blockTicks < geometry.far) return;
  const block64 = divide(calm.block8 * 8, geometry.far);
  const reach64 = reachOf(noise, geometry, divide(1 << 20, geometry.far));
  // Four deviations.
  if (Math.abs(block64 - calmLevel(calm, block64)) * 5 > reach64 * 4) {
    calm.sum8 = 0;
    calm.ticks = 0;
  }
  calm.sum8 += calm.block8;
  calm.ticks += geometry.far;
  if (calm.ticks >= TICKS_MAX) {
    calm.sum8 >>= 1;
    calm.ticks >>= 1;
  }
  calm.block8 = 0;
  calm.blockTicks = 0;
}

function calmLevel(calm: Calm, otherwise64: number): number {
  return calm.ticks === 0 ? otherwise64 : divide(calm.sum8 * 8, calm.ticks);
}

/**
 * Puts a stretch on the calm light and what is before it, if they are one, and nothing begins right after it. Returns of
 * how many ticks the light beside it is known then; 0 where it is not calm.
 */
export function standOnCalm(
  contrast: Contrast,
  calm: Calm,
  at: { readonly geometry: Geometry; readonly noise: Noise },
): number {
  const { near, far } = at.geometry;
  const side = near + far;
  if (calm.ticks < 2 * side) return 0;
  const calm64 = calmLevel(calm, 0);
  const reach64 = reachOf(at.noise, at.geometry, divide(1 << 20, side));
  const pre64 = contrast.preWide64 - calm64;
  const post64 = contrast.postWide64 - calm64;
  if (Math.abs(pre64) > reach64) return 0;
  // Half of that on one side is noise; on both, the light begins to move.
  const isDrifting =
    Math.abs(pre64) * 2 > reach64 && Math.abs(post64) * 3 > reach64 && pre64 > 0 === post64 > 0;
  if (isDrifting) return 0;
  const reachNear64 = reachOf(at.noise, at.geometry, divide(1 << 20, near));
  if (Math.abs(contrast.postNear64 - calm64) > reachNear64) return 0;
  const ticks = calm.ticks + side;
  const base64 = calm64 + divide((contrast.preWide64 - calm64) * side, ticks);
  contrast.rise64 += divide(contrast.pre64 + contrast.post64, 2) - base64;
  contrast.pre64 = base64;
  contrast.post64 = base64;
  return ticks;
}
