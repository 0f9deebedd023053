const REPLACEMENT = 0xfffd;

/** The bytes of a text in UTF-8. A lone surrogate, which has no bytes, becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? REPLACEMENT;
    pushUtf8(bytes, code >= 0xd800 && code <= 0xdfff ? REPLACEMENT : code);
  }
  return Uint8Array.from(bytes);
}

function pushUtf8(bytes: number[], code: number): void {
  if (code < 0x80) bytes.push(code);
  else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
  else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
  else {
    bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f));
    bytes.push(0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
  }
}

/** The text of bytes in UTF-8, each byte that belongs to no character as U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  return isAscii(bytes) ? asciiText(bytes) : decode(bytes).text;
}

/** Where the first byte stands that belongs to no character; -1 when all is UTF-8. */
export function invalidUtf8At(bytes: Uint8Array): number {
  return decode(bytes).invalidAt;
}

function isAscii(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += 1) if ((bytes[at] as number) >= 0x80) return false;
  return true;
}

/** Arguments of one call, which engines bound. */
const PIECE_BYTES = 4_096;

/** Most texts are ASCII: made of many bytes at once they are far quicker to make, and to read. */
function asciiText(bytes: Uint8Array): string {
  let text = '';
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    const piece = bytes.subarray(from, from + PIECE_BYTES);
    // Spread, the bytes would be gone through one by one first: four times as long.
    text += Reflect.apply(String.fromCharCode, null, piece) as string;
  }
  return text;
}

function decode(bytes: Uint8Array): { text: string; invalidAt: number } {
  let text = '';
  let invalidAt = -1;
  for (let at = 0; at < bytes.length; ) {
    const { code, sizeBytes } = characterAt(bytes, at);
    if (sizeBytes === 0) {
      if (invalidAt < 0) invalidAt = at;
      text += String.fromCodePoint(REPLACEMENT);
      at += 1;
    } else {
      text += String.fromCodePoint(code);
      at += sizeBytes;
    }
  }
  return { text, invalidAt };
}

/** Bytes, least first byte and least code of each length: a code written longer than needed is invalid (RFC 3629). */
const FORMS = [
  { sizeBytes: 2, mask: 0xe0, mark: 0xc0, least: 0x80 },
  { sizeBytes: 3, mask: 0xf0, mark: 0xe0, least: 0x800 },
  { sizeBytes: 4, mask: 0xf8, mark: 0xf0, least: 0x10000 },
] as const;

/** The character that starts at `at`; of size 0 when none does. */
function characterAt(bytes: Uint8Array, at: number): { code: number; sizeBytes: number } {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return { code: first, sizeBytes: 1 };
  const form = FORMS.find(({ mask, mark }) => (first & mask) === mark);
  if (form === undefined || at + form.sizeBytes > bytes.length) return { code: 0, sizeBytes: 0 };
  let code = first & ~form.mask & 0xff;
  for (let offset = 1; offset < form.sizeBytes; offset += 1) {
    const next = bytes[at + offset] ?? 0;
    if ((next & 0xc0) !== 0x80) return { code: 0, sizeBytes: 0 };
    code = (code << 6) | (next & 0x3f);
  }
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  const isValid = code >= form.least && code <= 0x10ffff && !isSurrogate;
  return isValid ? { code, sizeBytes: form.sizeBytes } : { code: 0, sizeBytes: 0 };
}
