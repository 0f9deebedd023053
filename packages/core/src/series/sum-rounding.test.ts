import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SumRounding } from './sum-rounding.ts';

const sumOf = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + (Number.isFinite(value) ? value : 0), 0);

test('the sum of what was rounded is the exact one, rounded', () => {
  const values = fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
      fc.constantFrom(0, 1 / 3, 2 / 3, 0.5, Number.NaN, Number.POSITIVE_INFINITY),
    ),
    { maxLength: 300 },
  );
  fc.assert(
    fc.property(values, (exact) => {
      const rounding = new SumRounding();
      const rounded = exact.map((value) => rounding.round(value));
      assert.ok(Math.abs(sumOf(rounded) - sumOf(exact)) <= 0.5 + 1e-6);
      for (const [index, value] of exact.entries()) {
        const given = rounded[index] as number;
        if (!Number.isFinite(value)) assert.ok(Object.is(given, value));
        else assert.ok(Number.isInteger(given) && Math.abs(given - value) < 1 + 1e-6);
        if (value === 0) assert.equal(Math.abs(given), 0);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('numbers that are rounded in rows are what they are one by one', () => {
  const numbers = fc.oneof(
    fc.double({ min: -1e6, max: 1e6 }),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
  );
  fc.assert(
    fc.property(fc.array(fc.array(numbers, { maxLength: 20 }), { maxLength: 5 }), (rows) => {
      const [oneByOne, inRows] = [new SumRounding(), new SumRounding()];
      for (const row of rows) {
        const column = Float64Array.from([...row, 0.4]);
        inRows.roundAll(column, row.length);
        assert.deepEqual(column, Float64Array.from([...row.map((value) => oneByOne.round(value)), 0.4]));
      }
    }),
    { numRuns: 500 },
  );
});
