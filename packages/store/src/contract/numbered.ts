import assert from 'node:assert/strict';
import type { Points } from '@kilowink/core/series';
import { DAY_MS, HOUR_MS } from '@kilowink/core/time';
import type { StoreReader } from '../store.ts';
import type { Cases } from './place.ts';

const DAY = Date.UTC(2026, 2, 1);
const TIMELINE = [{ fromNumber: 0, startMs: DAY, intervalMs: 5_000 }];
const BOOT = 0xdeadbeef;

function windowAt(number: number) {
  const lastFlashMs = number % 3 === 0 ? null : (number * 25) % 5_000;
  return { number, value: number % 3, reports: 1, disagreements: 0, lastFlashMs };
}

function windows(from: number, to: number) {
  return Array.from({ length: to - from }, (_, index) => windowAt(from + index));
}

function lastFlashesOf(parts: Iterable<Points>): (number | null)[] {
  return [...parts].flatMap((points) =>
    Array.from(points.starts, (_, index) => {
      const code = points.lastFlashes?.[index] ?? 0;
      return code === 0 ? null : code - 1;
    }),
  );
}

/** Hours of the first day: what is summed, what of it is recovered, and what is measured. */
function hours(store: StoreReader, series: number) {
  const edges = Float64Array.from({ length: 4 }, (_, hour) => DAY + hour * HOUR_MS);
  const { sums, recoveredSums, validMs } = store.readBuckets(series, edges);
  return { sums: [...sums], recovered: recoveredSums && [...recoveredSums], validMs: [...validMs] };
}

