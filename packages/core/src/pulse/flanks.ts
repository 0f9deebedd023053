import type { Geometry } from './geometry.ts';
import { divide } from './int-math.ts';
import type { Profile } from './profile.ts';
import type { Shape } from './shape.ts';
import { indexOfAge, type TickRing } from './tick-ring.ts';

/** How many ticks around a peak its middle is looked for. */
const SEARCH_TICKS = 4;

/**
 * Looks for a flash of the learnt kind where the light beside it moves as far as the flash is high, so that there is
 * no base to stand on: a rise and a fall, a flash's length apart, each of about its height within 6 ticks. A step or a
 * shadow's edge has only one of them. True when there are both; then `shape` is that flash.
 */
export function findFlanks(
  shape: Shape,
  at: { ring: TickRing; geometry: Geometry; middleAge: number },
  profile: Profile,
): boolean {
  const { ring, geometry, middleAge } = at;
  const { amplitude64, length256 } = profile;
  const half = (length256 + 256) >> 9;
  const margin = 2 * geometry.guard + SEARCH_TICKS + half;
  if (middleAge < margin || middleAge + margin >= ring.ticks8.length) return false;
  let least64 = 0;
  let sum64 = 0;
  let best = 0;
  for (let age = middleAge - SEARCH_TICKS; age <= middleAge + SEARCH_TICKS; age++) {
    const fall64 = flank64(at, { edge: age - half, out: -1, plateau: 2 * half });
    const rise64 = flank64(at, { edge: age + half, out: 1, plateau: 2 * half });
    const lesser64 = Math.min(fall64, rise64);
    if (lesser64 <= least64) continue;
    least64 = lesser64;
    sum64 = fall64 + rise64;
    best = age;
  }
  const isPair = least64 * 2 >= amplitude64 && sum64 * 2 >= amplitude64 * 3 && sum64 * 2 <= amplitude64 * 5;
  if (!isPair) return false;
  shape.middle16 = best * 16;
  shape.length16 = length256 >> 4;
  shape.amplitude64 = amplitude64;
  return true;
}

/**
 * How much higher the light is on the inner side of an edge than on its outer side, less what the slope of the light
 * makes of it: the slope beyond the edge or the one on the plateau, whichever leaves less.
 */
function flank64(
  at: { ring: TickRing; geometry: Geometry },
  flank: { edge: number; out: 1 | -1; plateau: number },
): number {
  const { ring } = at;
  const { guard } = at.geometry;
  const { edge, out, plateau } = flank;
  const inner64 = tick64(ring, edge - out * guard);
  const outer64 = tick64(ring, edge + out * guard);
  const beyond64 = 2 * (outer64 - tick64(ring, edge + 2 * out * guard));
  const level = plateau - 2 * guard;
  const jump64 = inner64 - outer64;
  const over64 = jump64 - beyond64;
  if (level < guard) return over64;
  const farther64 = tick64(ring, edge - out * (guard + level));
  return Math.min(over64, jump64 - divide((farther64 - inner64) * 2 * guard, level));
}

function tick64(ring: TickRing, age: number): number {
  return (ring.ticks8[indexOfAge(ring, age)] as number) * 8;
}
