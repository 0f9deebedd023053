import { type Geometry, RING_TICKS } from './geometry.ts';
import type { Profile } from './profile.ts';
import { type Shape, templateAt } from './shape.ts';
import { indexOfAge, type TickRing } from './tick-ring.ts';

/** How many ticks around a peak its middle is looked for. */
const SEARCH_TICKS = 8;
/** What of its roughness a light has to lose with the flash, in 1/16 of what a flash alone would take away. */
const LOSS_16 = 4;

/**
 * Looks for a flash of the learnt kind where the light beside it moves as far as the flash is high, so that there is
 * no base to stand on. If it is there, the light without it is smoother: the sum of its second differences falls by
 * what two flanks make of it. A step or a shadow's edge has one flank, and leaves another when a flash is taken away
 * that is not there. True when there is a flash; then `shape` is it.
 */
export function findOnMovingLight(
  shape: Shape,
  at: { ring: TickRing; geometry: Geometry; middleAge: number },
  profile: Profile,
): boolean {
  const { geometry, middleAge } = at;
  shape.length16 = profile.length256 >> 4;
  shape.amplitude64 = profile.amplitude64;
  let best = 0;
  let bestLoss64 = 0;
  for (let age = middleAge - SEARCH_TICKS; age <= middleAge + SEARCH_TICKS; age++) {
    shape.middle16 = age * 16;
    const loss64 = roughnessLoss(shape, at);
    if (loss64 <= bestLoss64) continue;
    bestLoss64 = loss64;
    best = age;
  }
  shape.middle16 = best * 16;
  return bestLoss64 * 4 >= profile.amplitude64 * geometry.guard * LOSS_16;
}

/** By how much the light around a flash is smoother without it, as a sum of second differences. */
function roughnessLoss(shape: Shape, at: { ring: TickRing; geometry: Geometry }): number {
  const { geometry } = at;
  const lag = geometry.guard;
  const middle = shape.middle16 >> 4;
  const reach = ((shape.length16 + geometry.edge16) >> 5) + 1 + lag;
  if (middle < reach + lag || middle + reach + lag >= RING_TICKS) return 0;
  let loss64 = 0;
  for (let age = middle - reach; age <= middle + reach; age++) {
    const with64 = levelAt(at, age - lag) - 2 * levelAt(at, age) + levelAt(at, age + lag);
    const flash64 =
      heightAt(shape, geometry, age - lag) -
      2 * heightAt(shape, geometry, age) +
      heightAt(shape, geometry, age + lag);
    loss64 += Math.abs(with64) - Math.abs(with64 - flash64);
  }
  return loss64;
}

function levelAt(at: { ring: TickRing }, age: number): number {
  return (at.ring.ticks8[indexOfAge(at.ring, age)] as number) * 8;
}

function heightAt(shape: Shape, geometry: Geometry, age: number): number {
  return (shape.amplitude64 * templateAt(shape, geometry, age)) >> 6;
}
