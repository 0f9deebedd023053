import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BreakerFilter } from '../tic/breaker.ts';
import { isImplausible, parseIndex, powerLimitW, steadyLimitW } from './index.ts';

test('the bound is 2.5 times the subscription for a minute, and less the longer it lasts', () => {
  assert.equal(powerLimitW(6_000, 5_000), 15_000);
  assert.equal(powerLimitW(6_000, 60_000), 15_000);
  assert.equal(Math.round(powerLimitW(6_000, 120_000)), 12_893);
  assert.equal(Math.round(steadyLimitW(6_000)), 10_140);
});

test('what a breaker lets pass from rest is never implausible', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1_000, max: 14_000 }),
      fc.integer({ min: 1, max: 7_200 }),
      (powerW, seconds) => {
        const opensS = new BreakerFilter(6_000).secondsUntilOpen(powerW);
        fc.pre(opensS === null || opensS >= seconds);
        const energyWh = Math.floor((powerW * seconds) / 3_600) + 1;
        assert.equal(isImplausible({ energyWh, durationMs: seconds * 1_000 }, 6_000), false);
      },
    ),
    { numRuns: 500 },
  );
});

test('one flash is taken off before a count is judged', () => {
  assert.equal(isImplausible({ energyWh: 21, durationMs: 5_000 }, 6_000), false);
  assert.equal(isImplausible({ energyWh: 22, durationMs: 5_000 }, 6_000), true);
});

test('an index is read as a display shows it, as fine as its digits are', () => {
  const read = (text: string, unit?: 'kWh' | 'Wh') => {
    const parsed = parseIndex(text, unit);
    return parsed.ok ? [parsed.value.indexWh, parsed.value.resolutionWh] : parsed.fault.code;
  };
  assert.deepEqual(read('12345'), [12_345_000, 1_000]);
  assert.deepEqual(read(' 012 345,6 '), [12_345_600, 100]);
  assert.deepEqual(read('12345.678'), [12_345_678, 1]);
  assert.deepEqual(read('12345678', 'Wh'), [12_345_678, 1]);
  assert.deepEqual(read('7 407,4 + 4938'), [12_345_400, 1_100]);
  assert.deepEqual(read('1+2+3', 'Wh'), [6, 3]);
  for (const text of [
    '',
    '12345 +',
    '1++2',
    '5 + twelve',
    'twelve',
    '-5',
    '1.2.3',
    '12345.6789',
    '9999999999',
    '1e5',
  ]) {
    assert.equal(read(text), 'index/text', text);
  }
});
