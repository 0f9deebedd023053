import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Decimals, encodeJson } from './json-bytes.ts';

const PER_UNIT = [1, 10, 1_000, 10_000] as const;
const numbers = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(-0, 0, 99_999_999, 100_000_000, 1e15, -1e15, 1e15 + 1, Number.NaN, Number.MAX_VALUE),
  fc.integer({ min: 0, max: 20_000 }),
);

test('columns come out as JSON has their numbers', () => {
  fc.assert(
    fc.property(fc.array(numbers, { maxLength: 600 }), fc.constantFrom(...PER_UNIT), (scaled, perUnit) => {
      const plain = scaled.map((value) => value / perUnit);
      const columns = { values: new Decimals(Float64Array.from(scaled), perUnit) };
      assert.equal(encodeJson(columns).toString(), JSON.stringify({ values: plain }));
    }),
    { numRuns: 2_000 },
  );
});

test('long numbers that begin alike, or do not, come out as JSON has them', () => {
  const stretch = fc.record({
    first: fc.oneof(
      fc.integer({ min: -5, max: 1e15 - 1e12 }),
      fc.integer({ min: 0, max: 9e6 }).map((hundredMillions) => hundredMillions * 1e8),
    ),
    step: fc.constantFrom(1, 5_000, 3_600_000, 86_400_000, 99_999_999, 100_000_000, 1e9),
    count: fc.integer({ min: 0, max: 300 }),
  });
  const both = fc.array(stretch, { maxLength: 3 });
  fc.assert(
    fc.property(both, fc.constantFrom(...PER_UNIT), (stretches, perUnit) => {
      const scaled = stretches.flatMap(({ first, step, count }) =>
        Array.from({ length: count }, (_, at) => first + at * step),
      );
      const columns = { values: new Decimals(Float64Array.from(scaled), perUnit) };
      assert.equal(
        encodeJson(columns).toString(),
        JSON.stringify({ values: scaled.map((each) => each / perUnit) }),
      );
    }),
    { numRuns: 300 },
  );
});

test('columns that are rounded as they are written come out as those that were rounded before', () => {
  const divisors = fc.constantFrom(1, 1_000, 3_600_000, 7);
  fc.assert(
    fc.property(
      fc.array(numbers, { maxLength: 600 }),
      fc.constantFrom(...PER_UNIT),
      divisors,
      (values, perUnit, divisor) => {
        const plain = values.map((value) => Math.round((value / divisor) * perUnit) / perUnit);
        const columns = { values: new Decimals(Float64Array.from(values), perUnit, divisor) };
        assert.equal(encodeJson(columns).toString(), JSON.stringify({ values: plain }));
      },
    ),
    { numRuns: 1_000 },
  );
});

test('columns that are added up keep their sum, however long they are', () => {
  const thirds = Float64Array.from({ length: 10_000 }, (_, index) => (index % 3 === 0 ? 0 : 1));
  const encoded = encodeJson({ values: new Decimals(thirds, 1_000, 3, { isSummed: true }) });
  const { values } = JSON.parse(encoded.toString()) as { values: number[] };
  const sum = values.reduce((total, value) => total + value, 0);
  assert.ok(Math.abs(sum - 6_666 / 3) < 0.001, `${sum}`);
  assert.equal(values[9], 0);
});

test('what is no column comes out as it would alone', () => {
  const plain = {
    name: 'Été “x”',
    none: undefined,
    list: [1, { a: null }],
    inner: { flag: false, empty: {} },
  };
  assert.equal(encodeJson(plain).toString(), JSON.stringify(plain));
});

test('a long answer does not change the one before or the one after', () => {
  const short = { values: new Decimals(Float64Array.of(1, 2.5)) };
  const long = { values: new Decimals(new Float64Array(400_000).fill(123_456_789), 1_000) };
  const [before, whole, after] = [encodeJson(short), encodeJson(long), encodeJson(short)];
  assert.equal(before.toString(), '{"values":[1,2.5]}');
  assert.deepEqual(after, before);
  assert.equal(whole.length, '{"values":[]}'.length + 400_000 * '123456.789,'.length - 1);
});
