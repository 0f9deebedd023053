import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ALL_TIME, BucketFold, type Buckets } from '../series/index.ts';
import {
  type Correction,
  compare,
  correctedBuckets,
  correctedTotal,
  type IndexReading,
  periodsBetween,
} from './index.ts';

const MINUTE_MS = 60_000;
const MINUTES = 240;

/** A series by the minute; NaN where nothing was measured. Edges are whole minutes. */
function seriesOf(values: readonly number[]): (edges: Float64Array) => Buckets {
  return (edges) => {
    const count = edges.length - 1;
    const column = () => new Float64Array(count);
    const buckets = {
      starts: edges.slice(0, -1),
      sums: column().fill(Number.NaN),
      validMs: column(),
      rateMin: column().fill(Number.NaN),
      rateMax: column().fill(Number.NaN),
      lengthsMs: Float64Array.from({ length: count }, (_, i) => (edges[i + 1] ?? 0) - (edges[i] ?? 0)),
    };
    for (let bucket = 0; bucket < count; bucket += 1) {
      const [from, to] = [(edges[bucket] ?? 0) / MINUTE_MS, (edges[bucket + 1] ?? 0) / MINUTE_MS];
      const found = values.slice(from, to).filter((value) => !Number.isNaN(value));
      if (found.length === 0) continue;
      buckets.sums[bucket] = found.reduce((sum, value) => sum + value, 0);
      buckets.validMs[bucket] = found.length * MINUTE_MS;
      buckets.rateMin[bucket] = Math.min(...found) * 60;
      buckets.rateMax[bucket] = Math.max(...found) * 60;
    }
    return buckets;
  };
}

const edgesOf = (...minutes: number[]) => Float64Array.from(minutes, (minute) => minute * MINUTE_MS);
const at = (fromMinute: number, toMinute: number) => ({
  fromMs: fromMinute * MINUTE_MS,
  toMs: toMinute * MINUTE_MS,
});
const steady = seriesOf(new Array(MINUTES).fill(2));

test('a bad stretch is a gap: no energy, no coverage, its neighbours untouched', () => {
  const { sums, validMs, rateMax } = correctedBuckets(
    steady,
    [{ kind: 'bad', ...at(70, 100) }],
    edgesOf(0, 60, 70, 90, 100, 120),
  );
  assert.deepEqual([...sums], [120, 20, Number.NaN, Number.NaN, 40]);
  assert.deepEqual(
    [...validMs].map((ms) => ms / MINUTE_MS),
    [60, 10, 0, 0, 20],
  );
  assert.ok(Number.isNaN(rateMax[2]));
});

test('a correction that cuts a bucket takes its part only', () => {
  const { sums, validMs } = correctedBuckets(
    steady,
    [{ kind: 'scale', factor: 1.5, ...at(50, 80) }],
    edgesOf(0, 60, 120),
  );
  assert.deepEqual([...sums], [100 + 30, 60 + 80]);
  assert.deepEqual([...validMs], [60 * MINUTE_MS, 60 * MINUTE_MS]);
});

test('the difference of two readings goes where nothing was measured', () => {
  const holed = seriesOf(Array.from({ length: MINUTES }, (_, i) => (i >= 100 && i < 130 ? Number.NaN : 2)));
  const { sums, recoveredSums, validMs } = correctedBuckets(
    holed,
    [{ kind: 'total', energy: 240, into: 'gaps', ...at(60, 180) }],
    edgesOf(60, 90, 100, 115, 130, 180),
  );
  assert.deepEqual([...sums], [60, 20, 30, 30, 100]);
  assert.deepEqual([...(recoveredSums ?? [])], [0, 0, 30, 30, 0]);
  assert.equal(validMs[2], 0);
});

test('a total keeps the shape, or is flat where nothing has one', () => {
  const shaped = correctedBuckets(
    steady,
    [{ kind: 'total', energy: 480, into: 'shape', ...at(0, 120) }],
    edgesOf(0, 60, 120),
  );
  assert.deepEqual([...shaped.sums], [240, 240]);
  assert.deepEqual([...shaped.rateMax], [240, 240]);
  const none = correctedBuckets(
    seriesOf([]),
    [{ kind: 'total', energy: 90, into: 'shape', ...at(0, 90) }],
    edgesOf(0, 30, 120),
  );
  assert.deepEqual([...none.sums], [30, 60]);
  assert.deepEqual([...none.validMs], [0, 0]);
});

