import assert from 'node:assert/strict';
import { bucketEdges, DAY_MS, findStep, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';
import type { StoreReader } from '../store.ts';
import { expectedBuckets, expectedTotal, listOf, type ModelPoint, pointsOf } from './model.ts';
import type { Cases, Fixture } from './place.ts';

const DAY = Date.UTC(2026, 2, 1);
const RANGE = { fromMs: DAY, toMs: DAY + DAY_MS };
const STEPS = ['5s', '1min', '15min', '1h', '1d'] as const;

function gaugeOf({ store }: Fixture) {
  return store.ensureSeries({ source: 'tic/a', quantity: 'apparentPower', unit: 'VA', name: 'Power' });
}

/** A day of frames a little more than a second apart, each value held until the next one, some as long as minutes. */
function frames(): ModelPoint[] {
  const points: ModelPoint[] = [];
  let startMs = DAY;
  for (let index = 0; startMs < RANGE.toMs - HOUR_MS; index += 1) {
    const durationMs = index % 900 === 0 ? 7 * MINUTE_MS : 700 + ((index * 7919) % 1_300);
    points.push({ startMs, durationMs, value: 200 + ((index * 104_729) % 8_999) });
    startMs += durationMs + (index % 501 === 0 ? 90_000 : 0);
  }
  return points;
}

function edgesOf(name: string): Float64Array {
  const step = findStep(name);
  assert.ok(step);
  return bucketEdges(RANGE, step, 'UTC');
}

/** Times are whole, so even shared points give what the model gives, but for the last bits of a division. */
function assertSame(store: StoreReader, series: number, points: readonly ModelPoint[]): void {
  for (const name of STEPS) {
    const edges = edgesOf(name);
    const found = store.readBuckets(series, edges);
    const expected = expectedBuckets(points, edges, 'mean');
    assert.deepEqual(found.rateMin, expected.rateMin, name);
    assert.deepEqual(found.rateMax, expected.rateMax, name);
    assert.ok(found.means && expected.means);
    for (const [bucket, mean] of expected.means.entries()) {
      const other: number = found.means[bucket] ?? 0;
      assert.ok(Object.is(mean, other) || Math.abs(mean - other) < 1e-9 * mean, `${name} ${bucket}`);
    }
  }
}

/** Gauges: what was held for how long. */
export const gaugeCases: Cases = {
  'a mean is weighted by time, whatever the level and wherever it is read from': (fixture) => {
    const { store } = fixture;
    const series = gaugeOf(fixture);
    const points = frames();
    const half = points.length >> 1;
    fixture.clock.nowMs = RANGE.toMs;
    assert.equal(store.addPoints(series, pointsOf(points.slice(0, half))).added, half);
    store.seal(RANGE.toMs);
    // The rest comes late, with some of what is there already.
    const late = store.addPoints(series, pointsOf(points.slice(half - 100)));
    assert.deepEqual(late, { added: points.length - half, repeated: 100, refused: 0 });
    assertSame(store, series, points);
    store.seal(RANGE.toMs);
    assertSame(store, series, points);
    assert.deepEqual(listOf(store.readPoints(series, DAY, RANGE.toMs)), points);
    assert.deepEqual(store.readTotal(series, DAY, RANGE.toMs), expectedTotal(points, RANGE, 'mean'));
  },

  'a value held for hours, and one for a blink': (fixture) => {
    const { store } = fixture;
    const series = gaugeOf(fixture);
    const points = [
      { startMs: DAY, durationMs: 5 * HOUR_MS, value: 230 },
      { startMs: DAY + 5 * HOUR_MS, durationMs: 1, value: 9_000 },
      { startMs: DAY + 5 * HOUR_MS + 1, durationMs: 3_599_999, value: 0 },
    ];
    store.addPoints(series, pointsOf(points));
    const check = () => {
      const { means, rateMax, validMs } = store.readBuckets(series, edgesOf('1d'));
      assert.equal(means?.[0], (5 * HOUR_MS * 230 + 9_000) / (6 * HOUR_MS));
      assert.equal(rateMax[0], 9_000);
      assert.equal(validMs[0], 6 * HOUR_MS);
      const hours = store.readBuckets(series, edgesOf('1h'));
      assert.deepEqual([...(hours.means ?? [])].slice(0, 7), [
        230,
        230,
        230,
        230,
        230,
        9_000 / HOUR_MS,
        Number.NaN,
      ]);
      assert.deepEqual([...hours.validMs].slice(4, 7), [HOUR_MS, HOUR_MS, 0]);
    };
    check();
    store.seal(RANGE.toMs);
    check();
  },

  'a gauge that would not sum exactly is refused, and energy has no means': (fixture) => {
    const { store, series } = fixture;
    const gauge = gaugeOf(fixture);
    const huge = { startMs: DAY, durationMs: DAY_MS, value: 1e9 };
    assert.deepEqual(store.addPoints(gauge, pointsOf([huge])), { added: 0, repeated: 0, refused: 1 });
    assert.equal(store.addPoints(series, pointsOf([huge])).added, 1);
    assert.equal(store.readBuckets(series, edgesOf('1d')).means, undefined);
  },

  'gauges of one source are told apart by their quantity': ({ store }) => {
    const define = (quantity: 'current' | 'voltage', unit: 'A' | 'V') =>
      store.ensureSeries({ source: 'tic/a/phase1', quantity, unit, name: 'Phase 1' });
    assert.notEqual(define('current', 'A'), define('voltage', 'V'));
    assert.equal(define('current', 'A'), define('current', 'A'));
    assert.throws(() => define('current', 'V'));
  },
};
