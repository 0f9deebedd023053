import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHex } from '../packages/core/src/bytes/index.ts';

/** The lines of a file of golden vectors, by its path in the repository, for example `vectors/report/v1.jsonl`. */
export function readVectors<T>(path: string): T[] {
  const lines = readFileSync(join(import.meta.dirname, '..', path), 'utf8').trim().split('\n');
  return lines.map((line): T => JSON.parse(line));
}

/** The bytes that a vector writes in hex. */
export function bytesOf(hex: string): Uint8Array {
  return parseHex(hex) ?? assert.fail(`the vector is hexadecimal: ${hex}`);
}
