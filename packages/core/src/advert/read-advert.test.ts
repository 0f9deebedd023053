import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytesOf, readVectors } from '../../../../vectors/read-vectors.ts';
import { toHex } from '../bytes/index.ts';
import { hmacSha256 } from '../hash/index.ts';
import { checkTagV2, isShortReportOf } from '../report/index.ts';
import { encodeAdStructures, parseAdStructures } from './ad-structures.ts';
import { parseAddress } from './advertisement.ts';
import { type AdvertContent, encodeReportAdvert, readAdvert } from './read-advert.ts';

interface Vector {
  name: string;
  kind: AdvertContent['kind'];
  hex: string;
  key?: string;
  sensorId?: string;
  deviceName?: string;
  value?: unknown;
  error?: string;
}

/** What a receiver that knows the vector's key finds wrong with the content; null when nothing. */
function faultOf(content: AdvertContent, vector: Vector): string | null {
  if (content.kind === 'faulty') return content.fault.code;
  if (vector.key === undefined) return null;
  const key = bytesOf(vector.key);
  const sign = (message: Uint8Array) => hmacSha256(key, message);
  if (content.kind === 'report2') {
    const checked = checkTagV2(content.bytes, content.decoded, sign);
    return checked.ok ? null : checked.fault.code;
  }
  if (content.kind !== 'report2Short') return null;
  return isShortReportOf(content.bytes, vector.sensorId ?? '', sign) ? null : 'report/tag';
}

function reportOf(content: AdvertContent): unknown {
  if (content.kind === 'report1') return content.report;
  return content.kind === 'report2' || content.kind === 'report2Short' ? content.decoded.report : undefined;
}

for (const vector of readVectors<Vector>('vectors/advert/report.jsonl')) {
  test(`advertisement vector: ${vector.name}`, () => {
    const data = bytesOf(vector.hex);
    const { content, name } = readAdvert(data);
    assert.equal(content.kind, vector.kind);
    assert.equal(name, vector.deviceName ?? null);
    const fault = faultOf(content, vector) ?? parseAdStructures(data).fault?.code ?? null;
    assert.equal(fault, vector.error ?? null);
    if (vector.value === undefined) return;
    assert.deepEqual(reportOf(content), vector.value);
    if (!('bytes' in content)) return;
    assert.equal(toHex(encodeReportAdvert(content.bytes)), vector.hex.replace(/(00){18}$/, ''));
  });
}

test('an advertisement of AD structures is taken apart and put together', () => {
  const structure = fc.record({
    type: fc.integer({ min: 0, max: 255 }),
    data: fc.uint8Array({ maxLength: 254 }),
  });
  fc.assert(
    fc.property(fc.array(structure, { maxLength: 5 }), fc.nat(20), (structures, padding) => {
      const bytes = encodeAdStructures(structures);
      const padded = new Uint8Array(bytes.length + padding);
      padded.set(bytes);
      const parsed = parseAdStructures(padded);
      assert.equal(parsed.fault, null);
      assert.deepEqual(
        parsed.structures.map(({ type, data }) => ({ type, hex: toHex(data) })),
        structures.map(({ type, data }) => ({ type, hex: toHex(data) })),
      );
    }),
    { numRuns: 500 },
  );
});

test('any bytes are read without failing, cut or whole', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const { structures, fault } = parseAdStructures(bytes);
      const read = structures.reduce((sum, { data }) => sum + 2 + data.length, 0);
      assert.ok(read <= bytes.length || structures.length === 0);
      assert.ok(fault === null || fault.code === 'advert/structure');
      assert.ok(readAdvert(bytes).content.kind.length > 0);
    }),
    { numRuns: 2_000 },
  );
});

test('a name that is shown has nothing but printable characters', () => {
  const name = Uint8Array.of(0x1b, 0x5b, 0x32, 0x4a, 0x41);
  assert.equal(readAdvert(encodeAdStructures([{ type: 0x09, data: name }])).name, '?[2JA');
});

test('addresses are known however they are written', () => {
  for (const text of ['C0:DE:00:00:00:01', 'c0-de-00-00-00-01', 'C0DE00000001']) {
    assert.equal(parseAddress(text), 'c0:de:00:00:00:01');
  }
  for (const text of ['', 'c0:de', 'c0:de:00:00:00:0g', '192.168.1.2'])
    assert.equal(parseAddress(text), null);
});
