export { areEqualBytes, hmacSha256 } from './hmac.ts';
export { DIGEST_BYTES, sha256 } from './sha256.ts';
