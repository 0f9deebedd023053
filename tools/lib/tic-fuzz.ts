import { createRandom, type Random } from '@kilowink/sim/random';
import type { TicQuestion } from './tic-c.ts';

/** Bytes that mean something to a decoder; noise is made of them more often than of others. */
const TELLING = [0x02, 0x03, 0x04, 0x09, 0x0a, 0x0b, 0x0d, 0x20, 0x30, 0x7e, 0x7f, 0x80];

/** A line of several frames, whole, cut, damaged or rubbish, of both modes in turn, with or without parity in bit 7. */
export function randomLine(seed: number, frames: readonly Uint8Array[]): TicQuestion {
  const random = createRandom(seed);
  const parts = Array.from({ length: 1 + pick(random, 4) }, () => randomPart(random, frames));
  const isParityInSoftware = random.chance(0.25);
  const line = Buffer.concat(parts);
  const sent = isParityInSoftware ? line.map(withParity) : line;
  const damages = random.chance(0.15) ? 0 : Math.floor(10 ** random.between(0, 2.3));
  return { bytes: damage(sent, { damages, random }), atOnce: 1 + pick(random, 128), isParityInSoftware };
}

function randomPart(random: Random, frames: readonly Uint8Array[]): Uint8Array {
  if (random.chance(0.05)) return Uint8Array.from({ length: pick(random, 300) }, () => randomByte(random));
  const frame = frames[pick(random, frames.length)] as Uint8Array;
  if (random.chance(0.5) && frame.length < 2_000) return frame;
  const from = pick(random, frame.length);
  return frame.subarray(from, from + pick(random, 1_500));
}

function damage(line: Uint8Array, how: { damages: number; random: Random }): Uint8Array {
  const { random } = how;
  const bytes = [...line];
  for (let count = 0; count < how.damages && bytes.length > 0; count++) {
    const at = pick(random, bytes.length);
    const kind = pick(random, 6);
    if (kind <= 1) bytes[at] = (bytes[at] as number) ^ (1 << pick(random, 8));
    else if (kind === 2) bytes[at] = randomByte(random);
    else if (kind === 3) bytes.splice(at, 1 + pick(random, 4));
    else if (kind === 4) bytes.splice(at, 0, randomByte(random));
    else [bytes[at], bytes[at + 1]] = [bytes[at + 1] ?? 0x20, bytes[at] as number];
  }
  return Uint8Array.from(bytes);
}

function randomByte(random: Random): number {
  return random.chance(0.5) ? (TELLING[pick(random, TELLING.length)] as number) : pick(random, 256);
}

/** Even parity in bit 7. */
export function withParity(byte: number): number {
  let ones = 0;
  for (let bit = 0; bit < 7; bit++) ones += (byte >> bit) & 1;
  return (byte & 0x7f) | ((ones & 1) << 7);
}

function pick(random: Random, count: number): number {
  return Math.floor(random.between(0, count));
}
