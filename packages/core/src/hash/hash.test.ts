import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytesOf, readVectors } from '../../../../vectors/read-vectors.ts';
import { toHex } from '../bytes/index.ts';
import { areEqualBytes, hmacSha256, hmacSha256With, sha256 } from './index.ts';

for (const vector of readVectors<{ name: string; hex: string; digest: string }>(
  'vectors/hash/sha256.jsonl',
)) {
  test(`SHA-256 vector: ${vector.name}`, () => {
    assert.equal(toHex(sha256(bytesOf(vector.hex))), vector.digest);
  });
}

for (const vector of readVectors<{ name: string; key: string; hex: string; mac: string }>(
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

test('one key makes the right tags of one message after the other, of any length', () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(bytes, fc.array(bytes, { maxLength: 5 }), (key, messages) => {
      const sign = hmacSha256With(key);
      const made = messages.map((message) => sign(message));
      for (const [at, message] of messages.entries())
        assert.equal(
          toHex(made[at] ?? new Uint8Array()),
          createHmac('sha256', key).update(message).digest('hex'),
        );
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
