import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readVectors } from '../../../../vectors/read-vectors.ts';
import { parseHex, toHex } from '../bytes/index.ts';
import { decodeReportV1, encodeReportV1, type ReportV1 } from './report-v1.ts';

interface Vector {
  name: string;
  hex: string;
  value?: ReportV1;
  error?: string;
}

const vectors = readVectors<Vector>('vectors/report/v1.jsonl');

for (const vector of vectors) {
  test(`report version 1 vector: ${vector.name}`, () => {
    const bytes = parseHex(vector.hex);
    assert.ok(bytes !== null, 'the vector is hexadecimal');
    const decoded = decodeReportV1(bytes);
    if (vector.value === undefined) {
      assert.equal(decoded.ok ? 'decoded' : decoded.fault.code, vector.error);
      return;
    }
    assert.deepEqual(decoded, { ok: true, value: vector.value });
    assert.equal(toHex(encodeReportV1(vector.value)), toHex(bytes));
  });
}

test('any report decodes to itself', () => {
  const count = fc.option(fc.integer({ min: 0, max: 254 }));
  const report = fc.record(
    {
      sensorType: fc.integer({ min: 0, max: 255 }),
      uptimeS: fc.integer({ min: 0, max: 0xffffffff }),
      counts: fc.array(count, { minLength: 1, maxLength: 300 }),
    },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(report, (value) => {
      assert.deepEqual(decodeReportV1(encodeReportV1(value)), { ok: true, value });
    }),
  );
});

test('any bytes are a report or a fault that says what was expected', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const decoded = decodeReportV1(bytes);
      if (decoded.ok) assert.equal(toHex(encodeReportV1(decoded.value)), toHex(bytes));
      else assert.match(decoded.fault.message, /expected/);
    }),
  );
});