const correction = fc
  .tuple(
    fc.integer({ min: 0, max: MINUTES - 1 }),
    fc.integer({ min: 1, max: MINUTES }),
    fc.nat(3),
    fc.nat(1_000),
  )
  .map(([from, length, kind, amount]): Correction => {
    const range = at(from, Math.min(from + length, MINUTES));
    if (kind === 0) return { kind: 'bad', ...range };
    if (kind === 1) return { kind: 'scale', factor: amount / 500, ...range };
    return { kind: 'total', energy: amount, into: kind === 2 ? 'shape' : 'flat', ...range };
  });
const values = fc.array(fc.oneof(fc.constant(Number.NaN), fc.nat(20)), {
  minLength: MINUTES,
  maxLength: MINUTES,
});

test('whatever the corrections and the edges, parts add up to the whole, and the last total holds', () => {
  fc.assert(
    fc.property(
      values,
      fc.array(correction, { minLength: 1, maxLength: 5 }),
      fc.uniqueArray(fc.integer({ min: 1, max: MINUTES - 1 })),
      (some, corrections, cuts) => {
        const read = seriesOf(some);
        const total = (edges: Float64Array) =>
          correctedBuckets(read, corrections, edges).sums.reduce(
            (sum, each) => sum + (Number.isNaN(each) ? 0 : each),
            0,
          );
        const whole = total(edgesOf(0, MINUTES));
        const parts = total(edgesOf(0, ...cuts.toSorted((a, b) => a - b), MINUTES));
        assert.ok(Math.abs(whole - parts) < 1e-6 * Math.max(whole, 1));
        const last = corrections.at(-1);
        if (last?.kind !== 'total') return;
        const held = total(Float64Array.of(last.fromMs, last.toMs));
        assert.ok(Math.abs(held - last.energy) < 1e-6 * Math.max(held, 1));
      },
    ),
    { numRuns: 200 },
  );
});

test('without a correction in sight the buckets are the very ones that were read', () => {
  const made = steady(edgesOf(0, 10));
  assert.equal(
    correctedBuckets(() => made, [{ kind: 'bad', ...at(10, 20) }], edgesOf(0, 10)),
    made,
  );
});

test('verdicts', () => {
  const period = { fromMs: 0, toMs: 86_400_000, energyWh: 10_000, toleranceWh: 1 };
  const full = { recoveredWh: 0, validMs: 86_400_000 };
  const of = (measured: { energyWh: number; recoveredWh?: number; validMs?: number }) =>
    compare(period, { ...full, ...measured }, 9_000).verdict;
  assert.equal(of({ energyWh: 10_002 }), 'agrees');
  assert.equal(of({ energyWh: 9_900 }), 'missed');
  assert.equal(of({ energyWh: 10_100 }), 'invented');
  assert.equal(of({ energyWh: 9_500, validMs: 82_800_000 }), 'gaps');
  assert.equal(of({ energyWh: 500, validMs: 82_800_000 }), 'missed');
  const gap = compare(period, { ...full, energyWh: 9_500, validMs: 82_800_000 }, 9_000);
  assert.equal(gap.gapPowerW, 500);
  assert.equal(gap.driftShare, -0.05);
});

test('readings make periods, but not across a new meter', () => {
  const reading = (day: number, indexWh: number): IndexReading => ({
    atMs: day * 86_400_000,
    indexWh,
    resolutionWh: 1_000,
  });
  const periods = periodsBetween([reading(3, 500), reading(0, 1_000), reading(1, 5_000), reading(5, 9_500)]);
  assert.deepEqual(
    periods.map(({ energyWh, fromMs }) => [fromMs / 86_400_000, energyWh]),
    [
      [0, 4_000],
      [3, 9_000],
    ],
  );
});

test('a meter that was replaced may show more than the old one: no home draws that, and no period is made across it', () => {
  const reading = (hour: number, indexWh: number): IndexReading => ({
    ...{ atMs: hour * 3_600_000, indexWh, resolutionWh: 1_000 },
  });
  const periods = periodsBetween([
    reading(0, 5e6),
    reading(24, 5.02e6),
    reading(25, 31e6),
    reading(49, 31.03e6),
  ]);
  assert.deepEqual(
    periods.map(({ fromMs, energyWh }) => [fromMs / 3_600_000, energyWh]),
    [
      [0, 20_000],
      [25, 30_000],
    ],
  );
});

