import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Columns, gaugePoints, NO_WINDOWS, type Windows, windowColumns } from '../data/columns.ts';
import { createDataset, flashStepW, highestW, rowSpans, summarize, sumUntil } from './dataset.ts';
import { runningMean } from './running-mean.ts';
import { TABLE_ROWS_MAX, tableRows } from './table-rows.ts';

const WINDOW_MS = 5_000;

/** The windows of a meter under a steady load, as a sensor counts them. */
function flashesOf(powerW: number, count: number): Windows {
  const before = (index: number): number => Math.floor((powerW * index * WINDOW_MS) / 3.6e6 + 1e-9);
  const starts = Float64Array.from({ length: count }, (_, index) => index * WINDOW_MS);
  return {
    ...NO_WINDOWS,
    starts,
    durationsMs: starts.map(() => WINDOW_MS),
    energyWh: starts.map((_, index) => before(index + 1) - before(index)),
  };
}

function columnsOf(windows: Windows): Columns {
  return windowColumns(windows, 0, windows.starts.length * WINDOW_MS);
}

function buckets(rows: readonly { meanW: number; minW: number; maxW: number }[], stepMs: number): Columns {
  const column = (pick: (row: (typeof rows)[number], index: number) => number): Float64Array =>
    Float64Array.from(rows, pick);
  return {
    length: rows.length,
    starts: column((_, index) => index * stepMs),
    ends: column((_, index) => (index + 1) * stepMs),
    energyWh: column((row) => (row.meanW * stepMs) / 3.6e6),
    meanW: column((row) => row.meanW),
    minW: column((row) => row.minW),
    maxW: column((row) => row.maxW),
    powerW: column(() => Number.NaN),
    recoveredWh: column(() => 0),
    coverage: column(() => 1),
  };
}

test('one flash is 720 W in 5 s and 120 W in 30 s', () => {
  assert.equal(flashStepW(5_000), 720);
  assert.equal(flashStepW(30_000), 120);
});

test('the running mean of a steady load is within a tenth of it, or 103 W where a minute holds few flashes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 80, max: 9_000 }), (powerW) => {
      const mean = runningMean(columnsOf(flashesOf(powerW, 120)), 1);
      // The kernel's middle has a weight of 1/(reach + 1): one flash too many there is 720 W times that.
      const boundW = Math.max(720 / 7, powerW / 10);
      for (const value of mean.subarray(12, 108)) assert.ok(Math.abs(value - powerW) <= boundW);
    }),
  );
});

test('rows last as long as the measurements themselves, and buckets their step', () => {
  const starts = Float64Array.of(0, 60_020, 120_000, 240_000, 245_000);
  const durationsMs = Float64Array.of(60_020, 59_980, 60_000, 5_000, 5_000);
  const windows = { ...NO_WINDOWS, starts, durationsMs, energyWh: starts.map(() => 1), powerW: starts };
  const dataset = createDataset(windowColumns(windows, 0, 250_000), 5_000);
  assert.deepEqual(rowSpans(dataset, 0, 200_000), { leastMs: 60_000, mostMs: 60_000 });
  assert.deepEqual(rowSpans(dataset, 0, 250_000), { leastMs: 5_000, mostMs: 60_000 });
  assert.deepEqual(rowSpans(dataset, 190_000, 230_000), { leastMs: 5_000, mostMs: 5_000 });
  const days = createDataset(buckets([{ meanW: 300, minW: 300, maxW: 300 }], 60_000), 86_400_000);
  assert.deepEqual(rowSpans(days, 0, 60_000), { leastMs: 86_400_000, mostMs: 86_400_000 });
});

test('the running mean does not look across a gap', () => {
  const windows = flashesOf(3_600, 40);
  const keep = (column: Float64Array): Float64Array => column.filter((_, index) => index < 18 || index > 21);
  const quiet = { ...windows, energyWh: windows.energyWh.map((value, index) => (index > 21 ? 0 : value)) };
  const columns = columnsOf({
    ...NO_WINDOWS,
    starts: keep(quiet.starts),
    durationsMs: keep(quiet.durationsMs),
    energyWh: keep(quiet.energyWh),
  });
  const mean = runningMean(columns, 1);
  const gap = [...columns.coverage].indexOf(0);
  assert.ok(gap > 0 && Number.isNaN(mean[gap]));
  assert.equal(mean[gap - 1], 3_600);
  assert.equal(mean[gap + 1], 0);
});