/** What sensors that number their windows bring: boots, last flashes, recovered energy. */
export const numberedCases: Cases = {
  'a run is found by its boot, after a restart too': (fixture) => {
    const { series } = fixture;
    const run = fixture.store.createRun({ series, timeline: TIMELINE, boot: BOOT });
    const plain = fixture.store.createRun({ series, timeline: TIMELINE });
    fixture.store.putWindows(run, windows(3, 9));
    fixture.store.close();
    fixture.store = fixture.place.open();
    const found = fixture.store.findRun(series, BOOT);
    assert.deepEqual(found, {
      id: run,
      series,
      boot: BOOT,
      timeline: TIMELINE,
      firstNumber: 3,
      lastNumber: 8,
    });
    assert.equal(fixture.store.findRun(series, 7), null);
    assert.throws(() => fixture.store.createRun({ series, timeline: TIMELINE, boot: BOOT }));
    assert.equal(fixture.store.listRuns(series, 9).find(({ id }) => id === plain)?.boot, undefined);
  },

  'when the last flash came is kept, hot and sealed': (fixture) => {
    const { series } = fixture;
    const run = fixture.store.createRun({ series, timeline: TIMELINE, boot: BOOT });
    fixture.store.putWindows(run, windows(0, 100));
    fixture.store.putWindows(run, [{ ...windowAt(5), lastFlashMs: 4_975, reports: 2 }]);
    const expected = windows(0, 100).map(({ lastFlashMs }) => lastFlashMs);
    const read = () => lastFlashesOf(fixture.store.readPoints(series, DAY, DAY + DAY_MS));
    assert.deepEqual(read(), expected);
    fixture.store.close();
    fixture.store = fixture.place.open();
    assert.deepEqual(read(), expected);
    assert.equal(fixture.store.readWindows(run, 5, 6)[0]?.lastFlashMs, 125);
    fixture.store.seal(DAY + DAY_MS);
    assert.deepEqual(read(), expected);
    fixture.store.close();
    fixture.store = fixture.place.open();
    assert.deepEqual(read(), expected);
  },

  'days without last flashes and days with them are sealed together': ({ store, series }) => {
    const numbered = store.createRun({ series, timeline: TIMELINE, boot: BOOT });
    const plain = store.createRun({ series, timeline: TIMELINE });
    store.putWindows(
      plain,
      windows(0, 50).map(({ lastFlashMs: _, ...window }) => window),
    );
    store.seal(DAY + DAY_MS);
    store.putWindows(numbered, windows(50, 60));
    store.seal(DAY + DAY_MS);
    const read = lastFlashesOf(store.readPoints(series, DAY, DAY + DAY_MS));
    assert.deepEqual(read, [
      ...Array(50).fill(null),
      ...windows(50, 60).map(({ lastFlashMs }) => lastFlashMs),
    ]);
  },

  'recovered energy is summed by time, and is no measurement': (fixture) => {
    const { series, place } = fixture;
    const run = fixture.store.createRun({ series, timeline: TIMELINE, boot: BOOT });
    fixture.store.putWindows(run, windows(0, 360));
    const measured = windows(0, 360).reduce((sum, { value }) => sum + value, 0);
    const gap = { fromNumber: 360, toNumber: 3 * 720, value: 250 };
    fixture.store.replaceRecovered(run, [], [gap]);
    const check = (store: StoreReader) => {
      assert.deepEqual(hours(store, series), {
        sums: [measured + 50, 100, 100],
        recovered: [50, 100, 100],
        validMs: [HOUR_MS / 2, 0, 0],
      });
      assert.deepEqual(store.readTotal(series, DAY, DAY + 2 * HOUR_MS), {
        sum: measured + 150,
        validMs: HOUR_MS / 2,
        recoveredSum: 150,
      });
      assert.deepEqual(store.readRecovered(run, 400, 401), [gap]);
      assert.deepEqual(store.readRecovered(run, 0, 360), []);
    };
    check(fixture.store);
    fixture.store.close();
    fixture.store = fixture.place.open();
    check(fixture.store);
    const reader = place.openReadOnly();
    check(reader);
    fixture.store.replaceRecovered(run, [gap], [{ ...gap, fromNumber: 720, value: 60 }]);
    assert.deepEqual(hours(fixture.store, series).recovered, [0, 30, 30]);
    fixture.store.flush();
    assert.deepEqual(hours(reader, series).recovered, [0, 30, 30]);
    fixture.store.replaceRecovered(run, [{ ...gap, fromNumber: 720, value: 60 }], []);
    assert.deepEqual(hours(fixture.store, series), {
      sums: [measured, Number.NaN, Number.NaN],
      recovered: undefined,
      validMs: [HOUR_MS / 2, 0, 0],
    });
    fixture.store.flush();
    assert.equal(reader.readTotal(series, 0, 2 * DAY).recoveredSum, 0);
    reader.close();
  },

  'what is recovered moves with its run until its day is sealed': (fixture) => {
    const { series } = fixture;
    const run = fixture.store.createRun({ series, timeline: TIMELINE, boot: BOOT });
    fixture.store.putWindows(run, windows(0, 10));
    const gap = { fromNumber: 720, toNumber: 1_440, value: 72 };
    fixture.store.replaceRecovered(run, [], [gap]);
    const later = (byMs: number) => [{ fromNumber: 0, startMs: DAY + byMs, intervalMs: 5_000 }];
    fixture.store.setTimeline(run, later(HOUR_MS / 2));
    const second = () => hours(fixture.store, series).recovered;
    assert.deepEqual(second(), [0, 36, 36]);
    fixture.store.seal(DAY + DAY_MS);
    fixture.store.setTimeline(run, later(0));
    assert.deepEqual(second(), [0, 36, 36]);
    fixture.store.close();
    fixture.store = fixture.place.open();
    assert.deepEqual(second(), [0, 36, 36]);
    fixture.store.replaceRecovered(run, [gap], [{ ...gap, toNumber: 1_080, value: 36 }]);
    assert.deepEqual(second(), [0, 36, 0]);
  },

  'a change of what is recovered is told as a range': ({ store, series }) => {
    const run = store.createRun({ series, timeline: TIMELINE, boot: BOOT });
    const start = store.cursor();
    store.replaceRecovered(run, [], [{ fromNumber: 720, toNumber: 1_440, value: 72 }]);
    assert.deepEqual(store.readChanges(start, 9)?.items, [
      { kind: 'rewritten', series, fromMs: DAY + HOUR_MS, toMs: DAY + 2 * HOUR_MS },
    ]);
  },

  'what is put together goes to the file in one group': ({ store, series, place, clock }) => {
    const run = store.createRun({ series, timeline: TIMELINE, boot: BOOT });
    store.putWindows(run, windows(0, 1));
    const groups = store.writtenGroups;
    clock.elapsedMs += 60_000;
    const reader = place.openReadOnly();
    store.together(() => {
      store.replaceRecovered(run, [], [{ fromNumber: 1, toNumber: 5, value: 7 }]);
      store.putWindows(run, windows(5, 9));
      assert.equal(store.writtenGroups, groups);
      assert.equal(reader.readTotal(series, 0, 2 * DAY).validMs, 0);
    });
    assert.ok(store.writtenGroups > groups);
    assert.equal(reader.readTotal(series, 0, 2 * DAY).validMs, 25_000);
    assert.equal(reader.readTotal(series, 0, 2 * DAY).recoveredSum, 7);
    reader.close();
  },
};