test('no period is made across a meter that somebody said was replaced, whatever the new one shows', () => {
  const reading = (day: number, indexWh: number, meter: number): IndexReading => ({
    ...{ atMs: day * 86_400_000, indexWh, resolutionWh: 1_000, meter },
  });
  const periods = periodsBetween([
    reading(0, 5e6, 0),
    reading(1, 5.02e6, 0),
    reading(2, 5.03e6, 1),
    reading(4, 5.05e6, 1),
  ]);
  assert.deepEqual(
    periods.map(({ fromMs, energyWh }) => [fromMs / 86_400_000, energyWh]),
    [
      [0, 20_000],
      [2, 20_000],
    ],
  );
});

test('a display in kWh that is read beside the Wh of the meter is no new meter', () => {
  const meter = (day: number, indexWh: number) => ({ atMs: day * 86_400_000, indexWh, resolutionWh: 1 });
  const display = { atMs: 1.5 * 86_400_000, indexWh: 5_000, resolutionWh: 1_000 };
  const periods = periodsBetween([
    meter(0, 1_000),
    meter(1, 5_600),
    display,
    meter(2, 6_000),
    meter(3, 5_999),
  ]);
  assert.deepEqual(
    periods.map(({ fromMs, energyWh, toleranceWh }) => [fromMs / 86_400_000, energyWh, toleranceWh]),
    [
      [0, 4_600, 1],
      [1, 0, 1_000],
      [1.5, 1_000, 1_000],
    ],
  );
});

test('a total is changed by what the corrections change within its range, and nothing else', () => {
  const corrections: Correction[] = [
    { kind: 'scale', factor: 1.5, ...at(50, 80) },
    { kind: 'bad', ...at(70, 90) },
  ];
  assert.deepEqual(correctedTotal(steady, corrections, at(0, 75)), {
    sum: 150 + 20 - 10,
    recoveredSum: 0,
    validMs: 70 * MINUTE_MS,
  });
  assert.deepEqual(correctedTotal(steady, corrections, at(90, 100)), {
    sum: 20,
    recoveredSum: 0,
    validMs: 10 * MINUTE_MS,
  });
});

test('a measurement that comes late over the end of a correction follows it as far as it lies in it, at every step', () => {
  const points = {
    starts: Float64Array.of(40 * MINUTE_MS),
    durationsMs: Float64Array.of(10 * MINUTE_MS),
    values: Float64Array.of(600),
    reports: null,
    disagreements: null,
  };
  const read = (edges: Float64Array, stepMs: number) => {
    const fold = new BucketFold(edges, 'sum', stepMs);
    fold.addPoints(points, ALL_TIME);
    return fold.finish();
  };
  const corrections: Correction[] = [{ kind: 'bad', ...at(30, 44) }];
  for (const minutes of [
    [0, 60],
    [0, 30, 60],
    [0, 41, 43, 46, 47, 60],
    Array.from({ length: 61 }, (_, minute) => minute),
  ]) {
    const { sums, validMs } = correctedBuckets(read, corrections, edgesOf(...minutes));
    const sum = sums.reduce((all, each) => all + (Number.isNaN(each) ? 0 : each), 0);
    assert.ok(Math.abs(sum - 360) < 1e-9, `${minutes.length - 1} buckets: ${sum}`);
    assert.equal(
      validMs.reduce((all, each) => all + each, 0),
      6 * MINUTE_MS,
    );
  }
  assert.equal(correctedTotal(read, corrections, at(0, 60)).sum, 360);
  assert.equal(correctedTotal(read, corrections, at(0, 44)).sum, 0);
});

test('a total that was put into gaps holds by the shape once they are filled, or hold more than it', () => {
  for (const energy of [300, 100]) {
    const { sums, validMs } = correctedBuckets(
      steady,
      [{ kind: 'total', energy, into: 'gaps', ...at(60, 120) }],
      edgesOf(60, 90, 120),
    );
    assert.deepEqual([...sums], [energy / 2, energy / 2]);
    assert.deepEqual([...validMs], [30 * MINUTE_MS, 30 * MINUTE_MS]);
  }
});

test('totals over totals are read once each, however many there are', () => {
  let readCount = 0;
  const read = (edges: Float64Array) => {
    readCount += 1;
    return steady(edges);
  };
  const many = Array.from({ length: 24 }, (_, index): Correction => {
    return { kind: 'total', energy: 100 + index, into: 'shape', ...at(10, 20) };
  });
  assert.equal(correctedBuckets(read, many, edgesOf(0, 60)).sums[0], 100 + 123);
  assert.ok(readCount < 60, `${readCount} reads`);
});
