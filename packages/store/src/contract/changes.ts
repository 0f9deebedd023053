import assert from 'node:assert/strict';
import { DAY_MS } from '@kilowink/core/time';
import type { Change, Store, StoreReader } from '../store.ts';
import { pointsOf } from './model.ts';
import type { Cases } from './place.ts';

const DAY = Date.UTC(2026, 2, 1);
const TIMELINE = [{ fromNumber: 0, startMs: DAY, intervalMs: 5_000 }];

function windowAt(number: number) {
  return { number, value: number, reports: 1, disagreements: 0 };
}

/** Reads all changes since a cursor in steps of `limit`. */
function follow(store: StoreReader, from: string, limit: number): { items: Change[]; cursor: string } {
  const items: Change[] = [];
  let cursor = from;
  for (;;) {
    const changes = store.readChanges(cursor, limit);
    assert.notEqual(changes, null);
    if (changes === null || changes.items.length === 0) return { items, cursor };
    assert.ok(changes.items.length <= limit);
    items.push(...changes.items);
    cursor = changes.cursor;
  }
}

function told(items: readonly Change[]): (number | string)[] {
  return items.map((item) => (item.kind === 'point' ? item.value : item.kind));
}

function put(store: Store, run: number, ...numbers: number[]): void {
  store.putWindows(run, numbers.map(windowAt));
}

/** What came since a cursor. */
export const changeCases: Cases = {
  'changes come in order, written or not, whatever the limit': ({ store, series }) => {
    const run = store.createRun({ series, timeline: TIMELINE });
    const start = store.cursor();
    put(store, run, 3, 1);
    store.flush();
    put(store, run, 2, 1, 4);
    for (const limit of [1, 2, 100]) {
      const { items, cursor } = follow(store, start, limit);
      assert.deepEqual(told(items), [3, 1, 2, 4]);
      assert.equal(cursor, store.cursor());
    }
    assert.deepEqual(follow(store, start, 9).items[0], {
      kind: 'point',
      series,
      startMs: DAY + 15_000,
      durationMs: 5_000,
      value: 3,
    });
  },

  'a moved timeline says which range to read again': ({ store, series }) => {
    const run = store.createRun({ series, timeline: TIMELINE });
    put(store, run, 0, 1, 2, 3);
    const start = store.cursor();
    store.setTimeline(run, [...TIMELINE, { fromNumber: 2, startMs: DAY + 11_000, intervalMs: 5_000 }]);
    assert.deepEqual(follow(store, start, 10).items, [
      { kind: 'rewritten', series, fromMs: DAY + 10_000, toMs: DAY + 21_000 },
    ]);
    const after = store.cursor();
    store.setTimeline(run, [...TIMELINE, { fromNumber: 2, startMs: DAY + 11_000, intervalMs: 5_000 }]);
    assert.equal(store.cursor(), after);
  },

  'a cursor survives a restart': (fixture) => {
    const run = fixture.store.createRun({ series: fixture.series, timeline: TIMELINE });
    put(fixture.store, run, 1);
    const cursor = fixture.store.cursor();
    put(fixture.store, run, 2);
    fixture.store.close();
    fixture.store = fixture.place.open();
    put(fixture.store, run, 3);
    assert.deepEqual(told(follow(fixture.store, cursor, 10).items), [2, 3]);
  },

  'a cursor from before what was sealed, or of another store, is not known': ({ store, series }) => {
    const run = store.createRun({ series, timeline: TIMELINE });
    const start = store.cursor();
    put(store, run, 1, 2);
    const end = store.cursor();
    store.seal(DAY + DAY_MS);
    assert.equal(store.readChanges(start, 10), null);
    assert.deepEqual(store.readChanges(end, 10)?.items, []);
    for (const cursor of ['', 'x', '0123456789ab.0.0', `${end}0x`]) {
      assert.equal(store.readChanges(cursor, 10), null);
    }
  },

  'a read-only store follows the same cursors': ({ store, series, place }) => {
    const run = store.createRun({ series, timeline: TIMELINE });
    store.flush();
    const reader = place.openReadOnly();
    try {
      const start = store.cursor();
      assert.equal(reader.cursor(), start);
      put(store, run, 1, 2);
      assert.deepEqual(follow(reader, start, 10).items, []);
      store.flush();
      assert.equal(reader.refresh(), true);
      assert.equal(reader.refresh(), false);
      assert.deepEqual(told(follow(reader, start, 10).items), [1, 2]);
      assert.equal(reader.readTotal(series, 0, 2 * DAY).sum, 3);
      put(store, run, 3);
      const ahead = store.cursor();
      assert.deepEqual(reader.readChanges(ahead, 10), { cursor: ahead, items: [] });
    } finally {
      reader.close();
    }
  },

  'an import is told as a range, to those who follow before and after it': ({
    store,
    series,
    place,
    clock,
  }) => {
    const run = store.createRun({ series, timeline: TIMELINE });
    const start = store.cursor();
    put(store, run, 1);
    const recentMs = clock.nowMs - 60_000;
    const beside = place.openForImport();
    beside.addPoints(series, pointsOf([{ startMs: recentMs, durationMs: 1_000, value: 9 }]));
    beside.addPoints(series, pointsOf([{ startMs: DAY - DAY_MS, durationMs: 1_000, value: 9 }]));
    beside.close();
    put(store, run, 2);
    const items = follow(store, start, 1).items;
    assert.deepEqual(
      items.filter((item) => item.kind === 'point').map((item) => item.value),
      [1, 2],
    );
    const ranges = items.filter((item) => item.kind === 'rewritten').map((item) => [item.fromMs, item.toMs]);
    assert.deepEqual(
      ranges.sort((left, right) => (left[0] ?? 0) - (right[0] ?? 0)),
      [
        [DAY - DAY_MS, DAY - DAY_MS + 1_000],
        [recentMs, recentMs + 1_000],
      ],
    );
  },

  'a read-only store that keeps reading sees counts, moves, seals and new runs': ({
    store,
    series,
    place,
  }) => {
    const run = store.createRun({ series, timeline: TIMELINE });
    put(store, run, 0, 1, 2);
    store.flush();
    const reader = place.openReadOnly();
    const same = () => {
      store.flush();
      assert.deepEqual(reader.readTotal(series, 0, 2 * DAY), store.readTotal(series, 0, 2 * DAY));
      assert.deepEqual(reader.listRuns(series, 9), store.listRuns(series, 9));
      for (const { id } of store.listRuns(series, 9)) {
        assert.deepEqual(reader.readWindows(id, -9, 9_000), store.readWindows(id, -9, 9_000));
      }
      assert.deepEqual(reader.listSeries(), store.listSeries());
    };
    try {
      same();
      store.putWindows(run, [{ ...windowAt(1), reports: 9 }]);
      same();
      put(store, run, ...Array.from({ length: 5_000 }, (_, index) => index + 3));
      same();
      store.putWindows(run, [{ ...windowAt(2), reports: 9 }]);
      same();
      store.setTimeline(run, [{ fromNumber: 0, startMs: DAY + 500, intervalMs: 5_000 }]);
      same();
      put(store, store.createRun({ series, timeline: TIMELINE }), 7, 8);
      same();
      store.seal(DAY + DAY_MS);
      same();
      put(store, run, 6_000);
      same();
    } finally {
      reader.close();
    }
  },
};
