import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  bucketsAnswer,
  chosenBucketsAnswer,
  chosenGaugeBucketsAnswer,
  chosenGaugeWindowsAnswer,
  chosenWindowsAnswer,
  gaugeBucketsAnswer,
  gaugeWindowsAnswer,
  windowsAnswer,
} from '@kilowink/api';
import fc from 'fast-check';
import { TruthSite } from '../truth/testing.ts';

const START_MS = Date.UTC(2026, 2, 1);
const WINDOW_MS = 5_000;
const COUNT = 2_000;

const site = await TruthSite.open();
after(() => site[Symbol.asyncDispose]());

const flashes = site.put(
  { source: 'optical/a/00' },
  { startMs: START_MS, durationMs: WINDOW_MS },
  Array.from({ length: COUNT }, (_, at) => (at % 37 === 5 ? null : at % 3)),
);
site.store.putRecoveredSpan(flashes, { fromMs: START_MS, toMs: START_MS + 60_000, value: 3 });
site.store.putCorrections([
  {
    series: flashes,
    fromMs: START_MS + 3_600_000,
    toMs: START_MS + 3_900_000,
    kind: { kind: 'scale', factor: 0.5 },
    origin: 'person',
    note: '',
    madeMs: START_MS,
  },
]);
const gauge = site.store.ensureSeries({ source: 'tic/a', quantity: 'voltage', unit: 'V', name: 'Volts' });
site.store.addPoints(gauge, {
  starts: Float64Array.from({ length: COUNT }, (_, at) => START_MS + at * WINDOW_MS),
  durationsMs: new Float64Array(COUNT).fill(WINDOW_MS),
  values: Float64Array.from({ length: COUNT }, (_, at) => 225 + (at % 15)),
  reports: null,
  disagreements: null,
});

/** Everything that has columns, with what it answers whole and with some of them. */
const ANSWERS = [
  { path: `/series/${flashes}/buckets?step=1min`, whole: bucketsAnswer, some: chosenBucketsAnswer },
  { path: `/series/${flashes}/buckets?step=1h`, whole: bucketsAnswer, some: chosenBucketsAnswer },
  { path: `/series/${flashes}/windows?limit=900`, whole: windowsAnswer, some: chosenWindowsAnswer },
  { path: `/series/${gauge}/buckets?step=5min`, whole: gaugeBucketsAnswer, some: chosenGaugeBucketsAnswer },
  { path: `/series/${gauge}/windows?limit=900`, whole: gaugeWindowsAnswer, some: chosenGaugeWindowsAnswer },
];

test('whatever columns are asked for, they are those of the whole answer, in its order, and the rest stays', async () => {
  for (const { path, whole, some } of ANSWERS) {
    const all = whole.strict().parse(await site.get(path));
    const known = Object.keys(whole.shape.columns.shape);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.constantFrom(...known), { minLength: 1 }), async (names) => {
        const answer = some.strict().parse(await site.get(`${path}&columns=${names.join(',')}`));
        const chosen = Object.entries(all.columns).filter(([name]) => names.includes(name));
        assert.equal(JSON.stringify(answer.columns), JSON.stringify(Object.fromEntries(chosen)));
        assert.deepEqual({ ...answer, columns: null }, { ...all, columns: null });
      }),
      { numRuns: 30 },
    );
  }
});

test('every column of the contract is answered where there is something to tell', async () => {
  for (const { path, whole } of ANSWERS.filter(({ path }) => !path.includes('step=1h'))) {
    const { columns } = whole.parse(await site.get(path));
    assert.deepEqual(Object.keys(columns), Object.keys(whole.shape.columns.shape), path);
  }
});

test('a column that no such answer has is refused, with those that it may have', async () => {
  for (const [path, value, known] of [
    [`/series/${flashes}/buckets?step=1h`, 'energy', 'start, energyWh, powerMeanW'],
    [`/series/${flashes}/windows?limit=9`, 'powerMeanW', 'start, durationMs, energyWh'],
    [`/series/${gauge}/buckets?step=1h`, 'energyWh', 'start, mean, min, max, coverage'],
    [`/series/${gauge}/windows?limit=9`, 'mean', 'start, durationMs, value'],
    [`/series/${flashes}/buckets?step=1h`, '', 'start, energyWh, powerMeanW'],
  ] as const) {
    const refused = (await site.get(`${path}&columns=start,${value}`)) as Record<string, unknown>;
    assert.deepEqual([refused['status'], refused['code']], [400, 'query/columns']);
    assert.ok(String(refused['detail']).includes(`expected some of ${known}`), String(refused['detail']));
    assert.ok(String(refused['detail']).includes(`"${value}" came`), String(refused['detail']));
  }
});
