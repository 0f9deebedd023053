import type { Geometry } from './geometry.ts';
import { clamp, divide } from './int-math.ts';
import type { Profile } from './profile.ts';
import { flankAt, type Shape, templateAt } from './shape.ts';
import { indexOfAge, sumTicks, type TickRing } from './tick-ring.ts';

/** How many ticks beyond a flash's length its middle is looked for around a peak: a step's peak is beside the step. */
const SEARCH_TICKS = 8;

interface Place {
  readonly ring: TickRing;
  readonly geometry: Geometry;
}

/** A stretch with a flash in its middle: the light before it, how much higher it has settled after it, and its ages. */
interface Stretch {
  readonly newest: number;
  readonly oldest: number;
  readonly pre64: number;
  readonly step64: number;
  /** Of its ticks above the light before it. */
  readonly sum64: number;
}

/**
 * Looks for a flash of the learnt kind beside which a lamp is switched, so that the edges of both are one. How far the lamp
 * moves the light is known from before and after; when it does, with the flash and without, follows from the area. True
 * where flash and step together leave next to nothing over, and the step alone much; then `shape` is the flash.
 */
export function findBesideSwitch(
  shape: Shape,
  at: Place & { readonly middleAge: number },
  profile: Profile,
): boolean {
  const { middleAge } = at;
  shape.length16 = profile.length256 >> 4;
  shape.amplitude64 = profile.amplitude64;
  const area64 = (shape.amplitude64 * shape.length16) >> 4;
  const allowed64 = (area64 * 5) >> 4;
  const reach = (shape.length16 >> 4) + SEARCH_TICKS;
  let best16 = 0;
  let bestGain64 = area64 >> 1;
  for (let age2 = Math.max(0, 2 * (middleAge - reach)); age2 <= 2 * (middleAge + reach); age2++) {
    shape.middle16 = age2 * 8;
    const stretch = stretchAround(shape, at);
    if (stretch === undefined || Math.abs(stretch.step64) * 2 < shape.amplitude64) continue;
    const with64 = misfitOf(stretch, at, { shape, area64, limit64: allowed64 });
    if (with64 > allowed64) continue;
    const gain64 = misfitOf(stretch, at, { shape, area64: 0, limit64: 0x7fff_ffff }) - with64;
    if (gain64 <= bestGain64) continue;
    bestGain64 = gain64;
    best16 = shape.middle16;
  }
  shape.middle16 = best16;
  return best16 > 0;
}

function stretchAround(shape: Shape, { ring, geometry }: Place): Stretch | undefined {
  const { near, guard } = geometry;
  const reach = ((shape.length16 + geometry.edge16) >> 5) + near + guard;
  const middle = shape.middle16 >> 4;
  const newest = middle - reach;
  const oldest = middle + reach;
  if (newest < near || oldest + near >= ring.ticks8.length) return undefined;
  const pre64 = divide(sumTicks(ring, oldest + 1, near) * 8, near);
  const post64 = divide(sumTicks(ring, newest - near, near) * 8, near);
  const count = oldest - newest + 1;
  return {
    newest,
    oldest,
    pre64,
    step64: post64 - pre64,
    sum64: sumTicks(ring, newest, count) * 8 - count * pre64,
  };
}

/**
 * What a step and a flash of this area leave over of a stretch, as far as it takes to pass `limit64`; an area of 0 is no
 * flash.
 */
function misfitOf(
  { newest, oldest, pre64, step64, sum64 }: Stretch,
  { ring, geometry }: Place,
  { shape, area64, limit64 }: { shape: Shape; area64: number; limit64: number },
): number {
  const all16 = (oldest - newest + 1) * 16;
  const since16 = clamp(divide((sum64 - area64) * 16, step64), 0, all16);
  const step16 = newest * 16 - 8 + since16;
  let misfit64 = 0;
  for (let age = newest; age <= oldest && misfit64 <= limit64; age++) {
    const lit64 = area64 > 0 ? (shape.amplitude64 * templateAt(shape, geometry, age)) >> 6 : 0;
    const part64 = flankAt(step16 - age * 16, geometry.edge16);
    const level64 = (ring.ticks8[indexOfAge(ring, age)] as number) * 8 - pre64;
    misfit64 += Math.abs(level64 - lit64 - divide(step64 * part64, 64));
  }
  return misfit64;
}
