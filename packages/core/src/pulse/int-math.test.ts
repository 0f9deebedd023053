import { equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { divide, squareRoot } from './int-math.ts';

const INT_MAX = 2 ** 31 - 1;

test('division is towards zero, as in C', () => {
  equal(divide(7, 2), 3);
  equal(divide(-7, 2), -3);
  equal(divide(7, -2), -3);
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: INT_MAX }), (dividend, divisor) => {
      const exact = BigInt(dividend) / BigInt(divisor);
      equal(BigInt(divide(dividend, divisor)), exact);
    }),
  );
});

test('a square root is the greatest whole number whose square is not more', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: INT_MAX }), (value) => {
      const root = squareRoot(value);
      ok(root * root <= value && (root + 1) * (root + 1) > value);
    }),
  );
  equal(squareRoot(INT_MAX), 46_340);
});
