import type { Random } from '../random/index.ts';

/** What happens to bytes between the meter and a receiver; probabilities, all 0 by default. */
export interface LineNoise {
  /** Of each byte: one of its seven bits is flipped. */
  readonly flip?: number;
  /** Of each frame: its first bytes are lost or come as something else, as after a silence. */
  readonly lostHead?: number;
  /** Of each group: bytes are missing in its middle. */
  readonly cutGroup?: number;
}

const LF = 0x0a;
const LOST_HEAD_MAX = 4;

/** What a receiver gets of a frame. */
export function addNoise(bytes: Uint8Array, noise: LineNoise, random: Random): Uint8Array {
  const { flip = 0, lostHead = 0, cutGroup = 0 } = noise;
  const received: number[] = [];
  let skip = 0;
  for (const byte of bytes) {
    if (byte === LF && cutGroup > 0 && random.chance(cutGroup)) skip = 2 + Math.floor(random.next() * 8);
    if (skip > 0) {
      skip -= 1;
      continue;
    }
    const isFlipped = flip > 0 && random.chance(flip);
    received.push(isFlipped ? byte ^ (1 << Math.floor(random.next() * 7)) : byte);
  }
  if (lostHead > 0 && random.chance(lostHead)) {
    const lost = 1 + Math.floor(random.next() * LOST_HEAD_MAX);
    if (random.chance(0.5)) received.splice(0, lost);
    // A demodulator that has not settled takes the start of a byte for more ones than there are.
    else received[0] = ((received[0] ?? 0) | 0x41) & 0x7f;
  }
  return Uint8Array.from(received);
}
