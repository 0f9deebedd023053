import type { EpochMs } from '@kilowink/core/time';
import { createRandom } from '../random/index.ts';
import type { DeviceOutput, TimedPeer } from './options.ts';

/** What a network does to the frames between a device and whoever looks after it. All are 0 by default. */
export interface LinkFaults {
  /** Time a frame takes one way, in ms. */
  readonly delayMs?: number;
  /** Added at random up to this, so that frames overtake each other. */
  readonly jitterMsMax?: number;
  /** Probability that a frame is lost, each way. */
  readonly loss?: number;
  /** Probability that a frame comes twice. */
  readonly duplicate?: number;
}

interface UnderWay {
  readonly atMs: EpochMs;
  readonly way: 'in' | 'out';
  readonly bytes: Uint8Array;
}

/** A device behind a bad network, with its chances from a seed. */
export class LossyLink implements TimedPeer {
  readonly #peer: TimedPeer;
  readonly #faults: LinkFaults;
  readonly #random: ReturnType<typeof createRandom>;
  readonly #underWay: UnderWay[] = [];
  /** Frames lost so far, both ways. */
  lost = 0;

  constructor(peer: TimedPeer, faults: LinkFaults, seed: number) {
    this.#peer = peer;
    this.#faults = faults;
    this.#random = createRandom(seed);
  }

  get nextMs(): EpochMs {
    return Math.min(this.#underWay[0]?.atMs ?? Infinity, this.#peer.nextMs);
  }

  receive(atMs: EpochMs, frame: Uint8Array): void {
    this.#send(atMs, 'in', frame);
  }

  take(): readonly DeviceOutput[] {
    const first = this.#underWay[0];
    if (first === undefined || this.#peer.nextMs <= first.atMs) {
      const outputs = this.#peer.take();
      for (const { kind, atMs, bytes } of outputs) if (kind === 'frame') this.#send(atMs, 'out', bytes);
      return outputs.filter(({ kind }) => kind === 'text');
    }
    this.#underWay.shift();
    if (first.way === 'out') return [{ kind: 'frame', atMs: first.atMs, bytes: first.bytes }];
    this.#peer.receive(first.atMs, first.bytes);
    return [];
  }

  #send(atMs: EpochMs, way: 'in' | 'out', bytes: Uint8Array): void {
    const { delayMs = 0, jitterMsMax = 0, loss = 0, duplicate = 0 } = this.#faults;
    const isLost = this.#random.chance(loss);
    const isTwice = this.#random.chance(duplicate);
    const latenesses = [this.#random.next(), this.#random.next()].map((each) => delayMs + each * jitterMsMax);
    if (isLost) {
      this.lost += 1;
      return;
    }
    for (const lateMs of isTwice ? latenesses : latenesses.slice(0, 1)) {
      const place = this.#underWay.findLastIndex((each) => each.atMs <= atMs + lateMs) + 1;
      this.#underWay.splice(place, 0, { atMs: atMs + lateMs, way, bytes });
    }
  }
}
