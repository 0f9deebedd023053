import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytesOf, readVectors } from '../../../../vectors/read-vectors.ts';
import { toHex } from '../bytes/index.ts';
import { decodeCbor, decodeCborItem } from './decode.ts';
import { encodeCbor } from './encode.ts';
import { formatCbor } from './format.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';
import type { CborInput, CborValue } from './value.ts';

interface Vector {
  name: string;
  hex: string;
  /** The value in the notation of RFC 8949, section 8. */
  diagnostic?: string;
  /** How the value is encoded here, where that is not `hex`. */
  encoded?: string;
  error?: string;
}

const vectors = readVectors<Vector>('vectors/cbor/items.jsonl');

for (const vector of vectors) {
  test(`CBOR vector: ${vector.name}`, () => {
    const decoded = decodeCbor(bytesOf(vector.hex));
    if (vector.error !== undefined) {
      assert.equal(decoded.ok ? formatCbor(decoded.value) : decoded.fault.code, vector.error);
      assert.match(decoded.ok ? '' : decoded.fault.message, /^CBOR at byte \d+: expected/);
      return;
    }
    assert.ok(decoded.ok, decoded.ok ? '' : decoded.fault.message);
    assert.equal(formatCbor(decoded.value), vector.diagnostic);
    assert.equal(toHex(encodeCbor(decoded.value)), vector.encoded ?? vector.hex);
  });
}

test('every prefix of a good item is too short', () => {
  for (const { hex, error } of vectors) {
    if (error !== undefined) continue;
    const bytes = bytesOf(hex);
    for (let size = 0; size < bytes.length; size += 1) {
      const decoded = decodeCbor(bytes.subarray(0, size));
      assert.equal(decoded.ok ? 'decoded' : decoded.fault.code, 'cbor/size', `${hex} cut at ${size}`);
    }
  }
});

const key = fc.oneof(fc.string(), fc.maxSafeInteger());
const { value: anyValue } = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.maxSafeInteger(),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
    fc.bigInt({ min: -(2n ** 64n), max: -(2n ** 53n) }),
    fc.double({ noInteger: true }),
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.uint8Array(),
    fc.array(tie('value'), { maxLength: 6 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 6 }).map((entries) => new Map(entries)),
  ),
}));

test('any value decodes to itself', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const decoded = decodeCbor(encodeCbor(value), { depthMax: 100 });
      assert.deepEqual(decoded, { ok: true, value });
    }),
    { numRuns: 2_000 },
  );
});

test('any bytes are an item or a fault, and what decodes encodes to the same', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const decoded = decodeCbor(bytes);
      if (!decoded.ok) {
        assert.ok(decoded.fault.offset <= bytes.length);
        return;
      }
      const encoded = encodeCbor(decoded.value);
      assert.deepEqual(decodeCbor(encoded), decoded);
    }),
    { numRuns: 10_000 },
  );
});

test('a good item with a byte changed is an item or a fault', () => {
  fc.assert(
    fc.property(anyValue, fc.nat(), fc.integer({ min: 1, max: 255 }), (value, place, change) => {
      const bytes = encodeCbor(value);
      const at = place % bytes.length;
      bytes[at] = (bytes[at] ?? 0) ^ change;
      const decoded = decodeCborItem(bytes, { wrongText: 'replace' });
      assert.ok(decoded.ok || decoded.fault.code.startsWith('cbor/'));
    }),
    { numRuns: 2_000 },
  );
});

test('an item of another', () => {
  const decoded = decodeCborItem(bytesOf('0102'));
  assert.deepEqual(decoded, { ok: true, value: { value: 1, sizeBytes: 1 } });
});

test('input longer than allowed is not looked at', () => {
  const decoded = decodeCbor(new Uint8Array(9), { sizeBytesMax: 8 });
  assert.equal(decoded.ok ? 'decoded' : decoded.fault.code, 'cbor/long');
});

test('wrong text can be let through', () => {
  assert.deepEqual(decodeCbor(bytesOf('6361ff62'), { wrongText: 'replace' }), {
    ok: true,
    value: 'a\ufffdb',
  });
});

test('properties without a value are left out', () => {
  const input: CborInput = { off: 0, sha: undefined, deep: { none: undefined } };
  assert.equal(toHex(encodeCbor(input)), 'a2636f666600646465 6570a0'.replace(' ', ''));
});

test('keys in the order of their bytes', () => {
  const map = new Map<string | number, number>([
    ['aa', 1],
    ['b', 2],
    [100, 3],
    [-1, 4],
    [10, 5],
  ]);
  assert.equal(
    toHex(encodeCbor(map, { sortKeys: true })),
    'a50a0518640320046162026261 6101'.replace(' ', ''),
  );
});

test('a value that holds itself is a defect of ours', () => {
  const loop: CborInput[] = [];
  loop.push(loop);
  assert.throws(() => encodeCbor(loop), { name: 'AssertionError' });
});

test('a number too large for 64 bits: a float, or a defect of ours', () => {
  assert.equal(toHex(encodeCbor(2 ** 64)), 'fa5f800000');
  assert.throws(() => encodeCbor(2n ** 64n), { name: 'AssertionError' });
});

test('UTF-8 as the platform has it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.deepEqual(encodeUtf8(text), new TextEncoder().encode(text));
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      const isWhole = !new TextDecoder().decode(bytes).includes('\ufffd');
      if (isWhole)
        assert.equal(decodeUtf8(bytes), new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
      else assert.match(decodeUtf8(bytes), /\ufffd/);
    }),
  );
});

test('open ends, as Zephyr writes', () => {
  const bytes = encodeCbor({ r: 'hello', l: [1] }, { openEnds: true });
  assert.equal(toHex(bytes), 'bf61726568656c6c6f616c9f01ffff');
  assert.deepEqual(decodeCbor(bytes), decodeCbor(encodeCbor({ r: 'hello', l: [1] })));
});

test('repeated names can be numbered', () => {
  const bytes = bytesOf('bf600160026161036004ff');
  const decoded = decodeCbor(bytes, { repeatedKeys: 'number' });
  assert.equal(decoded.ok && formatCbor(decoded.value), '{"": 1, "#2": 2, "a": 3, "#3": 4}');
  const clash = decodeCbor(bytesOf('bf61610163612332026161 03ff'), { repeatedKeys: 'number' });
  assert.equal(clash.ok ? 'decoded' : clash.fault.code, 'cbor/duplicate');
});
