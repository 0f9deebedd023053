import { RING_TICKS } from './geometry.ts';

/** The last ticks, in 1/8 mV; a flash that was counted is taken out of them. Age 0 is the newest. */
export interface TickRing {
  readonly ticks8: Int16Array;
  head: number;
  /** How many were ever pushed, up to the ring's size. */
  filled: number;
}

export function createTickRing(): TickRing {
  return { ticks8: new Int16Array(RING_TICKS), head: 0, filled: 0 };
}

export function pushTick(ring: TickRing, tick8: number): void {
  if (ring.filled === 0) ring.ticks8.fill(tick8);
  if (ring.filled < RING_TICKS) ring.filled += 1;
  ring.head = ring.head + 1 === RING_TICKS ? 0 : ring.head + 1;
  ring.ticks8[ring.head] = tick8;
}

export function indexOfAge(ring: TickRing, age: number): number {
  const index = ring.head - age;
  return index < 0 ? index + RING_TICKS : index;
}

/** The sum of `count` ticks of which the newest has this age, in 1/8 mV. */
export function sumTicks(ring: TickRing, age: number, count: number): number {
  const { ticks8 } = ring;
  let index = indexOfAge(ring, age);
  let sum = 0;
  for (let left = count; left > 0; left--) {
    sum += ticks8[index] as number;
    index = index === 0 ? RING_TICKS - 1 : index - 1;
  }
  return sum;
}
