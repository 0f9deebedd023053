export { areEqualBytes, hmacSha256, hmacSha256With } from './hmac.ts';
export { DIGEST_BYTES, sha256 } from './sha256.ts';
