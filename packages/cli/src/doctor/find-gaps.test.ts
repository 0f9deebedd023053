import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';
import { openSqliteStore, type Store } from '@kilowink/store';
import fc from 'fast-check';
import { machineClock } from '../clock.ts';
import { findGaps } from './find-gaps.ts';

const START = Date.UTC(2026, 0, 5, 3, 20);

function withStore<T>(body: (store: Store, series: number) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-gaps-'));
  const store = openSqliteStore({ folder, clock: machineClock });
  try {
    return body(
      store,
      store.ensureSeries({ source: 'optical/a', quantity: 'energy', unit: 'Wh', name: 'A' }),
    );
  } finally {
    store.close();
    rmSync(folder, { recursive: true });
  }
}

function put(store: Store, series: number, points: readonly (readonly [startMs: number, forMs: number])[]) {
  store.addPoints(series, {
    starts: Float64Array.from(points, ([startMs]) => startMs),
    durationsMs: Float64Array.from(points, ([, forMs]) => forMs),
    values: new Float64Array(points.length).fill(3),
    reports: null,
    disagreements: null,
  });
  store.flush();
}

function look(store: Store, series: number) {
  const info = store.listSeries().find(({ id }) => id === series);
  assert.ok(info !== undefined);
  return findGaps(store, info);
}

test('the oldest and the largest gap are those that a walk over all points finds', () => {
  // Stretches of points of one length, with a hole after each.
  const stretch = fc.record({
    stepMs: fc.constantFrom(5_000, 10_000, 30_000, MINUTE_MS),
    count: fc.integer({ min: 1, max: 900 }),
    holeMs: fc.oneof(
      fc.integer({ min: 0, max: 2 * MINUTE_MS }),
      fc.integer({ min: MINUTE_MS, max: 3 * HOUR_MS }),
      fc.integer({ min: DAY_MS, max: 3 * DAY_MS }),
    ),
  });
  fc.assert(
    fc.property(fc.array(stretch, { minLength: 1, maxLength: 8 }), fc.boolean(), (stretches, isSealed) => {
      const points: [number, number][] = [];
      let atMs = START;
      const gaps: { fromMs: number; toMs: number }[] = [];
      for (const { stepMs, count, holeMs } of stretches) {
        if (points.length > 0)
          gaps.push({ fromMs: (points.at(-1)?.[0] ?? 0) + (points.at(-1)?.[1] ?? 0), toMs: atMs });
        for (let index = 0; index < count; index += 1) points.push([atMs + index * stepMs, stepMs]);
        atMs += count * stepMs + holeMs;
      }
      const told = gaps.filter(({ fromMs, toMs }) => toMs - fromMs >= MINUTE_MS);
      withStore((store, series) => {
        put(store, series, points);
        if (isSealed) store.seal(atMs + DAY_MS);
        const { oldestGap, largestGap, coverage } = look(store, series);
        const lengthOf = (gap: { fromMs: number; toMs: number }) => gap.toMs - gap.fromMs;
        assert.deepEqual(oldestGap && { fromMs: oldestGap.fromMs, toMs: oldestGap.toMs }, told[0] ?? null);
        assert.equal(largestGap === null ? 0 : lengthOf(largestGap), Math.max(0, ...told.map(lengthOf)));
        const lost = gaps.reduce((sum, gap) => sum + lengthOf(gap), 0);
        const span = (points.at(-1)?.[0] ?? 0) + (points.at(-1)?.[1] ?? 0) - START;
        assert.ok(Math.abs(coverage - (span - lost) / span) < 1e-9);
      });
    }),
    { numRuns: 30 },
  );
});

test('a gap tells the energy that is known of it', () => {
  withStore((store, series) => {
    put(store, series, [
      [START, 30 * MINUTE_MS],
      [START + 2 * HOUR_MS, 30 * MINUTE_MS],
    ]);
    store.putRecoveredSpan(series, { fromMs: START + 30 * MINUTE_MS, toMs: START + 2 * HOUR_MS, value: 750 });
    const gap = { fromMs: START + 30 * MINUTE_MS, toMs: START + 2 * HOUR_MS, recovered: 750 };
    assert.deepEqual(look(store, series), { coverage: 0.4, oldestGap: gap, largestGap: gap });
  });
});

test('a series without measurements has no gap', () => {
  withStore((store, series) =>
    assert.deepEqual(look(store, series), { coverage: 0, oldestGap: null, largestGap: null }),
  );
});
