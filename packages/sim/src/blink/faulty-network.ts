import type { EpochMs } from '@kilowink/core/time';
import { createRandom, type Random } from '../random/index.ts';

/** What a network does to messages. All are 0 by default. */
export interface NetworkFaults {
  /** Probability that a message is lost. */
  readonly drop?: number;
  /** Each message is late by a random time up to this. */
  readonly delayMsMax?: number;
  /** Probability that a message comes twice. */
  readonly duplicate?: number;
  /** Probability that a message is held until after the one that follows it. */
  readonly reorder?: number;
}

export interface Delivery<T> {
  readonly atMs: EpochMs;
  readonly message: T;
}

/** Messages in, deliveries out in order of arrival; any message may be lost, late, doubled or overtaken. */
export interface FaultyNetwork<T> {
  send(atMs: EpochMs, message: T): void;
  /** When the next delivery is due; Infinity when nothing is under way. */
  readonly nextMs: EpochMs;
  /** The next delivery; undefined when nothing is under way. */
  take(): Delivery<T> | undefined;
}

/** How long a held message is late: longer than the time between two reports. */
const HELD_MS = [16_000, 40_000] as const;

export function createFaultyNetwork<T>(seed: number, faults: NetworkFaults): FaultyNetwork<T> {
  const random = createRandom(seed);
  const underWay: Delivery<T>[] = [];
  const deliver = (atMs: EpochMs, message: T) => {
    const place = underWay.findLastIndex((each) => each.atMs <= atMs) + 1;
    underWay.splice(place, 0, { atMs, message });
  };
  return {
    send(atMs, message) {
      for (const lateMs of latenesses(random, faults)) deliver(atMs + lateMs, message);
    },
    get nextMs() {
      return underWay[0]?.atMs ?? Infinity;
    },
    take: () => underWay.shift(),
  };
}

/** How late each copy of a message comes; none when it is lost. Takes the same numbers whatever the faults are. */
function latenesses(random: Random, faults: NetworkFaults): number[] {
  const lost = random.chance(faults.drop ?? 0);
  const twice = random.chance(faults.duplicate ?? 0);
  const held = random.chance(faults.reorder ?? 0);
  const delays = [random.next(), random.next()].map((each) => Math.round(each * (faults.delayMsMax ?? 0)));
  const heldMs = Math.round(random.between(...HELD_MS));
  if (lost) return [];
  const copies = twice ? delays : delays.slice(0, 1);
  return copies.map((delayMs) => delayMs + (held ? heldMs : 0));
}
