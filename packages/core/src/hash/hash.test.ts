import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseHex, toHex } from '../bytes/index.ts';
import { areEqualBytes, hmacSha256, sha256 } from './index.ts';

function read<T>(file: string): T[] {
  const text = readFileSync(join(import.meta.dirname, '../../../..', file), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function bytesOf(hex: string): Uint8Array {
  return parseHex(hex) ?? assert.fail('the vector is hexadecimal');
}

for (const vector of read<{ name: string; hex: string; digest: string }>('vectors/hash/sha256.jsonl')) {
  test(`SHA-256 vector: ${vector.name}`, () => {
    assert.equal(toHex(sha256(bytesOf(vector.hex))), vector.digest);
  });
}

for (const vector of read<{ name: string; key: string; hex: string; mac: string }>(
  'vectors/hash/hmac-sha256.jsonl',
)) {
  test(`HMAC-SHA-256 vector: ${vector.name}`, () => {
    const mac = toHex(hmacSha256(bytesOf(vector.key), bytesOf(vector.hex)));
    assert.equal(mac.slice(0, vector.mac.length), vector.mac);
  });
}

test('any message and key give what another implementation gives', () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(bytes, bytes, (key, message) => {
      assert.equal(toHex(sha256(message)), createHash('sha256').update(message).digest('hex'));
      assert.equal(toHex(hmacSha256(key, message)), createHmac('sha256', key).update(message).digest('hex'));
    }),
  );
});

test('bytes are equal only to themselves', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (left, right) => {
      assert.equal(areEqualBytes(left, right), toHex(left) === toHex(right));
      assert.ok(areEqualBytes(left, left.slice()));
    }),
  );
});
