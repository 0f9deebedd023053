import assert from 'node:assert/strict';
import { bucketEdges, DAY_MS, findStep, HOUR_MS, startOfDayMs } from '@kilowink/core/time';
import { pointsOf } from './model.ts';
import type { Cases } from './place.ts';

const DAY = Date.UTC(2026, 2, 1);
const TIMELINE = [{ fromNumber: 0, startMs: DAY, intervalMs: 5_000 }];

/** Series, what is kept over a restart, calendar days, refusals. */
export const keepingCases: Cases = {
  'a series is found again by source and quantity, and may be renamed': (fixture) => {
    const { store, series } = fixture;
    const definition = { source: 'test', quantity: 'energy', unit: 'Wh', name: 'Other' } as const;
    assert.equal(store.ensureSeries(definition), series);
    assert.equal(store.listSeries()[0]?.name, 'Test');
    const reader = fixture.place.openReadOnly();
    assert.deepEqual(reader.listEntries(), [{ id: series, ...definition, name: 'Test' }]);
    assert.deepEqual(store.listEntries(), reader.listEntries());
    store.renameSeries(series, 'Kitchen');
    const second = store.ensureSeries({ ...definition, source: 'second' });
    assert.notEqual(second, series);
    for (const each of [store, reader])
      assert.deepEqual(each.listEntries(), [
        { id: series, ...definition, name: 'Kitchen' },
        { id: second, ...definition, source: 'second' },
      ]);
    reader.close();
    store.close();
    fixture.store = fixture.place.open();
    assert.deepEqual(
      fixture.store.listSeries().map((info) => [info.id, info.name, info.firstMs, info.lastMs]),
      [
        [series, 'Kitchen', null, null],
        [second, 'Other', null, null],
      ],
    );
    assert.throws(() => fixture.store.renameSeries(99, 'Nobody'), { code: 'store/series' });
  },

  'what is put is readable at once and is there after a restart': (fixture) => {
    const { store, series } = fixture;
    const run = store.createRun({ series, timeline: TIMELINE });
    store.putWindows(run, [{ number: 0, value: 4, reports: 1, disagreements: 0 }]);
    store.putSourceState('a', '{"x":1}');
    store.putSourceState('a', '{"x":2}');
    const check = () => {
      assert.equal(fixture.store.readTotal(series, 0, 2 * DAY).sum, 4);
      assert.equal(fixture.store.sourceState('a'), '{"x":2}');
      assert.equal(fixture.store.sourceState('b'), null);
      assert.equal(fixture.store.health().hotCount, 1);
      assert.deepEqual(fixture.store.listSeries()[0]?.lastMs, DAY + 5_000);
      assert.deepEqual(fixture.store.findSeries(series), fixture.store.listSeries()[0]);
      assert.equal(fixture.store.findSeries(series + 1), null);
    };
    check();
    store.close();
    fixture.store = fixture.place.open();
    check();
  },

  'a group is written when its interval is over': ({ store, series, place, clock }) => {
    const run = store.createRun({ series, timeline: TIMELINE });
    const reader = place.openReadOnly();
    try {
      const put = (number: number) =>
        store.putWindows(run, [{ number, value: 1, reports: 1, disagreements: 0 }]);
      put(0);
      clock.elapsedMs += 9_000;
      put(1);
      assert.equal(reader.readTotal(series, 0, 2 * DAY).sum, 0);
      clock.elapsedMs += 1_000;
      put(2);
      assert.equal(reader.readTotal(series, 0, 2 * DAY).sum, 3);
    } finally {
      reader.close();
    }
  },

  'days of 23 and 25 hours hold what was measured in them': ({ store, series }) => {
    const day = findStep('1d');
    assert.ok(day);
    for (const [date, hours] of [
      ['2025-03-30', 23],
      ['2025-10-26', 25],
    ] as const) {
      const start = startOfDayMs(Temporal.PlainDate.from(date), 'Europe/Paris');
      const points = Array.from({ length: 30 }, (_, index) => ({
        startMs: start + index * HOUR_MS,
        durationMs: HOUR_MS,
        value: 1,
      }));
      store.addPoints(series, pointsOf(points));
      const edges = bucketEdges({ fromMs: start, toMs: start + 30 * HOUR_MS }, day, 'Europe/Paris');
      const buckets = store.readBuckets(series, edges);
      assert.deepEqual([...buckets.sums], [hours, 30 - hours]);
      assert.equal(buckets.validMs[0], hours * HOUR_MS);
      assert.equal(buckets.lengthsMs[0], hours * HOUR_MS);
    }
  },

  'a gap is not zero': ({ store, series }) => {
    const points = [0, 2].map((hour) => ({
      startMs: DAY + hour * HOUR_MS,
      durationMs: HOUR_MS / 2,
      value: 0,
    }));
    store.addPoints(series, pointsOf(points));
    const edges = Float64Array.from({ length: 4 }, (_, index) => DAY + index * HOUR_MS);
    const buckets = store.readBuckets(series, edges);
    assert.deepEqual([...buckets.sums], [0, Number.NaN, 0]);
    assert.deepEqual([...buckets.rateMax], [0, Number.NaN, 0]);
    assert.deepEqual([...buckets.validMs], [HOUR_MS / 2, 0, HOUR_MS / 2]);
  },

  'sealing in small budgets comes to the same': ({ store, series }) => {
    const run = store.createRun({
      series,
      timeline: [{ fromNumber: 0, startMs: DAY, intervalMs: HOUR_MS }],
    });
    const windows = Array.from({ length: 100 }, (_, number) => ({
      number,
      value: 2,
      reports: 1,
      disagreements: 0,
    }));
    store.putWindows(run, windows);
    for (const expected of [1, 1, 1, 1, 0]) assert.equal(store.seal(DAY + 4 * DAY_MS, 0), expected);
    assert.equal(store.health().hotCount, 4);
    assert.equal(store.readTotal(series, 0, 2 * DAY).sum, 200);
  },

  'a read-only store shows the same and a closed one says so': ({ store, series, place }) => {
    store.addPoints(series, pointsOf([{ startMs: DAY, durationMs: 1_000, value: 6 }]));
    const reader = place.openReadOnly();
    assert.equal(reader.readOnly, true);
    assert.equal(store.readOnly, false);
    assert.equal(reader.readTotal(series, 0, 2 * DAY).sum, 6);
    reader.close();
    reader.close();
    assert.throws(() => reader.listSeries(), { code: 'store/closed' });
  },
};
