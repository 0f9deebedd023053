import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bucketsAnswer,
  compareAnswer,
  correctionInfo,
  correctionList,
  healthInfo,
  problem,
  seriesList,
  standingLoadAnswer,
  totalAnswer,
  windowsAnswer,
} from '@kilowink/api';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';
import { measurementId } from './index.ts';
import { TruthSite } from './testing.ts';

/** Three whole days of Paris not long ago, so that the health answer looks at them. */
const DAYS = 3;
const TODAY = Temporal.Now.plainDateISO('Europe/Paris').toZonedDateTime('Europe/Paris').epochMilliseconds;
const START = TODAY - DAYS * DAY_MS;
const MINUTES = DAYS * 1_440;
const measurements = [{ id: 'house', name: 'House', sources: ['optical/meter', 'tic/main'] }];

/** A meter's index by the minute that is away in hours 5 and 6, and a sensor that sees 1.5 times as much from hour 24 on. */
async function open() {
  const site = await TruthSite.open({ measurements });
  const minute = (value: (hour: number) => number | null) =>
    Array.from({ length: MINUTES }, (_, at) => value(Math.floor(at / 60)));
  const from = { startMs: START, durationMs: MINUTE_MS };
  const tic = site.put(
    { source: 'tic/main' },
    from,
    minute((hour) => (hour === 5 || hour === 6 ? null : 10)),
  );
  const flashes = site.put(
    { source: 'optical/meter' },
    from,
    minute((hour) => (hour < 24 ? 10 : 15)),
  );
  return { site, tic, flashes, id: measurementId('house') };
}

test('an hour of which only the lesser source has anything is taken from it, however little that is', async () => {
  const { site, flashes, id } = await open();
  await using _ = site;
  const later = START + (DAYS * 24 + 2) * HOUR_MS;
  site.put({ source: 'optical/meter' }, { startMs: later, durationMs: MINUTE_MS }, [7]);
  for (const series of [flashes, id]) {
    const total = totalAnswer.parse(
      await site.get(`/series/${series}/total?from=${later}&to=${later + HOUR_MS}`),
    );
    assert.equal(total.energyWh, 7);
  }
});

test('a measurement over the end of an hour is in the hour of its midpoint', async () => {
  await using site = await TruthSite.open({ measurements });
  const from = { startMs: START - 20_000, durationMs: MINUTE_MS };
  const one = (value: number | null) => [
    value,
    ...new Array<number | null>(61).fill(value === null ? 3 : null),
  ];
  site.put({ source: 'tic/main' }, from, one(5));
  site.put({ source: 'optical/meter' }, { ...from, startMs: START - HOUR_MS }, new Array(50).fill(2));
  const path = `/series/${measurementId('house')}`;
  const range = `from=${START - DAY_MS}&to=${START + DAY_MS}`;
  const { columns } = windowsAnswer.parse(await site.get(`${path}/windows?${range}`));
  const { energyWh } = totalAnswer.parse(await site.get(`${path}/total?${range}`));
  assert.equal(
    columns.energyWh.reduce((sum, each) => sum + each, 0),
    energyWh,
  );
});

test('what is left of a measurement is told of it wherever the range that is asked for ends', async () => {
  await using site = await TruthSite.open({ measurements });
  const startMs = START - 20_000;
  const tic = site.put({ source: 'tic/main' }, { startMs, durationMs: MINUTE_MS }, new Array(60).fill(5));
  site.put({ source: 'optical/meter' }, { startMs: START + HOUR_MS, durationMs: 2 * HOUR_MS }, [900, 900]);
  await site.login();
  const range = { from: startMs, to: startMs + 30 * MINUTE_MS };
  await site.post(`/series/${tic}/corrections`, { ...range, kind: 'scale', factor: 2 });
  const of = async (toMs: number) => {
    const path = `/series/${measurementId('house')}/windows?from=${START - HOUR_MS}&to=${toMs}`;
    const { columns } = windowsAnswer.parse(await site.get(path));
    return columns.correctedWh?.[0];
  };
  assert.equal(await of(START + HOUR_MS), 10);
  assert.equal(await of(START), 10);
});

