import { sha256 } from './sha256.ts';

const BLOCK_BYTES = 64;

/** HMAC-SHA-256 of `message` under `key` (RFC 2104), 32 bytes. Any key length is legal. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  const fitted = key.length > BLOCK_BYTES ? sha256(key) : key;
  const inner = new Uint8Array(BLOCK_BYTES + message.length).fill(0x36, 0, BLOCK_BYTES);
  const outer = new Uint8Array(BLOCK_BYTES + 32).fill(0x5c, 0, BLOCK_BYTES);
  for (const [i, byte] of fitted.entries()) {
    inner[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5c;
  }
  inner.set(message, BLOCK_BYTES);
  outer.set(sha256(inner), BLOCK_BYTES);
  return sha256(outer);
}

/** Whether two byte strings are the same, in a time that depends on nothing but their lengths. */
export function areEqualBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let i = 0; i < left.length; i += 1) difference |= (left[i] as number) ^ (right[i] as number);
  return difference === 0;
}
