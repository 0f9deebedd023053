/** Bytes of a SHA-256 digest. */
export const DIGEST_BYTES = 32;

/** Bytes that are taken in at a time. */
export const BLOCK_BYTES = 64;

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, 4.2.2). */
const ROUND_CONSTANTS = Int32Array.of(
  ...[0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5],
  ...[0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174],
  ...[0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da],
  ...[0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967],
  ...[0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85],
  ...[0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070],
  ...[0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3],
  ...[0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2],
);

/** The first 32 bits of the fractional parts of the square roots of the first 8 primes (FIPS 180-4, 5.3.3). */
const FIRST_STATE = Int32Array.of(
  ...[0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19],
);

/** What stands of a digest after some whole blocks: eight words. */
export type HashState = Int32Array;

// Whoever calls is done with these before anybody else is called: each report of a sensor is looked at with them.
const schedule = new Int32Array(64);
const tail = new Uint8Array(2 * BLOCK_BYTES);

/** The SHA-256 digest of `message` (FIPS 180-4), 32 bytes. */
export function sha256(message: Uint8Array): Uint8Array {
  const state = FIRST_STATE.slice();
  finish(state, message, 0);
  return toBytes(state);
}

/** The state after one whole block of bytes. */
export function stateAfter(block: Uint8Array): HashState {
  const state = FIRST_STATE.slice();
  takeBlock(state, block, 0);
  return state;
}

/** Takes the rest of a message in, of which `takenBytes` came before: whole blocks. The state then is the digest. */
export function finish(state: HashState, rest: Uint8Array, takenBytes: number): void {
  const { length } = rest;
  const whole = length - (length % BLOCK_BYTES);
  for (let at = 0; at < whole; at += BLOCK_BYTES) takeBlock(state, rest, at);
  // What is left, a one bit, zeros, and the length in bits as the last 64 bits of a block.
  const left = length - whole;
  const end = left + 9 <= BLOCK_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES;
  for (let i = 0; i < left; i += 1) tail[i] = rest[whole + i] as number;
  tail[left] = 0x80;
  tail.fill(0, left + 1, end);
  let bits = (takenBytes + length) * 8;
  for (let at = end - 1; bits > 0; at -= 1) {
    tail[at] = bits % 256;
    bits = Math.floor(bits / 256);
  }
  for (let at = 0; at < end; at += BLOCK_BYTES) takeBlock(state, tail, at);
}

/** A state as bytes. */
export function toBytes(state: HashState): Uint8Array {
  const bytes = new Uint8Array(DIGEST_BYTES);
  putBytes(state, bytes);
  return bytes;
}

/** Writes a state to the start of `bytes`. */
export function putBytes(state: HashState, bytes: Uint8Array): void {
  for (let i = 0; i < state.length; i += 1) {
    const word = wordAt(state, i);
    bytes[4 * i] = word >>> 24;
    bytes[4 * i + 1] = word >>> 16;
    bytes[4 * i + 2] = word >>> 8;
    bytes[4 * i + 3] = word;
  }
}

function takeBlock(state: HashState, bytes: Uint8Array, from: number): void {
  for (let i = 0; i < 16; i += 1) {
    const at = from + 4 * i;
    schedule[i] =
      (byteAt(bytes, at) << 24) |
      (byteAt(bytes, at + 1) << 16) |
      (byteAt(bytes, at + 2) << 8) |
      byteAt(bytes, at + 3);
  }
  for (let i = 16; i < 64; i += 1) {
    const near = wordAt(schedule, i - 2);
    const far = wordAt(schedule, i - 15);
    const small1 = rotate(near, 17) ^ rotate(near, 19) ^ (near >>> 10);
    const small0 = rotate(far, 7) ^ rotate(far, 18) ^ (far >>> 3);
    schedule[i] = (small1 + wordAt(schedule, i - 7) + small0 + wordAt(schedule, i - 16)) | 0;
  }
  compress(state);
}

function compress(state: HashState): void {
  let a = wordAt(state, 0);
  let b = wordAt(state, 1);
  let c = wordAt(state, 2);
  let d = wordAt(state, 3);
  let e = wordAt(state, 4);
  let f = wordAt(state, 5);
  let g = wordAt(state, 6);
  let h = wordAt(state, 7);
  for (let i = 0; i < 64; i += 1) {
    const big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const choice = (e & f) ^ (~e & g);
    const first = (h + big1 + choice + wordAt(ROUND_CONSTANTS, i) + wordAt(schedule, i)) | 0;
    const big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + big0 + majority) | 0;
  }
  state[0] = wordAt(state, 0) + a;
  state[1] = wordAt(state, 1) + b;
  state[2] = wordAt(state, 2) + c;
  state[3] = wordAt(state, 3) + d;
  state[4] = wordAt(state, 4) + e;
  state[5] = wordAt(state, 5) + f;
  state[6] = wordAt(state, 6) + g;
  state[7] = wordAt(state, 7) + h;
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function wordAt(words: Int32Array, index: number): number {
  return words[index] as number;
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] as number;
}
