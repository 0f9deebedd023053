import { BLOCK_BYTES, DIGEST_BYTES, finish, putBytes, sha256, stateAfter, toBytes } from './sha256.ts';

/** HMAC-SHA-256 of `message` under `key` (RFC 2104), 32 bytes. Any key length is legal. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  return hmacSha256With(key)(message);
}

/**
 * Makes what makes the HMAC-SHA-256 of messages under one key: what the key does to it is worked out once. Of a message of
 * a few blocks that is half of the work.
 */
export function hmacSha256With(key: Uint8Array): (message: Uint8Array) => Uint8Array {
  const inner = stateAfter(padded(key, 0x36));
  const outer = stateAfter(padded(key, 0x5c));
  const state = inner.slice();
  const digest = new Uint8Array(DIGEST_BYTES);
  return (message) => {
    state.set(inner);
    finish(state, message, BLOCK_BYTES);
    putBytes(state, digest);
    state.set(outer);
    finish(state, digest, BLOCK_BYTES);
    return toBytes(state);
  };
}

/** A block of the key and zeros, each byte changed by `mask`. */
function padded(key: Uint8Array, mask: number): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? sha256(key) : key);
  return block.map((byte) => byte ^ mask);
}

/** Whether two byte strings are the same, in a time that depends on nothing but their lengths. */
export function areEqualBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let i = 0; i < left.length; i += 1) difference |= (left[i] as number) ^ (right[i] as number);
  return difference === 0;
}
