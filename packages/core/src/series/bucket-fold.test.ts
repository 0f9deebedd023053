import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOUR_MS } from '../time/index.ts';
import { ALL_TIME, BucketFold } from './bucket-fold.ts';
import { pickPoints } from './columns.ts';

const WINDOW_MS = 7_000;
const COUNT = 60;
const points = {
  starts: Float64Array.from({ length: COUNT }, (_, index) => index * WINDOW_MS),
  durationsMs: new Float64Array(COUNT).fill(WINDOW_MS),
  values: new Float64Array(COUNT).fill(2),
  reports: null,
  disagreements: null,
};

test('in a bucket with more windows than fit, a steady power is what it is everywhere', () => {
  const fold = new BucketFold(Float64Array.from({ length: 14 }, (_, index) => index * 30_000));
  fold.addPoints(points, ALL_TIME);
  const { sums, validMs, rateMin, rateMax } = fold.finish();
  assert.ok(validMs.some((ms) => ms > 30_000));
  for (const [at, sum] of sums.entries()) {
    const mean = (sum * HOUR_MS) / (validMs[at] ?? Number.NaN);
    assert.deepEqual([mean, mean], [rateMin[at], rateMax[at]]);
  }
});

test('buckets hold the time of every point once, wherever their edges are', () => {
  const some = pickPoints(points, [3, 4, 5, 9, 20, 21, 59]);
  for (const edges of [
    [0, 420_000],
    [0, 24_000, 36_000, 160_000, 420_000],
    [0, 25_000, 27_000, 420_000],
  ]) {
    const fold = new BucketFold(Float64Array.from(edges));
    fold.addPoints(some, ALL_TIME);
    const { validMs } = fold.finish();
    assert.equal(
      validMs.reduce((sum, ms) => sum + ms, 0),
      7 * WINDOW_MS,
    );
  }
});
