import assert from 'node:assert/strict';
import { DAY_MS, HOUR_MS } from '@kilowink/core/time';
import type { Change, EventQuery, Reading, StoredEvent, StoreReader } from '../store.ts';
import { pointsOf } from './model.ts';
import type { Cases } from './place.ts';

const DAY = Date.UTC(2026, 2, 1);
const ALWAYS: EventQuery = { fromMs: 0, toMs: 2 * DAY, limit: 100 };

function reading(hour: number, indexWh: number, origin: Reading['origin'] = 'meter'): Reading {
  return { atMs: DAY + hour * HOUR_MS, indexWh, origin };
}

function event(hour: number, kind: StoredEvent['kind'], source = 'tic/a'): StoredEvent {
  return { source, atMs: DAY + hour * HOUR_MS, kind, data: { hour } };
}

function eventsSince(store: StoreReader, cursor: string): StoredEvent[] {
  const items: readonly Change[] = store.readChanges(cursor, 100)?.items ?? assert.fail('cursor is known');
  return items.filter((item) => item.kind === 'event').map((item) => item.event);
}

/** Sums of the first hours, and what of them is recovered. */
function hours(store: StoreReader, series: number) {
  const edges = Float64Array.from({ length: 6 }, (_, hour) => DAY + hour * HOUR_MS);
  const { sums, recoveredSums, validMs } = store.readBuckets(series, edges);
  return { sums: [...sums], recovered: [...(recoveredSums ?? [])], validMs: [...validMs] };
}

