import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openWith } from '../../../../tools/lib/advert-opener.ts';
import { bytesOf, readVectors } from '../../../../vectors/read-vectors.ts';
import { type Bthome, decodeBthome, isEncryptedBthome } from './bthome.ts';

interface Vector {
  name: string;
  hex: string;
  address?: string;
  key?: string;
  value?: Bthome;
  error?: string;
}

const ADDRESS = '54:48:e6:8f:80:a5';

for (const vector of readVectors<Vector>('vectors/advert/bthome.jsonl')) {
  test(`BTHome vector: ${vector.name}`, () => {
    const open = vector.key === undefined ? undefined : openWith(bytesOf(vector.key));
    const decoded = decodeBthome(bytesOf(vector.hex), { address: vector.address ?? ADDRESS, open });
    if (vector.value === undefined) assert.equal(decoded.ok ? 'decoded' : decoded.fault.code, vector.error);
    else assert.deepEqual(decoded.ok ? decoded.value : decoded.fault, vector.value);
  });
}

test('BTHome of any bytes is read without failing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const decoded = decodeBthome(Uint8Array.of(0x40, ...bytes), { address: ADDRESS });
      if (decoded.ok) for (const { value, max } of decoded.value.values) assert.ok(value <= max);
      else assert.equal(decoded.fault.code, 'advert/bthome-size');
    }),
    { numRuns: 2_000 },
  );
});

test('every bit of an encrypted message is looked at', () => {
  const open = openWith(bytesOf('231d39c1d7cc1ab1aee224cd096db932'));
  const sealed = bytesOf('41a47266c95f730011223378237214');
  assert.ok(isEncryptedBthome(sealed) && decodeBthome(sealed, { address: ADDRESS, open }).ok);
  for (let bit = 0; bit < 8 * sealed.length; bit += 1) {
    const damaged = sealed.slice();
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.equal(decodeBthome(damaged, { address: ADDRESS, open }).ok, false, `bit ${bit}`);
  }
});
