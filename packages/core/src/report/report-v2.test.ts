import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytesOf, readVectors } from '../../../../vectors/read-vectors.ts';
import { decodeLayout, misfit, toHex } from '../bytes/index.ts';
import { type Fault, ok, type Result } from '../error/index.ts';
import { isWithinV2, readFixedV2 } from './fixed-part.ts';
import {
  type AnswerV2,
  checkTagV2,
  decodeAnswerV2,
  decodeReportV2,
  decodeShortReportV2,
  encodeAnswerV2,
  encodeReportV2,
  encodeShortReportV2,
  isShortReportOf,
  type ReportV2,
  reportV2Layout,
  type ShortReportV2,
} from './index.ts';
import { anyReportV2, signWith } from './testing.ts';

interface Vector<V> {
  name: string;
  hex: string;
  key?: string;
  value?: V;
  error?: string;
}

function signOf(vector: { key?: string }) {
  return vector.key === undefined ? undefined : signWith(bytesOf(vector.key));
}

/** The report, or its fault, as a server with the sensor's key sees it. */
function receive(bytes: Uint8Array, sign: ReturnType<typeof signOf>): Result<ReportV2, Fault> {
  const decoded = decodeReportV2(bytes);
  if (!decoded.ok) return decoded;
  const checked = sign === undefined ? ok(null) : checkTagV2(bytes, decoded.value, sign);
  return checked.ok ? ok(decoded.value.report) : checked;
}

for (const vector of readVectors<Vector<ReportV2>>('vectors/report/v2.jsonl')) {
  test(`report version 2 vector: ${vector.name}`, () => {
    const sign = signOf(vector);
    const received = receive(bytesOf(vector.hex), sign);
    if (vector.value === undefined) {
      assert.equal(received.ok ? 'decoded' : received.fault.code, vector.error);
      return;
    }
    assert.deepEqual(received, { ok: true, value: vector.value });
    assert.equal(toHex(encodeReportV2(vector.value, sign)), vector.hex);
  });
}

interface ShortVector extends Vector<ShortReportV2> {
  sensorId: string;
}

for (const vector of readVectors<ShortVector>('vectors/report/v2-short.jsonl')) {
  test(`short report version 2 vector: ${vector.name}`, () => {
    const sign = signOf(vector);
    const bytes = bytesOf(vector.hex);
    const decoded = decodeShortReportV2(bytes);
    if (vector.error !== undefined && vector.error !== 'report/tag') {
      assert.equal(decoded.ok ? 'decoded' : decoded.fault.code, vector.error);
      return;
    }
    assert.ok(decoded.ok);
    if (sign !== undefined) {
      assert.equal(decoded.value.sensorId, null);
      assert.equal(isShortReportOf(bytes, vector.sensorId, sign), vector.error === undefined);
    } else assert.equal(decoded.value.sensorId, vector.sensorId);
    if (vector.value === undefined) return;
    assert.deepEqual(decoded.value.report, vector.value);
    assert.equal(toHex(encodeShortReportV2(vector.value, vector.sensorId, sign)), vector.hex);
  });
}

interface AnswerVector extends Vector<AnswerV2> {
  reportTag?: string;
}

for (const vector of readVectors<AnswerVector>('vectors/report/v2-answer.jsonl')) {
  test(`answer version 2 vector: ${vector.name}`, () => {
    const sign = signOf(vector);
    const proof = sign === undefined ? undefined : { sign, reportTag: bytesOf(vector.reportTag ?? '') };
    const decoded = decodeAnswerV2(bytesOf(vector.hex), proof);
    if (vector.value === undefined) {
      assert.equal(decoded.ok ? 'decoded' : decoded.fault.code, vector.error);
      return;
    }
    assert.deepEqual(decoded, { ok: true, value: vector.value });
    assert.equal(toHex(encodeAnswerV2(vector.value, proof)), vector.hex);
  });
}

const key = fc.uint8Array({ minLength: 16, maxLength: 16 });

test('any version 2 report decodes to itself, with and without a tag', () => {
  fc.assert(
    fc.property(anyReportV2, fc.option(key, { nil: undefined }), (report, withKey) => {
      const sign = withKey === undefined ? undefined : signWith(withKey);
      assert.deepEqual(receive(encodeReportV2(report, sign), sign), { ok: true, value: report });
    }),
    { numRuns: 300 },
  );
});

test('every truncation and every flipped bit of a tagged report is refused', () => {
  fc.assert(
    fc.property(anyReportV2, key, (report, withKey) => {
      const sign = signWith(withKey);
      const bytes = encodeReportV2({ ...report, windows: report.windows.slice(0, 3) }, sign);
      for (let length = 0; length < bytes.length; length += 1) {
        assert.equal(receive(bytes.subarray(0, length), sign).ok, false, `${length} bytes`);
      }
      for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
        const flipped = bytes.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        assert.equal(receive(flipped, sign).ok, false, `bit ${bit & 7} of byte ${bit >> 3}`);
      }
    }),
    { numRuns: 10 },
  );
});

test('the fixed part is read as its table has it, and is within it where its table finds nothing wrong', () => {
  const { sizeBytes } = reportV2Layout;
  const any = fc.uint8Array({ minLength: sizeBytes, maxLength: sizeBytes });
  const changed = fc
    .tuple(anyReportV2, fc.nat(sizeBytes - 1), fc.integer({ min: 0, max: 255 }))
    .map(([report, at, byte]) => encodeReportV2(report).fill(byte, at, at + 1));
  fc.assert(
    fc.property(fc.oneof(any, changed), (bytes) => {
      // Its head is looked at before.
      bytes.set([0x19, 0x02, 0x00]);
      const fixed = readFixedV2(bytes);
      assert.deepEqual(fixed, decodeLayout(reportV2Layout, bytes));
      assert.equal(isWithinV2(fixed), misfit(reportV2Layout, fixed) === null);
    }),
    { numRuns: 1_000 },
  );
});

test('any bytes are a version 2 report that encodes back, or a fault that says what was expected', () => {
  const any = fc.uint8Array({ maxLength: 80 });
  const damaged = fc
    .tuple(anyReportV2, fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }))
    .map(([report, damages]) => {
      const bytes = encodeReportV2(report);
      for (const [at, byte] of damages) if (at < bytes.length) bytes[at] = byte;
      return bytes;
    });
  fc.assert(
    fc.property(fc.oneof(any, damaged), (bytes) => {
      const decoded = decodeReportV2(bytes);
      if (!decoded.ok) {
        assert.match(decoded.fault.message, /expected/);
        return;
      }
      const again = encodeReportV2(decoded.value.report);
      if ((bytes[46] ?? 0) > 5) again[46] = bytes[46] ?? 0;
      if (!decoded.value.tagged) assert.equal(toHex(again), toHex(bytes));
    }),
    { numRuns: 1_000 },
  );
});
