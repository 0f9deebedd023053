import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { concatPoints, decodePoints, encodePoints, NO_POINTS, type Points, pickPoints } from './index.ts';

const DAY = Date.UTC(2026, 2, 1);

function pointsWith(lastFlashes: readonly number[] | null): Points {
  const count = lastFlashes?.length ?? 100;
  return {
    starts: Float64Array.from({ length: count }, (_, index) => DAY + index * 5_000),
    durationsMs: new Float64Array(count).fill(5_000),
    values: new Float64Array(count).fill(3),
    reports: null,
    disagreements: null,
    ...(lastFlashes === null ? {} : { lastFlashes: Uint16Array.from(lastFlashes) }),
  };
}

const code = fc.oneof(
  fc.constant(0),
  fc.nat(199).map((tick) => tick * 25 + 1),
  fc.nat(60_000),
);

test('last flashes come back from a block as they were', () => {
  fc.assert(
    fc.property(fc.array(code, { minLength: 1 }), (codes) => {
      const decoded = decodePoints(encodePoints(pointsWith(codes), DAY), DAY);
      assert.ok(decoded.ok);
      const expected = codes.some((each) => each > 0) ? codes : codes.map(() => 0);
      const found = decoded.value.lastFlashes ?? new Uint16Array(codes.length);
      assert.deepEqual([...found], expected);
    }),
  );
});

test('last flashes that are not known take no byte', () => {
  const without = encodePoints(pointsWith(null), DAY).slice();
  assert.deepEqual(encodePoints(pointsWith(Array(100).fill(0)), DAY), without);
});

test('last flashes stay with their points', () => {
  const known = pointsWith([1, 26, 0, 51]);
  const all = concatPoints([pointsWith(null), known, NO_POINTS]);
  assert.deepEqual([...(pickPoints(all, [101, 3, 103, 102]).lastFlashes ?? [])], [26, 0, 51, 0]);
});
