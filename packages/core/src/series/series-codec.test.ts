import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  BucketFold,
  decodePoints,
  decodeRollup,
  encodePoints,
  encodeRollup,
  type Points,
  rollUp,
  sortPoints,
} from './index.ts';
import { type ColumnOrder, VarintReader, VarintWriter } from './varints.ts';

const DAY = Date.UTC(2026, 2, 1);

const whole = fc.oneof(fc.nat(200), fc.nat(2 ** 31 - 1), fc.integer({ min: 0, max: 1e12 }));

interface RawPoint {
  readonly startMs: number;
  readonly durationMs: number;
  readonly value: number;
  readonly reports: number;
}

const rawPoint: fc.Arbitrary<RawPoint> = fc.record({
  startMs: fc.integer({ min: DAY - 3_600_000, max: DAY + 86_400_000 }),
  durationMs: fc.oneof(fc.constant(5_000), fc.integer({ min: 1, max: 7_200_000 })),
  value: whole,
  reports: fc.oneof(fc.constant(0), fc.nat(65_535)),
});

function toPoints(list: readonly RawPoint[]): Points {
  return sortPoints({
    starts: Float64Array.from(list, (point) => point.startMs),
    durationsMs: Float64Array.from(list, (point) => point.durationMs),
    values: Float64Array.from(list, (point) => point.value),
    reports: Uint16Array.from(list, (point) => point.reports),
    disagreements: Uint16Array.from(list, (point) => point.reports % 2),
  });
}

const points = fc.array(rawPoint, { maxLength: 300 }).map(toPoints);

test('varints: any column of any order comes back', () => {
  const column = fc.array(fc.oneof(fc.constant(0), whole), { maxLength: 200 });
  fc.assert(
    fc.property(column, fc.constantFrom<ColumnOrder>(0, 1, 2), (values, order) => {
      const writer = new VarintWriter(1);
      writer.column(values, values.length, order);
      writer.signed(-7);
      const reader = new VarintReader(writer.finish());
      assert.deepEqual([...reader.column(values.length)], values);
      assert.equal(reader.signed(), -7);
      assert.equal(reader.end().ok, true);
    }),
  );
});

test('varints: the numbers at the ends of each size', () => {
  const numbers = [0, 127, 128, 16_383, 16_384, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 52];
  const writer = new VarintWriter();
  for (const number of numbers) writer.unsigned(number);
  for (const number of numbers) if (number < 2 ** 52) writer.signed(-number);
  const reader = new VarintReader(writer.finish());
  for (const number of numbers) assert.equal(reader.unsigned(), number);
  for (const number of numbers)
    if (number < 2 ** 52) assert.equal(reader.signed(), number === 0 ? 0 : -number);
  assert.deepEqual(reader.end(), { ok: true, value: null });
});

test('points codec: what is encoded comes back', () => {
  fc.assert(
    fc.property(points, (all) => {
      const decoded = decodePoints(encodePoints(all, DAY), DAY);
      assert.ok(decoded.ok);
      assert.deepEqual(decoded.value.starts, all.starts);
      assert.deepEqual(decoded.value.durationsMs, all.durationsMs);
      assert.deepEqual(decoded.value.values, all.values);
      assert.deepEqual(decoded.value.reports ?? new Uint16Array(all.starts.length), all.reports);
      assert.deepEqual(decoded.value.disagreements ?? new Uint16Array(all.starts.length), all.disagreements);
    }),
  );
});

test('points codec: a uniform grid costs a dozen bytes beside its values', () => {
  const count = 17_280;
  const uniform = {
    starts: Float64Array.from({ length: count }, (_, index) => DAY + 1_234 + index * 5_000),
    durationsMs: new Float64Array(count).fill(5_000),
    values: new Float64Array(count).map((_, index) => 64 + (index % 60)),
    reports: null,
    disagreements: null,
  };
  assert.ok(encodePoints(uniform, DAY).length - count <= 32);
});

test('points codec: any bytes are points or a fault', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const decoded = decodePoints(bytes, DAY);
      if (!decoded.ok) assert.match(decoded.fault.code, /^series\//);
    }),
  );
  const sound = encodePoints(toPoints([{ startMs: DAY, durationMs: 5_000, value: 3, reports: 1 }]), DAY);
  for (let length = 0; length < sound.length; length += 1) {
    assert.equal(
      decodePoints(sound.subarray(0, length), DAY).ok,
      false,
      `${length} of ${sound.length} bytes`,
    );
  }
  assert.equal(decodePoints(Uint8Array.of(...sound, 0), DAY).ok, false);
});

test('rollup: its codec changes nothing, and folding it equals folding the points', () => {
  const minutePoints = fc
    .array(
      rawPoint.map((point) => ({ ...point, durationMs: 1 + (point.durationMs % 60_000) })),
      { maxLength: 300 },
    )
    .map(toPoints);
  const frame = { startMs: DAY, stepMs: 60_000, count: 1_440 };
  const edges = Float64Array.from({ length: 25 }, (_, hour) => DAY + hour * 3_600_000);
  fc.assert(
    fc.property(minutePoints, (all) => {
      const rollup = rollUp(all, frame);
      const decoded = decodeRollup(encodeRollup(rollup), frame);
      assert.ok(decoded.ok);
      assert.deepEqual(decoded.value, rollup);
      const everything = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
      const fromPoints = new BucketFold(edges);
      fromPoints.addPoints(all, everything);
      const fromRollup = new BucketFold(edges);
      fromRollup.addRollup(decoded.value, everything);
      assert.deepEqual(fromRollup.finish(), fromPoints.finish());
    }),
  );
});

test('folding: buckets at any edges sum to the whole', () => {
  const edges = fc
    .uniqueArray(fc.integer({ min: DAY - 8_000_000, max: DAY + 95_000_000 }), { maxLength: 40 })
    .map((inner) => Float64Array.from([DAY - 8_000_001, ...inner, DAY + 95_000_001]).sort());
  fc.assert(
    fc.property(points, edges, (all, cuts) => {
      const fold = new BucketFold(cuts);
      fold.addPoints(all, { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY });
      const buckets = fold.finish();
      const sum = buckets.sums.reduce((total, value) => total + (Number.isNaN(value) ? 0 : value), 0);
      const expected = all.values.reduce((total, value) => total + value, 0);
      assert.ok(Math.abs(sum - expected) <= 1e-6 * (1 + expected), `${sum}, expected ${expected}`);
      const lasted = all.durationsMs.reduce((total, ms) => total + ms, 0);
      const measured = buckets.validMs.reduce((total, ms) => total + ms, 0);
      assert.ok(Math.abs(measured - lasted) <= 1e-6 * (1 + lasted));
      for (const [bucket, validMs] of buckets.validMs.entries())
        assert.equal(Number.isNaN(buckets.sums[bucket]), validMs === 0);
    }),
  );
});

test('folding: edges that do not ascend are our own fault', () => {
  assert.throws(() => new BucketFold(Float64Array.of(2, 2)), { name: 'AssertionError' });
});