test('two sensors on one meter are one series of which each hour has the better one', async () => {
  const { site, tic, flashes, id } = await open();
  await using _ = site;
  const { series } = seriesList.parse(await site.get('/series'));
  const house = series.find((each) => each.id === id);
  assert.ok(id >= 1_000_000);
  assert.deepEqual(
    [house?.name, house?.source, house?.members, house?.unit],
    ['House', 'measurement/house', [tic, flashes], 'Wh'],
  );
  const range = `from=${START}&to=${START + DAYS * DAY_MS}`;
  const days = bucketsAnswer.parse(await site.get(`/series/${id}/buckets?${range}&step=1d`)).columns;
  assert.equal(
    days.energyWh.reduce<number>((sum, each) => sum + (each ?? 0), 0),
    MINUTES * 10,
  );
  assert.deepEqual(days.coverage, [1, 1, 1]);
  const total = totalAnswer.parse(await site.get(`/series/${id}/total?${range}`));
  assert.equal(total.energyWh, MINUTES * 10);
  const at = START + 5 * HOUR_MS - 5 * MINUTE_MS;
  const minutes = bucketsAnswer.parse(
    await site.get(`/series/${id}/buckets?from=${at}&to=${at + 10 * MINUTE_MS}&step=1min`),
  ).columns;
  assert.deepEqual(minutes.energyWh, new Array(10).fill(10));
  assert.equal(minutes.powerW?.length, 10);
});

test('days on which the sensors differ are told, in the comparison and in health', async () => {
  const { site, tic, flashes, id } = await open();
  await using _ = site;
  const range = `from=${START}&to=${START + DAYS * DAY_MS}`;
  const { disagreements } = compareAnswer.parse(await site.get(`/series/${id}/compare?${range}`));
  assert.deepEqual(
    disagreements.map(({ of }) => of),
    [1, 2].map(() => [
      { series: tic, energyWh: 14_400, coverage: 1 },
      { series: flashes, energyWh: 21_600, coverage: 1 },
    ]),
  );
  const health = healthInfo.parse(await site.get('/health'));
  assert.deepEqual(health.measurements?.[0]?.disagreements, disagreements);
  const against = compareAnswer.parse(await site.get(`/series/${flashes}/compare?with=${tic}&${range}`));
  assert.deepEqual(
    against.periods.map(({ verdict }) => verdict),
    ['invented', 'invented'],
  );
});

test('of three sensors the one that was away for the day says nothing of how much the others may differ', async () => {
  const sources = ['optical/one', 'optical/other', 'tic/main'];
  await using site = await TruthSite.open({ measurements: [{ id: 'house', sources }] });
  const from = { startMs: START, durationMs: MINUTE_MS };
  site.put({ source: 'tic/main' }, from, new Array(30).fill(10));
  site.put({ source: 'optical/one' }, from, new Array(1_440).fill(20));
  const other = Array.from({ length: 1_440 }, (_, at) => (at % 14 === 0 ? 21 : 20));
  site.put({ source: 'optical/other' }, from, other);
  const range = `from=${START}&to=${START + DAY_MS}`;
  const path = `/series/${measurementId('house')}/compare?${range}`;
  assert.deepEqual(compareAnswer.parse(await site.get(path)).disagreements, []);
});

