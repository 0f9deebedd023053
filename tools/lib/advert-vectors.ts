import assert from 'node:assert/strict';
import { createDecipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenSealed } from '../../packages/core/src/advert/index.ts';
import { parseHex } from '../../packages/core/src/bytes/index.ts';

/** The lines of a file of vectors/advert, by its path in the repository. */
export function readAdvertVectors<T>(file: string): T[] {
  const text = readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line): T => JSON.parse(line));
}

/** Bytes of a vector. */
export function vectorBytes(hex: string): Uint8Array {
  return parseHex(hex) ?? assert.fail('the vector is hexadecimal');
}

/** Opens what was sealed with a bind key. */
export function openWith(key: Uint8Array): OpenSealed {
  return ({ nonce, ciphertext, tag }) => {
    const decipher = createDecipheriv('aes-128-ccm', key, nonce, { authTagLength: 4 });
    decipher.setAuthTag(tag);
    try {
      return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
    } catch {
      return null;
    }
  };
}
