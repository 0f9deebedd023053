import assert from 'node:assert/strict';
import { DAY_MS, HOUR_MS } from '@kilowink/core/time';
import type { Window } from '../store.ts';
import { listOf } from './model.ts';
import type { Cases } from './place.ts';

const DAY = Date.UTC(2026, 2, 1);

function windowsFrom(first: number, count: number): Window[] {
  return Array.from({ length: count }, (_, index) => ({
    number: first + index,
    value: (first + index + 1_000) % 4,
    reports: 1,
    disagreements: 0,
  }));
}

/** Windows: identity, counts, timelines. */
export const windowCases: Cases = {
  'a window reported again is stored once': ({ store, series }) => {
    const run = store.createRun({ series, timeline: [{ fromNumber: 0, startMs: DAY, intervalMs: 5_000 }] });
    assert.equal(store.putWindows(run, windowsFrom(0, 10)), 10);
    assert.equal(store.putWindows(run, windowsFrom(3, 10)), 3);
    store.flush();
    assert.equal(store.putWindows(run, windowsFrom(0, 13)), 0);
    assert.equal(listOf(store.readPoints(series, 0, DAY * 2)).length, 13);
  },

  'the first value of a window stays, its counts only rise': (fixture) => {
    const { store, series, place } = fixture;
    const run = store.createRun({ series, timeline: [{ fromNumber: 0, startMs: DAY, intervalMs: 5_000 }] });
    store.putWindows(run, [{ number: 7, value: 3, reports: 2, disagreements: 1 }]);
    store.putWindows(run, [{ number: 7, value: 9, reports: 1, disagreements: 4 }]);
    const expected = [{ number: 7, value: 3, reports: 2, disagreements: 4 }];
    assert.deepEqual(store.readWindows(run, 0, 10), expected);
    store.flush();
    store.putWindows(run, [{ number: 7, value: 3, reports: 5, disagreements: 0 }]);
    store.close();
    fixture.store = place.open();
    assert.deepEqual(fixture.store.readWindows(run, 0, 10), [{ ...expected[0], reports: 5 }]);
  },

  'numbers may be negative and come in any order': ({ store, series }) => {
    const run = store.createRun({ series, timeline: [{ fromNumber: 0, startMs: DAY, intervalMs: 5_000 }] });
    for (const number of [4, -3, 0, 2, -1]) store.putWindows(run, windowsFrom(number, 1));
    assert.deepEqual(
      store.readWindows(run, -2, 4).map((window) => window.number),
      [-1, 0, 2],
    );
    assert.equal(store.listRuns(series, 1)[0]?.firstNumber, -3);
    assert.equal(store.listRuns(series, 1)[0]?.lastNumber, 4);
    assert.equal(listOf(store.readPoints(series, 0, 2 * DAY))[0]?.startMs, DAY - 15_000);
  },

  'windows of a timeline with a stretched part touch each other': ({ store, series }) => {
    const timeline = [
      { fromNumber: 0, startMs: DAY, intervalMs: 5_000 },
      { fromNumber: 10, startMs: DAY + 50_000, intervalMs: 5_005 },
      { fromNumber: 20, startMs: DAY + 100_050, intervalMs: 5_000 },
    ];
    const run = store.createRun({ series, timeline });
    store.putWindows(run, windowsFrom(0, 40));
    const points = listOf(store.readPoints(series, 0, 2 * DAY));
    for (const [index, point] of points.entries()) {
      const next = points[index + 1];
      if (next !== undefined) assert.equal(point.startMs + point.durationMs, next.startMs);
    }
    assert.equal(points[39]?.startMs, DAY + 100_050 + 19 * 5_000);
  },

  'moving the timeline moves hot windows and leaves sealed ones': ({ store, series }) => {
    const at = (startMs: number) => [{ fromNumber: 0, startMs, intervalMs: HOUR_MS }];
    const run = store.createRun({ series, timeline: at(DAY) });
    store.putWindows(run, windowsFrom(0, 30));
    assert.equal(store.seal(DAY + DAY_MS), 1);
    store.setTimeline(run, at(DAY + 60_000));
    const starts = listOf(store.readPoints(series, 0, 2 * DAY)).map((point) => point.startMs);
    assert.equal(starts[23], DAY + 23 * HOUR_MS);
    assert.equal(starts[24], DAY + 24 * HOUR_MS + 60_000);
    assert.equal(starts.length, 30);
  },

  'a sealed window is known, a missing one beside it may still come': (fixture) => {
    const { store, series, place } = fixture;
    const run = store.createRun({
      series,
      timeline: [{ fromNumber: 0, startMs: DAY, intervalMs: HOUR_MS }],
    });
    store.putWindows(run, [...windowsFrom(0, 5), ...windowsFrom(6, 20)]);
    store.seal(DAY + DAY_MS);
    store.close();
    fixture.store = place.open();
    const again = fixture.store;
    assert.equal(again.putWindows(run, windowsFrom(0, 5)), 0);
    assert.equal(again.putWindows(run, windowsFrom(4, 3)), 1);
    assert.deepEqual(
      again.readWindows(run, 4, 7).map((window) => window.value),
      [null, windowsFrom(5, 1)[0]?.value, null],
    );
    assert.equal(again.seal(DAY + DAY_MS), 1);
    assert.equal(again.putWindows(run, windowsFrom(5, 1)), 0);
    assert.deepEqual(
      listOf(again.readPoints(series, DAY, DAY + DAY_MS)).map((point) => point.value),
      windowsFrom(0, 24).map((window) => window.value),
    );
  },

  'windows of two boots that fall on one time are both kept': ({ store, series }) => {
    const timeline = [{ fromNumber: 0, startMs: DAY, intervalMs: 5_000 }];
    for (const run of [store.createRun({ series, timeline }), store.createRun({ series, timeline })]) {
      store.putWindows(run, windowsFrom(0, 100));
    }
    const before = store.readTotal(series, DAY, DAY + DAY_MS);
    store.seal(DAY + DAY_MS);
    assert.deepEqual(store.readTotal(series, DAY, DAY + DAY_MS), before);
    assert.equal(before.sum, 2 * windowsFrom(0, 100).reduce((sum, window) => sum + window.value, 0));
  },

  'days of a clock that started in 1970 stay hot': ({ store, series }) => {
    const run = store.createRun({ series, timeline: [{ fromNumber: 0, startMs: 0, intervalMs: 5_000 }] });
    store.putWindows(run, windowsFrom(0, 100));
    assert.equal(store.seal(DAY), 0);
    store.setTimeline(run, [{ fromNumber: 0, startMs: DAY, intervalMs: 5_000 }]);
    assert.equal(store.seal(DAY + DAY_MS), 1);
    assert.equal(store.listSeries()[0]?.firstMs, DAY);
  },

  'a run that is not there is refused': ({ store }) => {
    assert.throws(() => store.putWindows(99, windowsFrom(0, 1)), { code: 'store/run' });
    assert.throws(() => store.readTotal(99, 0, 1), { code: 'store/series' });
  },
};