test('a measurement has the readings of its meter, and is corrected at its sensors', async () => {
  const { site, tic, flashes, id } = await open();
  await using _ = site;
  await site.login();
  for (const [hour, index] of [
    [24, '100.00'],
    [48, '114.40'],
  ] as const) {
    await site.post(`/series/${id}/readings`, { at: START + hour * HOUR_MS, index });
  }
  const verdict = async (series: number) =>
    compareAnswer.parse(await site.get(`/series/${series}/compare`)).periods[0]?.verdict;
  assert.deepEqual(
    [await verdict(id), await verdict(tic), await verdict(flashes)],
    ['agrees', 'agrees', 'invented'],
  );
  const body = { from: START, to: START + HOUR_MS, kind: 'bad' };
  const refused = problem.parse(await site.post(`/series/${id}/corrections`, body));
  assert.equal(refused.code, 'correction/measurement');
  // Where the better one is marked bad, the other takes its place.
  await site.post(`/series/${tic}/corrections`, {
    ...body,
    from: START + 24 * HOUR_MS,
    to: START + 26 * HOUR_MS,
  });
  const hours = bucketsAnswer.parse(
    await site.get(`/series/${id}/buckets?from=${START + 23 * HOUR_MS}&to=${START + 27 * HOUR_MS}&step=1h`),
  );
  assert.deepEqual(hours.columns.energyWh, [600, 900, 900, 600]);
  assert.equal(hours.correctedRanges?.length, 1);
  // What is listed there is taken back there.
  const list = async () => correctionList.parse(await site.get(`/series/${id}/corrections`)).corrections;
  const [made] = await list();
  const undone = correctionInfo.parse(await site.delete(`/series/${id}/corrections/${made?.id}`));
  assert.deepEqual([undone.series, undone.undoneMs === null], [tic, false]);
  assert.deepEqual(await list(), [undone]);
  assert.equal(
    problem.parse(await site.delete(`/series/${flashes}/corrections/${made?.id}`)).code,
    'correction/unknown',
  );
});

test('the id of a measurement follows from what it is called', () => {
  assert.equal(measurementId('house'), measurementId('house'));
  assert.notEqual(measurementId('house'), measurementId('garage'));
});

test('what one source is corrected by says nothing of the hours of the other', async () => {
  await using site = await TruthSite.open({ measurements });
  const from = { startMs: START, durationMs: MINUTE_MS };
  // 240 W in the night, 600 W by day; the sensor sees half of it, and is told so.
  const minute = (wh: (hour: number) => number) => Array.from({ length: 1_440 }, (_, at) => wh(at / 60));
  const tic = site.put(
    { source: 'tic/main' },
    from,
    minute((hour) => (hour < 6 ? 4 : 10)),
  );
  const flashes = site.put(
    { source: 'optical/meter' },
    from,
    minute((hour) => (hour < 6 ? 2 : 5)),
  );
  const id = measurementId('house');
  await site.login();
  const range = `from=${START}&to=${START + DAY_MS}`;
  const standingOf = async (series: number) =>
    standingLoadAnswer.parse(await site.get(`/series/${series}/standing-load?${range}`)).days[0];
  const powersOf = async () =>
    bucketsAnswer.parse(await site.get(`/series/${id}/buckets?from=${START}&to=${START + HOUR_MS}&step=10s`))
      .columns.powerW;
  const before = { standing: await standingOf(id), powers: await powersOf() };
  await site.post(`/series/${flashes}/corrections`, {
    from: START,
    to: START + DAY_MS,
    kind: 'scale',
    factor: 2,
  });
  await site.post(`/series/${flashes}/corrections`, { from: START, to: START + HOUR_MS, kind: 'bad' });
  assert.deepEqual({ standing: await standingOf(id), powers: await powersOf() }, before);
  assert.ok(Math.abs((before.standing?.powerW ?? 0) - 240) <= 1.1, `${before.standing?.powerW} W`);
  // Of the better source it does, and what is scaled to less than the night is the quietest hour.
  const noon = { from: START + 12 * HOUR_MS, to: START + 15 * HOUR_MS };
  await site.post(`/series/${tic}/corrections`, { ...noon, kind: 'scale', factor: 0.2 });
  for (const series of [id, tic]) {
    const found = await standingOf(series);
    assert.ok(Math.abs((found?.powerW ?? 0) - 120) <= 0.3, `${found?.powerW} W`);
    assert.equal(found?.uncertaintyW, 0.2);
  }
});
