const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PAD = '='.charCodeAt(0);
const CODES = Uint8Array.from(ALPHABET, (letter) => letter.charCodeAt(0));
const VALUES = new Uint8Array(256).fill(0xff);
for (const [value, code] of CODES.entries()) VALUES[code] = value;

/** Base64 with padding (RFC 4648, 4), as ASCII bytes. */
export function encodeBase64(bytes: Uint8Array): Uint8Array {
  const encoded = new Uint8Array(4 * Math.ceil(bytes.length / 3)).fill(PAD);
  for (let at = 0, to = 0; at < bytes.length; at += 3, to += 4) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
    const sextets = [
      first >> 2,
      ((first & 3) << 4) | (second >> 4),
      ((second & 15) << 2) | (third >> 6),
      third & 63,
    ];
    const count = Math.min(bytes.length - at, 3) + 1;
    for (const [index, sextet] of sextets.slice(0, count).entries()) encoded[to + index] = CODES[sextet] ?? 0;
  }
  return encoded;
}

/** The bytes of Base64 with padding; null where it is none. */
export function decodeBase64(encoded: Uint8Array): Uint8Array | null {
  if (encoded.length % 4 !== 0) return null;
  const padding = encoded.at(-1) !== PAD ? 0 : encoded.at(-2) === PAD ? 2 : 1;
  const bytes = new Uint8Array((encoded.length / 4) * 3 - padding);
  let bits = 0;
  let to = 0;
  for (const [at, code] of encoded.subarray(0, encoded.length - padding).entries()) {
    const sextet = VALUES[code] ?? 0xff;
    if (sextet === 0xff) return null;
    bits = ((bits << 6) | sextet) & 0xffffff;
    // Each sextet but the first of four completes a byte.
    if (at % 4 !== 0) bytes[to++] = (bits >> (6 - 2 * (at % 4))) & 0xff;
  }
  return bytes;
}
