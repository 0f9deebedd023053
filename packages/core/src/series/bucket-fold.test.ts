import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOUR_MS } from '../time/index.ts';
import { ALL_TIME, BucketFold } from './bucket-fold.ts';
import { timedSumOf } from './bucket-sums.ts';
import { pickPoints } from './columns.ts';
import type { Points } from './points.ts';

const WINDOW_MS = 7_000;
const COUNT = 60;
const points: Points = {
  starts: Float64Array.from({ length: COUNT }, (_, index) => index * WINDOW_MS),
  durationsMs: new Float64Array(COUNT).fill(WINDOW_MS),
  values: new Float64Array(COUNT).fill(2),
  reports: null,
  disagreements: null,
};

const foldOf = (edges: Float64Array, of: Points = points) => {
  const fold = new BucketFold(edges);
  fold.addPoints(of, ALL_TIME);
  return fold.finish();
};
const gridOf = (stepMs: number, toMs = 420_000) =>
  Float64Array.from({ length: toMs / stepMs + 1 }, (_, index) => index * stepMs);
const sumOf = (column: Float64Array) =>
  column.reduce((sum, each) => sum + (Number.isNaN(each) ? 0 : each), 0);

test('a steady power is what it is in every bucket, whatever windows are out of step with', () => {
  for (const stepMs of [5_000, 10_000, 30_000, 60_000]) {
    const buckets = foldOf(gridOf(stepMs));
    for (const [at, ms] of buckets.validMs.entries()) {
      const mean = (timedSumOf(buckets, at) * HOUR_MS) / ms;
      const [least, most] = [buckets.rateMin[at] as number, buckets.rateMax[at] as number];
      assert.ok(Math.abs(mean - least) < 1e-6 && Math.abs(mean - most) < 1e-6, `${stepMs}: ${mean}`);
    }
  }
});

test('in steps of less than a minute what was measured without a gap is measured all the time', () => {
  for (const stepMs of [5_000, 10_000, 30_000]) {
    const { validMs } = foldOf(gridOf(stepMs));
    assert.deepEqual(
      [...validMs].map((ms) => Math.round(ms * 1e6) / 1e6),
      [...validMs.fill(stepMs)],
    );
  }
  const minutely = {
    ...points,
    starts: Float64Array.from({ length: COUNT }, (_, index) => 29_500 + index * 60_100),
    durationsMs: new Float64Array(COUNT).fill(60_100),
  };
  const { validMs } = foldOf(gridOf(60_000, 3_600_000).subarray(1, 60), minutely);
  assert.ok(validMs.every((ms) => Math.abs(ms - 60_000) < 1e-6));
});

test('parts add up to the whole, wherever the edges are', () => {
  const durationsMs = points.durationsMs.map((_, index) => [5_000, 20_000, 700, 4_000_000][index % 4] ?? 0);
  const some = { ...points, durationsMs };
  const whole = sumOf(foldOf(gridOf(420_000), some).sums);
  for (const stepMs of [1_000, 5_000, 30_000, 60_000, 140_000])
    assert.ok(Math.abs(sumOf(foldOf(gridOf(stepMs), some).sums) - whole) < 1e-9, `${stepMs} ms`);
  const minutes = foldOf(gridOf(60_000), points).sums;
  assert.ok(minutes.every(Number.isInteger), 'a minute holds whole windows');
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
