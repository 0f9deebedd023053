import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readVectors } from '../../../../vectors/read-vectors.ts';
import { parseHex, toHex } from '../bytes/index.ts';
import { buildImage, type ImageSigner, padImage, trailerBytes } from './build.ts';
import { type McubootImage, parseImage } from './parse.ts';
import { compareVersions, formatVersion, parseVersion } from './version.ts';

interface Vector {
  name: string;
  hex: string;
  value?: object;
  error?: string;
}

const vectors = readVectors<Vector>('vectors/image/images.jsonl');

function toPlain(image: McubootImage) {
  const { version, sizeBytes, headerBytes, bodyBytes, hash, tlvs, trailer } = image;
  const sizes = { sizeBytes, headerBytes, bodyBytes };
  const tlvTypes = tlvs.map(({ type }) => type);
  return { version: formatVersion(version), ...sizes, hash: toHex(hash), tlvTypes, trailer };
}

function vectorBytes(vector: Vector): Uint8Array {
  const bytes = parseHex(vector.hex);
  assert.ok(bytes !== null, 'the vector is hexadecimal');
  return bytes;
}

for (const vector of vectors) {
  test(`image vector: ${vector.name}`, () => {
    const parsed = parseImage(vectorBytes(vector));
    if (vector.value === undefined) {
      assert.equal(parsed.ok ? 'an image' : parsed.fault.code, vector.error);
      return;
    }
    assert.ok(parsed.ok, parsed.ok ? '' : parsed.fault.message);
    assert.deepEqual(toPlain(parsed.value), vector.value);
  });
}

test('every image cut short is a fault', () => {
  const whole = vectors.find(({ name }) => name.startsWith('signed with ed25519'));
  const bytes = vectorBytes(whole ?? { name: '', hex: '' });
  for (let size = 0; size < bytes.length; size += 1) {
    assert.equal(parseImage(bytes.subarray(0, size)).ok, false, `${size} bytes`);
  }
});

test('every changed bit that the hash covers is a fault', () => {
  const whole = vectors.find(({ name }) => name.startsWith('signed with ed25519'));
  const bytes = vectorBytes(whole ?? { name: '', hex: '' });
  for (let bit = 0; bit < 8 * 332; bit += 1) {
    const changed = bytes.slice();
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.equal(parseImage(changed).ok, false, `bit ${bit}`);
  }
});

test('any bytes are an image or a fault', () => {
  const start = [0x3d, 0xb8, 0xf3, 0x96, 0, 0, 0, 0, 32, 0];
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, isLike) => {
      const parsed = parseImage(isLike ? Uint8Array.from([...start, ...bytes]) : bytes);
      assert.ok(!parsed.ok && parsed.fault.message.startsWith('firmware image: expected'));
    }),
    { numRuns: 2_000 },
  );
});

const version = { major: 1, minor: 2, revision: 3, build: 0 };
const signer: ImageSigner = {
  kind: 'ed25519',
  keyHash: new Uint8Array(32).fill(7),
  sign: (part, digest) => Uint8Array.of(part.length & 0xff, ...digest.subarray(0, 4)),
};

test('what is built is parsed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.boolean(), (code, hasHeaderRoom) => {
      const room = hasHeaderRoom ? Uint8Array.from([...new Uint8Array(64), ...code]) : code;
      const image = buildImage(room, { version, headerBytes: 64, hasHeaderRoom }, signer);
      const parsed = parseImage(image);
      assert.ok(parsed.ok);
      assert.deepEqual(toPlain(parsed.value), {
        ...{ version: '1.2.3', sizeBytes: image.length, headerBytes: 64, bodyBytes: code.length },
        ...{ hash: toHex(parsed.value.hash), tlvTypes: [0x10, 0x01, 0x24], trailer: null },
      });
    }),
    { numRuns: 50 },
  );
});

test('a padded image fills its slot and keeps its hash', () => {
  const image = buildImage(new Uint8Array(100), { version, headerBytes: 32, hasHeaderRoom: false }, null);
  const padded = padImage(image, { slotBytes: 4_096, isConfirmed: true });
  assert.equal(padded?.length, 4_096);
  const parsed = parseImage(padded ?? image);
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.value.trailer, { isConfirmed: true });
  assert.equal(parsed.value.sizeBytes, image.length);
});

test('an image that reaches into the trailer does not fit', () => {
  const image = buildImage(new Uint8Array(100), { version, headerBytes: 32, hasHeaderRoom: false }, null);
  const least = image.length + trailerBytes();
  assert.notEqual(padImage(image, { slotBytes: least, isConfirmed: false }), null);
  assert.equal(padImage(image, { slotBytes: least - 1, isConfirmed: false }), null);
});

test('versions are read, written and compared', () => {
  assert.deepEqual(parseVersion('1.2.3'), version);
  assert.deepEqual(parseVersion('255.255.65535+4294967295'), {
    ...{ major: 255, minor: 255, revision: 65_535, build: 4_294_967_295 },
  });
  assert.equal(formatVersion({ ...version, build: 4 }), '1.2.3+4');
  for (const text of ['', '256', '1.256', '1.2.65536', '1.2.3+4294967296', '1.2.3-rc', 'v1.2.3']) {
    assert.equal(parseVersion(text), null, text);
  }
  const ordered = ['0.9', '1', '1.0.1', '1.0.1+1', '1.0.1.2', '1.2', '2.0.0'].map(parseVersion);
  for (const [index, each] of ordered.entries()) {
    const next = ordered[index + 1];
    if (each !== null && next !== null && next !== undefined) assert.ok(compareVersions(each, next) < 0);
  }
});