test('counts are told from finer measurements', () => {
  const windows = flashesOf(400, 60);
  assert.equal(createDataset(columnsOf(windows), WINDOW_MS).style, 'counts');
  const fine = { ...windows, energyWh: windows.energyWh.map(() => 0.5521) };
  assert.equal(createDataset(columnsOf(fine), WINDOW_MS).style, 'band');
});

test('counts by the minute are not taken for those of their half minutes', () => {
  const minutes = Array.from({ length: 120 }, () => ({ meanW: 240, minW: 240, maxW: 240 }));
  assert.equal(createDataset(buckets(minutes, 30_000), 30_000).style, 'band');
  const counted = Array.from({ length: 120 }, () => ({ meanW: 240, minW: 0, maxW: 720 }));
  assert.equal(createDataset(buckets(counted, 30_000), 30_000).style, 'counts');
});

test('a row of one measurement has the power that it tells, and no band', () => {
  const columns = buckets([{ meanW: 2_580, minW: 2_580, maxW: 2_580 }], 60_000);
  const told = createDataset({ ...columns, powerW: Float64Array.of(2_553) }, 60_000);
  assert.deepEqual([told.lineW[0], told.lowW[0], told.highW[0]], [2_553, 2_553, 2_553]);
});

test('counts beside finer measurements are drawn as the power they tell, and those as they are', () => {
  const imported = Array.from({ length: 60 }, () => ({ meanW: 290, minW: 290, maxW: 290 }));
  const counted = Array.from({ length: 30 }, (_, index) => ({
    meanW: index % 3 === 0 ? 0 : 360,
    minW: 0,
    maxW: 720,
  }));
  const dataset = createDataset(buckets([...imported, ...counted], 10_000), 10_000);
  assert.equal(dataset.style, 'band');
  assert.deepEqual(new Set(dataset.lineW.subarray(0, 60)), new Set([290]));
  for (const row of Array.from({ length: 20 }, (_, index) => 66 + index)) {
    assert.ok(Math.abs((dataset.lineW[row] ?? 0) - 240) < 40, `row ${row}: ${dataset.lineW[row]} W`);
    assert.ok((dataset.highW[row] ?? 0) - (dataset.lowW[row] ?? 0) < 1, `band of row ${row}`);
  }
});

test('a steady load has no band, and a peak keeps it', () => {
  const dataset = createDataset(
    buckets(
      [
        { meanW: 300, minW: 0, maxW: 720 },
        { meanW: 420, minW: 0, maxW: 2_160 },
        { meanW: 300.5, minW: 12.5, maxW: 1_733.1 },
      ],
      300_000,
    ),
    300_000,
  );
  assert.deepEqual([...dataset.lowW], [300, 360, 12.5]);
  assert.deepEqual([...dataset.highW], [300, 1_800, 1_733.1]);
});

test('the mean always lies inside the band', () => {
  const watts = fc.integer({ min: 0, max: 14 }).map((count) => count * 720);
  fc.assert(
    fc.property(watts, watts, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, part) => {
      const [minW, maxW] = [Math.min(a, b), Math.max(a, b)];
      const meanW = minW + (maxW - minW) * part;
      const dataset = createDataset(buckets([{ meanW, minW, maxW }], 60_000), 60_000);
      assert.ok((dataset.lowW[0] ?? Number.NaN) <= meanW && meanW <= (dataset.highW[0] ?? Number.NaN));
    }),
  );
});

test('energy between two times adds up, cut rows in proportion', () => {
  const dataset = createDataset(columnsOf(flashesOf(7_200, 10)), WINDOW_MS);
  assert.equal(sumUntil(dataset, 0), 0);
  assert.equal(sumUntil(dataset, 12_500), 25);
  assert.equal(sumUntil(dataset, 50_000), 100);
});