/** What meters that speak for themselves bring: readings, events, the energy of gaps. */
export const meterCases: Cases = {
  'readings are kept once by time and origin, after a restart too': (fixture) => {
    const { series } = fixture;
    assert.equal(fixture.store.putReadings(series, [reading(5, 900), reading(1, 100)]), 2);
    assert.equal(fixture.store.putReadings(series, [reading(1, 777), reading(1, 101, 'person')]), 1);
    const expected = [reading(1, 100), reading(1, 101, 'person'), reading(5, 900)];
    const check = () => {
      assert.deepEqual(fixture.store.readReadings(series, DAY, DAY + DAY_MS), expected);
      assert.deepEqual(fixture.store.readReadings(series, DAY + HOUR_MS + 1, DAY + 5 * HOUR_MS), []);
      assert.equal(fixture.store.putReadings(series, expected), 0);
    };
    check();
    fixture.store.flush();
    check();
    fixture.store.close();
    fixture.store = fixture.place.open();
    check();
    assert.throws(() => fixture.store.putReadings(99, expected), { code: 'store/series' });
    assert.throws(() => fixture.store.putReadings(series, [reading(7, -1)]));
  },

  'events are kept once by source, kind and time, and found by each': (fixture) => {
    const events = [
      event(1, 'overload'),
      event(1, 'tariffPeriod'),
      event(1, 'overload', 'tic/b'),
      event(3, 'overloadEnd'),
    ];
    assert.equal(fixture.store.putEvents([...events, ...events]), 4);
    const check = () => {
      const { store } = fixture;
      assert.deepEqual(
        store.readEvents(ALWAYS).map(({ kind, source }) => `${kind} ${source}`),
        ['overloadEnd tic/a', 'overload tic/b', 'tariffPeriod tic/a', 'overload tic/a'],
      );
      assert.deepEqual(store.readEvents({ ...ALWAYS, limit: 1 }), [event(3, 'overloadEnd')]);
      assert.deepEqual(store.readEvents({ ...ALWAYS, source: 'tic/b' }), [event(1, 'overload', 'tic/b')]);
      const kinds = ['overload', 'overloadEnd'] as const;
      assert.equal(store.readEvents({ ...ALWAYS, kinds }).length, 3);
      assert.equal(store.readEvents({ ...ALWAYS, kinds: [] }).length, 0);
      assert.equal(store.readEvents({ ...ALWAYS, fromMs: DAY + 2 * HOUR_MS }).length, 1);
      assert.equal(store.readEvents({ ...ALWAYS, toMs: DAY + 3 * HOUR_MS }).length, 3);
      assert.equal(store.putEvents(events), 0);
    };
    check();
    fixture.store.flush();
    check();
    fixture.store.close();
    fixture.store = fixture.place.open();
    check();
  },

  'events are told to those who follow, in order with measurements': (fixture) => {
    const { series, clock } = fixture;
    const start = fixture.store.cursor();
    fixture.store.putEvents([event(1, 'overload')]);
    fixture.store.addPoints(
      series,
      pointsOf([{ startMs: clock.nowMs - 9_000, durationMs: 1_000, value: 1 }]),
    );
    fixture.store.flush();
    fixture.store.putEvents([event(2, 'overloadEnd')]);
    const kinds = fixture.store.readChanges(start, 10)?.items.map(({ kind }) => kind);
    assert.deepEqual(kinds, ['event', 'point', 'event']);
    const between = fixture.store.readChanges(start, 2)?.cursor ?? assert.fail('cursor is known');
    fixture.store.close();
    fixture.store = fixture.place.open();
    assert.deepEqual(eventsSince(fixture.store, between), [event(2, 'overloadEnd')]);
    const end = fixture.store.cursor();
    fixture.store.seal(clock.nowMs + 2 * DAY_MS);
    assert.equal(fixture.store.readChanges(start, 10), null);
    fixture.store.putEvents([event(4, 'breaker')]);
    assert.deepEqual(eventsSince(fixture.store, end), [event(4, 'breaker')]);
  },

  'what belongs together goes to the file in one group': ({ store, series, place, clock }) => {
    const reader = place.openReadOnly();
    try {
      store.together(() => {
        store.addPoints(series, pointsOf([{ startMs: clock.nowMs - 9_000, durationMs: 1_000, value: 1 }]));
        store.putReadings(series, [reading(1, 100)]);
        store.putEvents([event(1, 'overload')]);
        clock.elapsedMs += 60_000;
        assert.equal(reader.readEvents(ALWAYS).length, 0);
      });
      clock.elapsedMs += 60_000;
      store.putReadings(series, []);
      assert.equal(reader.readTotal(series, 0, 2 * DAY).sum, 1);
      assert.equal(reader.readReadings(series, 0, 2 * DAY).length, 1);
      assert.equal(reader.readEvents(ALWAYS).length, 1);
    } finally {
      reader.close();
    }
  },

  'energy across a gap counts in sums by time and never as measured': (fixture) => {
    const { series } = fixture;
    const measured = [0, 4].map((hour) => ({
      startMs: DAY + hour * HOUR_MS,
      durationMs: HOUR_MS,
      value: 100,
    }));
    fixture.store.addPoints(series, pointsOf(measured));
    const reader = fixture.place.openReadOnly();
    const gap = { fromMs: DAY + HOUR_MS, toMs: DAY + 4 * HOUR_MS, value: 900 };
    const check = (recovered: number[]) => {
      const { store } = fixture;
      assert.deepEqual(hours(store, series), {
        sums: [100, ...recovered.map((value) => value || Number.NaN), 100],
        recovered: [0, ...recovered, 0],
        validMs: [HOUR_MS, 0, 0, 0, HOUR_MS],
      });
      const total = store.readTotal(series, DAY, DAY + DAY_MS);
      const recoveredSum = recovered.reduce((sum, value) => sum + value, 0);
      assert.deepEqual(total, { sum: 200 + recoveredSum, recoveredSum, validMs: 2 * HOUR_MS });
      store.flush();
      assert.deepEqual(reader.readTotal(series, DAY, DAY + DAY_MS), total);
    };
    try {
      fixture.store.putRecoveredSpan(series, gap);
      check([300, 300, 300]);
      const cursor = fixture.store.cursor();
      fixture.store.putRecoveredSpan(series, gap);
      assert.equal(fixture.store.cursor(), cursor);
      assert.deepEqual(fixture.store.readRecoveredSpans(series, DAY, DAY + 2 * HOUR_MS), [gap]);
      // The end of the gap is told apart: one span takes the other's place.
      fixture.store.putRecoveredSpan(series, { ...gap, toMs: DAY + 2 * HOUR_MS, value: 50 });
      fixture.store.putRecoveredSpan(series, { ...gap, fromMs: DAY + 2 * HOUR_MS, value: 20 });
      check([50, 10, 10]);
      fixture.store.seal(DAY + DAY_MS);
      fixture.store.close();
      fixture.store = fixture.place.open();
      check([50, 10, 10]);
      fixture.store.putRecoveredSpan(series, { ...gap, toMs: DAY + 2 * HOUR_MS, value: 0 });
      check([0, 10, 10]);
      assert.equal(fixture.store.readRecoveredSpans(series, 0, 2 * DAY).length, 1);
    } finally {
      reader.close();
    }
  },

  'a series reaches as far as what is known of it, measured or recovered': ({ store, series }) => {
    const extent = () => {
      const { firstMs, lastMs } = store.listSeries()[0] ?? assert.fail('a series');
      return [firstMs, lastMs];
    };
    assert.deepEqual(extent(), [null, null]);
    store.putRecoveredSpan(series, { fromMs: DAY + HOUR_MS, toMs: DAY + 2 * HOUR_MS, value: 9 });
    assert.deepEqual(extent(), [DAY + HOUR_MS, DAY + 2 * HOUR_MS]);
    store.addPoints(series, pointsOf([{ startMs: DAY + 2 * HOUR_MS, durationMs: HOUR_MS, value: 5 }]));
    store.putRecoveredSpan(series, { fromMs: DAY + 3 * HOUR_MS, toMs: DAY + 5 * HOUR_MS, value: 9 });
    assert.deepEqual(extent(), [DAY + HOUR_MS, DAY + 5 * HOUR_MS]);
  },

  'a gauge has no energy to recover': ({ store }) => {
    const gauge = store.ensureSeries({ source: 'tic/a', quantity: 'voltage', unit: 'V', name: 'Voltage' });
    assert.throws(() => store.putRecoveredSpan(gauge, { fromMs: DAY, toMs: DAY + 1, value: 1 }));
  },
};
