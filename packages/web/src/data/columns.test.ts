import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  bucketColumns,
  joinColumns,
  joinWindows,
  mergeWindows,
  NO_WINDOWS,
  rawWindowsOf,
  rowAt,
  type Windows,
  windowColumns,
  windowsOf,
} from './columns.ts';

const WINDOW_MS = 5_000;

function windowsAt(numbers: readonly number[], energyWh = 1): Windows {
  return {
    starts: Float64Array.from(numbers, (number) => number * WINDOW_MS),
    durationsMs: new Float64Array(numbers.length).fill(WINDOW_MS),
    energyWh: new Float64Array(numbers.length).fill(energyWh),
    reports: new Float64Array(numbers.length).fill(1),
    disagreements: new Float64Array(numbers.length),
    powerW: new Float64Array(numbers.length).fill(Number.NaN),
  };
}

const numbers = fc
  .uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 40 })
  .map((list) => list.toSorted((a, b) => a - b));

test('rows follow each other without holes and keep the energy', () => {
  fc.assert(
    fc.property(numbers, (present) => {
      const columns = windowColumns(windowsAt(present, 2), 0, 61 * WINDOW_MS);
      let endMs = 0;
      let energyWh = 0;
      for (let row = 0; row < columns.length; row++) {
        assert.equal(columns.starts[row], endMs);
        endMs = columns.ends[row] ?? 0;
        energyWh += columns.energyWh[row] || 0;
      }
      assert.equal(endMs, 61 * WINDOW_MS);
      assert.equal(energyWh, present.length * 2);
    }),
  );
});

test('a missing window is a row of coverage 0, a crystal that runs slow is not', () => {
  const gap = windowColumns(windowsAt([0, 1, 3]), 0, 4 * WINDOW_MS);
  assert.deepEqual([...gap.coverage], [1, 1, 0, 1]);
  const slow: Windows = { ...windowsAt([0, 1, 2]), starts: Float64Array.of(0, 5_040, 10_090) };
  const columns = windowColumns(slow, 0, 15_090);
  assert.deepEqual([...columns.coverage], [1, 1, 1]);
  assert.deepEqual([...columns.ends], [5_040, 10_090, 15_090]);
});

test('a count of one in 5 s is 720 W', () => {
  assert.deepEqual([...windowColumns(windowsAt([0]), 0, WINDOW_MS).meanW], [720]);
});

test('merging has each start once, ascending, the later value standing', () => {
  fc.assert(
    fc.property(numbers, numbers, (a, b) => {
      const merged = mergeWindows(windowsAt(a, 1), windowsAt(b, 2));
      const expected = [...new Set([...a, ...b])].sort((x, y) => x - y);
      assert.deepEqual(
        [...merged.starts],
        expected.map((number) => number * WINDOW_MS),
      );
      assert.deepEqual(
        [...merged.energyWh],
        expected.map((number) => (b.includes(number) ? 2 : 1)),
      );
    }),
  );
});

test('lists that follow each other are joined as they are', () => {
  assert.deepEqual(joinWindows([windowsAt([1, 2]), NO_WINDOWS, windowsAt([5])]), windowsAt([1, 2, 5]));
});

test('merging with nothing changes nothing', () => {
  const some = windowsAt([1, 2, 5]);
  assert.deepEqual(mergeWindows(some, NO_WINDOWS), some);
  assert.deepEqual(mergeWindows(NO_WINDOWS, some), some);
});

const answer = {
  series: 1,
  fromMs: 0,
  toMs: 30_000,
  step: '10s',
  stepMs: 10_000,
  zone: 'UTC',
  columns: {
    start: [0, 10_000, 20_000],
    energyWh: [1, null, 2],
    powerMeanW: [360, null, 720],
    powerMinW: [0, null, 720],
    powerMaxW: [720, null, 720],
    coverage: [1, 0, 1],
  },
};

test('buckets become columns, null becoming NaN and each row ending where the next begins', () => {
  const columns = bucketColumns(answer);
  assert.deepEqual([...columns.ends], [10_000, 20_000, 30_000]);
  assert.ok(Number.isNaN(columns.meanW[1]));
});

test('parts that overlap are joined without repeating a row', () => {
  const a = bucketColumns(answer);
  const joined = joinColumns([a, a]);
  assert.deepEqual([...joined.starts], [0, 10_000, 20_000]);
});

test('the row of a time is the one that holds it, or the nearest', () => {
  const columns = bucketColumns(answer);
  assert.deepEqual(
    [-5, 0, 9_999, 10_000, 29_999, 99_999].map((atMs) => rowAt(columns, atMs)),
    [0, 0, 0, 1, 2, 2],
  );
  assert.equal(rowAt(windowColumns(NO_WINDOWS, 0, 0), 5), -1);
});

test('measurements are drawn as corrections leave them, with a gap where nothing is left', () => {
  const columns = {
    start: [0, 1, 2, 3].map((number) => number * WINDOW_MS),
    durationMs: new Array<number>(4).fill(WINDOW_MS),
    energyWh: [1, 2, 3, 4],
    reports: [1, 1, 1, 1],
    disagreements: [0, 0, 0, 0],
    powerW: [720, null, 4_320, 5_760],
  };
  const measured = windowsOf({ series: 1, columns, truncated: false });
  assert.deepEqual([...measured.energyWh], [1, 2, 3, 4]);
  const corrected = { ...columns, correctedWh: [1, null, 6, 8] };
  const left = windowsOf({ series: 1, columns: corrected, truncated: false });
  assert.deepEqual([...left.energyWh], [1, 6, 8]);
  assert.deepEqual([...left.powerW], [720, 4_320, 5_760]);
  assert.deepEqual([...windowColumns(left, 0, 4 * WINDOW_MS).coverage], [1, 0, 1, 1]);
});

test('raw measurements are those that came, and say which of them corrections leave out', () => {
  const columns = {
    start: [0, WINDOW_MS, 2 * WINDOW_MS],
    durationMs: new Array<number>(3).fill(WINDOW_MS),
    energyWh: [1, 63, 3],
    reports: [1, 2, 3],
    disagreements: [0, 0, 0],
  };
  const plain = rawWindowsOf({ series: 1, columns, truncated: false });
  assert.equal(plain.isLeftOut, null);
  const corrected = { ...columns, correctedWh: [1, null, 6] };
  const { windows, isLeftOut } = rawWindowsOf({ series: 1, columns: corrected, truncated: false });
  assert.deepEqual([...windows.energyWh], [1, 63, 3]);
  assert.deepEqual([...windows.reports], [1, 2, 3]);
  assert.deepEqual(isLeftOut, [false, true, false]);
});