test('a summary says energy, mean, extremes and coverage of what it was asked for', () => {
  const dataset = createDataset(columnsOf(flashesOf(7_200, 720)), WINDOW_MS);
  const summary = summarize(dataset, 0, 3_600_000);
  assert.deepEqual(summary, { energyWh: 7_200, meanW: 7_200, minW: 7_200, maxW: 7_200, coverage: 1 });
  assert.equal(summarize(createDataset(windowColumns(NO_WINDOWS, 0, 60_000), WINDOW_MS), 0, 60_000), null);
});

test('the energy of a first and of a present day lies where it could be measured', () => {
  const hourMs = 3_600_000;
  const days = buckets(
    Array.from({ length: 2 }, () => ({ meanW: 1_000, minW: 900, maxW: 1_100 })),
    24 * hourMs,
  );
  const columns = {
    ...days,
    energyWh: Float64Array.of(6_000, 10_000),
    coverage: Float64Array.of(6 / 24, 10 / 24),
  };
  const extent = { fromMs: 18 * hourMs, toMs: 34 * hourMs };
  const dataset = createDataset(columns, 24 * hourMs, { kind: 'sum', isFlashes: true, extent });
  const told = { meanW: 1_000, minW: 900, maxW: 1_100, coverage: 1 };
  assert.deepEqual(summarize(dataset, extent.fromMs, extent.toMs), { ...told, energyWh: 16_000 });
  assert.deepEqual(summarize(dataset, 21 * hourMs, 29 * hourMs), { ...told, energyWh: 8_000 });
  assert.equal(summarize(dataset, extent.fromMs, 44 * hourMs)?.coverage, 16 / 26);
});

test('the mean of a gauge lies among what it held, also where readings paused', () => {
  const points = [[0, 60_000, 230] as const, [66_000, 18_000, 232] as const, [90_000, 60_000, 231] as const];
  const columns = windowColumns(gaugePoints(points), 0, 150_000);
  const extent = { fromMs: 0, toMs: 150_000 };
  const dataset = createDataset(columns, WINDOW_MS, { kind: 'mean', isFlashes: false, extent });
  const meanV = (230 * 66 + 232 * 24 + 231 * 60) / 150;
  assert.equal(summarize(dataset, 0, 150_000)?.meanW.toFixed(6), meanV.toFixed(6));
});

test('the extremes of a short range enclose its mean', () => {
  const dataset = createDataset(columnsOf(flashesOf(2_330, 600)), WINDOW_MS);
  for (let from = 0; from < 590; from += 7) {
    const summary = summarize(dataset, from * WINDOW_MS, (from + 9) * WINDOW_MS);
    assert.ok(summary !== null && summary.minW <= summary.meanW && summary.meanW <= summary.maxW);
  }
});

test('the scale is made for the highest count on show, and for nothing outside', () => {
  const windows = flashesOf(300, 60);
  const energyWh = windows.energyWh.map((value, index) => (index === 50 ? 9 : value));
  const dataset = createDataset(columnsOf({ ...windows, energyWh }), WINDOW_MS);
  assert.equal(highestW(dataset, 0, 40 * WINDOW_MS), 720);
  assert.equal(highestW(dataset, 0, 60 * WINDOW_MS), 9 * 720);
});

test('the table is short and loses no energy', () => {
  const dataset = createDataset(columnsOf(flashesOf(1_500, 1_437)), WINDOW_MS);
  const rows = tableRows(dataset, { fromMs: 0, toMs: 1_437 * WINDOW_MS });
  assert.ok(rows.length <= TABLE_ROWS_MAX);
  const energyWh = rows.reduce((sum, row) => sum + row.energyWh, 0);
  assert.equal(energyWh, dataset.sumWh[1_437]);
  for (const row of rows) assert.ok(row.lowW <= row.meanW + 1e-6 && row.meanW <= row.highW + 1e-6);
});

test('the table says what the curve does: a steady load is steady, though its counts jump', () => {
  const columns = columnsOf(flashesOf(900, 60));
  const told = { ...columns, powerW: columns.powerW.map(() => 900) };
  for (const row of tableRows(createDataset(told, WINDOW_MS), { fromMs: 0, toMs: 60 * WINDOW_MS }))
    assert.deepEqual([row.meanW, row.lowW, row.highW], [900, 900, 900]);
});
