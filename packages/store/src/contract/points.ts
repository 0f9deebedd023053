import assert from 'node:assert/strict';
import { NO_POINTS } from '@kilowink/core/series';
import { DAY_MS } from '@kilowink/core/time';
import { listOf, type ModelPoint, pointsOf } from './model.ts';
import type { Cases } from './place.ts';

const DAY = Date.UTC(2026, 2, 1);

function pointsFrom(startMs: number, count: number): ModelPoint[] {
  return Array.from({ length: count }, (_, index) => ({
    startMs: startMs + index * 5_000,
    durationMs: 5_000,
    value: index % 3,
  }));
}

/** Points: identity, what is refused, order. */
export const pointCases: Cases = {
  'points added twice are there once, hot or sealed': ({ store, series, clock }) => {
    for (const startMs of [DAY, clock.nowMs - 3_600_000]) {
      const points = pointsOf(pointsFrom(startMs, 500));
      assert.deepEqual(store.addPoints(series, points), { added: 500, repeated: 0, refused: 0 });
      assert.deepEqual(store.addPoints(series, points), { added: 0, repeated: 500, refused: 0 });
    }
    assert.equal(listOf(store.readPoints(series, 0, 2 * DAY)).length, 1_000);
  },

  'points in any order, in parts, over days': ({ store, series }) => {
    const all = pointsFrom(DAY - 3 * 5_000, 20_000);
    const odd = all.filter((_, index) => index % 2 === 1).reverse();
    assert.equal(store.addPoints(series, pointsOf(odd)).added, 10_000);
    assert.deepEqual(store.addPoints(series, pointsOf(all)), {
      added: 10_000,
      repeated: 10_000,
      refused: 0,
    });
    assert.deepEqual(listOf(store.readPoints(series, 0, 2 * DAY)), all);
  },

  'rubbish is refused and counted, the rest is added': ({ store, series }) => {
    const good = pointsFrom(DAY, 3);
    const bad = [
      { startMs: DAY + 100_000, durationMs: 5_000, value: -1 },
      { startMs: DAY + 105_000, durationMs: 5_000, value: 1.5 },
      { startMs: DAY + 110_000, durationMs: 5_000, value: Number.NaN },
      { startMs: DAY + 115_000, durationMs: 0, value: 1 },
      { startMs: DAY + 120_000, durationMs: 1e12, value: 1 },
      { startMs: Number.POSITIVE_INFINITY, durationMs: 5_000, value: 1 },
      { startMs: -1e15, durationMs: 5_000, value: 1 },
      { startMs: DAY + 0.5, durationMs: 5_000, value: 1 },
    ];
    const added = store.addPoints(series, pointsOf([...bad, ...good, ...good.slice(1)]));
    assert.deepEqual(added, { added: 3, repeated: 2, refused: bad.length });
    assert.deepEqual(listOf(store.readPoints(series, 0, 2 * DAY)), good);
    assert.deepEqual(store.addPoints(series, NO_POINTS), { added: 0, repeated: 0, refused: 0 });
  },

  'a start that is stored with another duration is repeated': ({ store, series }) => {
    const late = DAY + DAY_MS - 1_000;
    const short = [{ startMs: late, durationMs: 1_000, value: 1 }];
    const long = [{ startMs: late, durationMs: 3_600_000, value: 2 }];
    assert.equal(store.addPoints(series, pointsOf(short)).added, 1);
    assert.equal(store.addPoints(series, pointsOf(long)).repeated, 1);
    const other = [{ startMs: late - DAY_MS, durationMs: 3_600_000, value: 2 }];
    assert.equal(store.addPoints(series, pointsOf(other)).added, 1);
    assert.equal(
      store.addPoints(series, pointsOf([{ ...short[0], startMs: late - DAY_MS } as ModelPoint])).repeated,
      1,
    );
  },

  'points over windows of the same start are repeated, sealed or not': ({ store, series }) => {
    const run = store.createRun({ series, timeline: [{ fromNumber: 0, startMs: DAY, intervalMs: 5_000 }] });
    const windows = Array.from({ length: 50 }, (_, number) => ({
      number,
      value: 1,
      reports: 3,
      disagreements: 0,
    }));
    store.putWindows(run, windows);
    const points = pointsOf(pointsFrom(DAY, 60));
    assert.deepEqual(store.addPoints(series, points), { added: 10, repeated: 50, refused: 0 });
    store.seal(DAY + DAY_MS);
    assert.deepEqual(store.addPoints(series, points), { added: 0, repeated: 60, refused: 0 });
  },

  'reports and disagreements of points are kept': ({ store, series, clock }) => {
    for (const startMs of [DAY, clock.nowMs - 60_000]) {
      const points = {
        ...pointsOf(pointsFrom(startMs, 4)),
        reports: Uint16Array.of(10, 9, 1, 0),
        disagreements: Uint16Array.of(0, 2, 0, 0),
      };
      store.addPoints(series, points);
      const [read] = [...store.readPoints(series, startMs, startMs + 60_000)];
      assert.deepEqual([...(read?.reports ?? [])], [10, 9, 1, 0]);
      assert.deepEqual([...(read?.disagreements ?? [])], [0, 2, 0, 0]);
    }
  },

  'an import beside the server is seen by it, and the other way round': ({ store, series, place, clock }) => {
    const run = store.createRun({ series, timeline: [{ fromNumber: 0, startMs: DAY, intervalMs: 5_000 }] });
    store.putWindows(run, [{ number: 0, value: 5, reports: 1, disagreements: 0 }]);
    store.readTotal(series, 0, 2 * DAY);
    store.flush();
    store.refresh();
    const beside = place.openForImport();
    try {
      const old = pointsOf(pointsFrom(DAY, 10));
      assert.deepEqual(beside.addPoints(series, old), { added: 9, repeated: 1, refused: 0 });
      beside.addPoints(series, pointsOf(pointsFrom(clock.nowMs - 60_000, 10)));
      beside.flush();
      store.putWindows(run, [{ number: 40, value: 7, reports: 1, disagreements: 0 }]);
      store.flush();
      assert.equal(beside.readTotal(series, 0, 2 * DAY).sum, 30);
    } finally {
      beside.close();
    }
    assert.equal(store.refresh(), true);
    assert.equal(store.refresh(), false);
    assert.equal(store.readTotal(series, 0, 2 * DAY).sum, 30);
  },
};
