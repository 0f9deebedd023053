import { type Geometry, RING_TICKS } from './geometry.ts';
import type { Profile } from './profile.ts';
import { type Shape, templateAt } from './shape.ts';
import { indexOfAge, type TickRing } from './tick-ring.ts';

/** How many ticks beyond a flash's length its middle is looked for around a peak. */
const SEARCH_TICKS = 3;

/** The roughness around one flank of a flash that may be there: sums of second differences, in 1/64 mV. */
interface Flank {
  /** Of the light as it is, and without the flash. */
  with64: number;
  without64: number;
  /** What the flank alone makes. */
  own64: number;
}

/** The two flanks; one pair is used again and again. */
export interface Flanks {
  readonly newer: Flank;
  readonly older: Flank;
}

export function createFlanks(): Flanks {
  return {
    newer: { with64: 0, without64: 0, own64: 0 },
    older: { with64: 0, without64: 0, own64: 0 },
  };
}

/**
 * Looks for a flash of the learnt kind where the light beside it moves as far as the flash is high, so that there is
 * no base to stand on. If it is there, the light without it is smoother, at both flanks: a step or a shadow's edge has
 * one flank, and leaves another when a flash is taken away that is not there. True when there is a flash; then `shape`
 * is it.
 */
export function findOnMovingLight(
  shape: Shape,
  at: { ring: TickRing; geometry: Geometry; middleAge: number; flanks: Flanks },
  profile: Profile,
): boolean {
  const { middleAge, flanks } = at;
  shape.length16 = profile.length256 >> 4;
  shape.amplitude64 = profile.amplitude64;
  const reach = (shape.length16 >> 4) + SEARCH_TICKS;
  let best = 0;
  let bestLoss64 = 0;
  for (let age = Math.max(0, middleAge - reach); age <= middleAge + reach; age++) {
    shape.middle16 = age * 16;
    if (!measureFlanks(shape, at)) continue;
    const loss64 = lossOf(flanks.newer, flanks.older);
    if (loss64 <= bestLoss64) continue;
    bestLoss64 = loss64;
    best = age;
  }
  shape.middle16 = best * 16;
  return bestLoss64 > 0;
}

/** By how much the light is smoother without the flash, if that speaks for one; else 0. */
function lossOf(newer: Flank, older: Flank): number {
  const newer64 = newer.with64 - newer.without64;
  const older64 = older.with64 - older.without64;
  // Between two steps, far higher than a flash, light is smoother without one too, but never smooth.
  const isRough = Math.min(newer.without64, older.without64) > newer.own64;
  if (!isRough && newer64 * 10 >= newer.own64 && older64 * 10 >= older.own64) return newer64 + older64;
  if (isClean(newer) && isDrowned(older)) return newer64;
  return isClean(older) && isDrowned(newer) ? older64 : 0;
}

/** Whether little but the flank was there. */
function isClean({ with64, without64, own64 }: Flank): boolean {
  return (with64 - without64) * 2 >= own64 && without64 * 10 <= own64 * 9;
}

/** Whether so much happened where the flank should be that it may have gone down in it. */
function isDrowned({ with64, own64 }: Flank): boolean {
  return with64 * 5 >= own64 * 4;
}

/** False where the ring does not reach so far. */
function measureFlanks(shape: Shape, at: { ring: TickRing; geometry: Geometry; flanks: Flanks }): boolean {
  const { geometry, flanks } = at;
  const lag = geometry.guard;
  const middle = shape.middle16 >> 4;
  const reach = ((shape.length16 + geometry.edge16) >> 5) + 1 + lag;
  if (middle < reach + lag || middle + reach + lag >= RING_TICKS) return false;
  measureFlank(flanks.newer, shape, { ...at, from: middle - reach, to: middle - 1 });
  measureFlank(flanks.older, shape, { ...at, from: middle + 1, to: middle + reach });
  return true;
}

function measureFlank(
  out: Flank,
  shape: Shape,
  at: { ring: TickRing; geometry: Geometry; from: number; to: number },
): void {
  const { geometry, from, to } = at;
  const lag = geometry.guard;
  out.with64 = 0;
  out.without64 = 0;
  out.own64 = 0;
  for (let age = from; age <= to; age++) {
    const with64 = levelAt(at, age - lag) - 2 * levelAt(at, age) + levelAt(at, age + lag);
    const flash64 =
      heightAt(shape, geometry, age - lag) -
      2 * heightAt(shape, geometry, age) +
      heightAt(shape, geometry, age + lag);
    out.with64 += Math.abs(with64);
    out.without64 += Math.abs(with64 - flash64);
    out.own64 += Math.abs(flash64);
  }
}

function levelAt(at: { ring: TickRing }, age: number): number {
  return (at.ring.ticks8[indexOfAge(at.ring, age)] as number) * 8;
}

function heightAt(shape: Shape, geometry: Geometry, age: number): number {
  return (shape.amplitude64 * templateAt(shape, geometry, age)) >> 6;
}
