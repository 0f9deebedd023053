import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Quantity, Unit } from '@kilowink/core/series';
import { openSqliteStore } from '@kilowink/store';
import { systemClock } from '../app/index.ts';
import { drawnBucketPower, drawnPointPower } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'kilowink-power-'));
const store = openSqliteStore({ folder, clock: systemClock, groupMs: 0 });
after(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 2, 1);

/** Two days of a steady 300 W: a flash each 12 s, counted in windows of 5 s. */
function steadySeries(quantity: Quantity, unit: Unit) {
  const id = store.ensureSeries({ source: `test/${quantity}-${unit}`, name: unit, quantity, unit });
  const count = (48 * HOUR_MS) / 5_000;
  const flashes = (window: number) => Math.floor((window * 5) / 12);
  store.addPoints(id, {
    starts: Float64Array.from({ length: count }, (_, window) => START_MS + window * 5_000),
    durationsMs: new Float64Array(count).fill(5_000),
    values: Float64Array.from({ length: count }, (_, window) => flashes(window + 1) - flashes(window)),
    reports: null,
    disagreements: null,
  });
  return store.listSeries().find((each) => each.id === id) ?? assert.fail('made');
}

const series = steadySeries('energy', 'Wh');
const edges = (stepMs: number, count: number) =>
  Float64Array.from({ length: count + 1 }, (_, index) => START_MS + 20 * HOUR_MS + index * stepMs);

test('a steady load is drawn steady in small steps, wherever the range is cut', () => {
  for (const [stepMs, count] of [
    [5_000, 12],
    [30_000, 60],
    [60_000, 900],
  ] as const) {
    const power = drawnBucketPower(store, series, edges(stepMs, count));
    assert.ok(power !== null && power.length === count);
    for (const each of power) assert.ok(Math.abs(each - 300) < 3, `${stepMs}: ${each}`);
  }
});

test('measurements get it as well', () => {
  const [points] = store.readPoints(series.id, START_MS + HOUR_MS, START_MS + 2 * HOUR_MS);
  assert.ok(points !== undefined);
  const power = drawnPointPower(store, series, points);
  assert.equal(power?.length, points.starts.length);
  for (const each of power ?? []) assert.ok(Math.abs(each - 300) < 3);
});

test('long steps, long ranges, finer units and gauges keep what they have', () => {
  assert.equal(drawnBucketPower(store, series, edges(300_000, 12)), null);
  assert.equal(drawnBucketPower(store, series, edges(60_000, 37 * 60)), null);
  for (const other of [steadySeries('energy', 'mWh'), steadySeries('apparentPower', 'VA')])
    assert.equal(drawnBucketPower(store, other, edges(5_000, 12)), null);
});
