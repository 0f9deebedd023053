import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bucketsAnswer,
  compareAnswer,
  correctionAnswer,
  correctionInfo,
  correctionList,
  problem,
  readingAnswer,
  readingInfo,
  readingsAnswer,
  standingLoadAnswer,
  totalAnswer,
  windowsAnswer,
} from '@kilowink/api';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';
import { TruthSite } from './testing.ts';

/** A winter day of Paris, which begins an hour before the UTC day. */
const DAY = Date.UTC(2026, 0, 11, 23);
const range = `from=${DAY}&to=${DAY + DAY_MS}`;

/** A day of 10 Wh a minute, without its third hour. */
function putDay(site: TruthSite): number {
  const values = Array.from({ length: 1_440 }, (_, at) => (at >= 120 && at < 180 ? null : 10));
  return site.put({ source: 'optical/a', name: 'Meter' }, { startMs: DAY, durationMs: MINUTE_MS }, values);
}

const hour = (from: number, to = from + 1) => ({ from: DAY + from * HOUR_MS, to: DAY + to * HOUR_MS });

test('who is not the administrator corrects nothing', async () => {
  await using site = await TruthSite.open();
  const id = putDay(site);
  const body = { ...hour(1), kind: 'bad' };
  const refused = async (answer: Promise<unknown>) => problem.parse(await answer).code;
  assert.equal(await refused(site.post(`/series/${id}/corrections`, body)), 'admin/no-password');
  assert.equal(await refused(site.delete(`/series/${id}/corrections/1`)), 'admin/no-password');
  assert.equal(
    await refused(site.post(`/series/${id}/readings`, { at: DAY, index: 1 })),
    'admin/no-password',
  );
});

test('a correction is previewed, made, seen by every answer, and taken back', async () => {
  await using site = await TruthSite.open();
  const id = putDay(site);
  await site.login();
  const cursor = site.store.cursor();
  const totalWh = async (raw = '') =>
    totalAnswer.parse(await site.get(`/series/${id}/total?${range}${raw}`)).energyWh;
  const ask = { ...hour(1), kind: 'bad', note: 'a lamp' };
  const preview = correctionAnswer.parse(
    await site.post(`/series/${id}/corrections`, { ...ask, preview: true }),
  );
  assert.equal(preview.correction, null);
  assert.deepEqual([preview.before.energyWh, preview.after.energyWh], [600, 0]);
  assert.equal(await totalWh(), 13_800);
  const made = correctionAnswer.parse(await site.post(`/series/${id}/corrections`, ask)).correction;
  assert.ok(made);
  assert.equal(made.note, 'a lamp');
  assert.equal(await totalWh(), 13_200);
  assert.equal(await totalWh('&raw=true'), 13_800);
  const marked = [{ fromMs: hour(1).from, toMs: hour(1).to, kind: 'bad', id: made.id }];
  const hours = bucketsAnswer.parse(await site.get(`/series/${id}/buckets?${range}&step=1h`));
  assert.deepEqual(hours.columns.energyWh.slice(0, 4), [600, null, null, 600]);
  assert.deepEqual(hours.correctedRanges, marked);
  const minutes = bucketsAnswer.parse(
    await site.get(`/series/${id}/buckets?from=${DAY}&to=${DAY + 2 * HOUR_MS}&step=1min`),
  );
  assert.equal(minutes.columns.powerW?.[30], 600);
  assert.equal(minutes.columns.powerW?.[90], null);
  const raw = bucketsAnswer.parse(await site.get(`/series/${id}/buckets?${range}&step=1h&raw=true`));
  assert.equal(raw.columns.energyWh[1], 600);
  assert.equal(raw.correctedRanges, undefined);
  const windows = windowsAnswer.parse(await site.get(`/series/${id}/windows?${range}`));
  assert.deepEqual(windows.correctedRanges, marked);
  assert.equal(site.store.readChanges(cursor, 10)?.items[0]?.kind, 'rewritten');
  const undone = correctionInfo.parse(await site.delete(`/series/${id}/corrections/${made.id}`));
  assert.ok(undone.undoneMs);
  assert.equal(await totalWh(), 13_800);
  const listed = correctionList.parse(await site.get(`/series/${id}/corrections`));
  assert.deepEqual(listed.corrections, [undone]);
});

test('a scaled stretch scales its power, a total goes into the gap', async () => {
  await using site = await TruthSite.open();
  const id = putDay(site);
  await site.login();
  await site.post(`/series/${id}/corrections`, { ...hour(5), kind: 'scale', factor: 1.5 });
  await site.post(`/series/${id}/corrections`, {
    ...hour(1, 4),
    kind: 'total',
    energyWh: 2_000,
    into: 'gaps',
  });
  const at = async (from: number) =>
    bucketsAnswer.parse(
      await site.get(`/series/${id}/buckets?from=${hour(from).from}&to=${hour(from).to}&step=1min`),
    ).columns;
  assert.equal((await at(5)).powerW?.[0], 900);
  const { energyWh, recoveredWh, coverage } = await at(2);
  assert.equal(Math.round(energyWh.reduce<number>((sum, each) => sum + (each ?? 0), 0)), 800);
  assert.deepEqual([Math.round((recoveredWh?.[0] ?? 0) * 60), coverage[0]], [800, 0]);
});

test('nonsense is refused with what would be right', async () => {
  await using site = await TruthSite.open({ site: { subscribedVa: 6_000 } });
  const id = putDay(site);
  const gauge = site.store.ensureSeries({ source: 'tic/a', quantity: 'voltage', unit: 'V', name: 'V' });
  await site.login();
  const refused = async (body: unknown, series = id) =>
    problem.parse(await site.post(`/series/${series}/corrections`, body)).detail;
  assert.match(await refused({ ...hour(1), kind: 'gone' }), /kind: .*bad.*scale.*total/);
  assert.match(await refused({ from: DAY, to: DAY, kind: 'bad' }), /from is not before to/);
  assert.match(await refused({ from: 'soon', to: DAY, kind: 'bad' }), /from: expected ISO 8601/);
  assert.match(
    await refused({ from: DAY + 1_000, to: DAY + 2_000, kind: 'bad' }),
    /shorter than a measurement/,
  );
  assert.match(await refused({ ...hour(1), to: Date.now() + DAY_MS, kind: 'bad' }), /in the future/);
  assert.match(await refused({ ...hour(1), kind: 'scale' }), /factor: expected 0.1 to 10 and not 1, nothing/);
  assert.match(await refused({ ...hour(1), kind: 'scale', factor: 1 }), /1 came/);
  assert.match(await refused({ ...hour(1), kind: 'bad', factor: 2 }), /factor belongs to scale/);
  assert.match(await refused({ ...hour(1), kind: 'total', energyWh: 20_000 }), /expected 0 to 101\d\d/);
  assert.match(await refused({ ...hour(1), kind: 'total', energyWh: 700, into: 'gaps' }), /no gap/);
  assert.match(await refused({ ...hour(1, 3), kind: 'total', energyWh: 500, into: 'gaps' }), /600 Wh/);
  assert.match(await refused({ ...hour(2), kind: 'total', energyWh: 500 }), /no shape/);
  assert.match(await refused({ ...hour(1), kind: 'bad' }, gauge), /gauge/);
  assert.equal((await refused({ ...hour(1), kind: 'bad' }, 99)).includes('no series 99'), true);
  await site.post(`/series/${id}/corrections`, { ...hour(1), kind: 'bad' });
  assert.match(await refused({ ...hour(1), kind: 'bad' }), /very same/);
  assert.match(problem.parse(await site.delete(`/series/${id}/corrections/77`)).detail, /no correction 77/);
});

test('what is refused names its cause and what it tells, for a page in another language', async () => {
  await using site = await TruthSite.open();
  const id = putDay(site);
  await site.login();
  const told = async (what: string, body: unknown) => {
    const { why, values } = problem.parse(await site.post(`/series/${id}/${what}`, body));
    return { why, values };
  };
  await site.post(`/series/${id}/readings`, { at: DAY, index: 99_990 });
  const beside = { besideWh: 99_990_000, besideMs: DAY };
  const at = DAY + HOUR_MS;
  const below = { why: 'below', values: { readWh: 9_000_000, ...beside } };
  assert.deepEqual(await told('readings', { at, index: 9_000 }), below);
  const carried = { why: 'carried', values: { readWh: 1_000, ...beside, carriedWh: 100_001_000 } };
  assert.deepEqual(await told('readings', { at, index: 1 }), carried);
  assert.deepEqual(await told('readings', { at, index: 'x1' }), { why: 'index', values: { index: 'x1' } });
  const less = { why: 'less', values: { energyWh: 500, measuredWh: 600 } };
  assert.deepEqual(
    await told('corrections', { ...hour(1, 3), kind: 'total', energyWh: 500, into: 'gaps' }),
    less,
  );
  assert.deepEqual(await told('corrections', { ...hour(1), kind: 'gone' }), {
    why: undefined,
    values: undefined,
  });
});

test('ends go to the nearest end of a measurement', async () => {
  await using site = await TruthSite.open();
  const id = putDay(site);
  await site.login();
  const body = { from: DAY + 70_000, to: DAY + 175_000, kind: 'bad' };
  const { fromMs, toMs } = correctionAnswer.parse(await site.post(`/series/${id}/corrections`, body));
  assert.deepEqual([fromMs - DAY, toMs - DAY], [60_000, 180_000]);
});

test('readings of the display are compared, and what is offered makes the drift nothing', async () => {
  await using site = await TruthSite.open();
  const id = putDay(site);
  await site.login();
  const read = async (hours: number, index: unknown, more = {}) =>
    site.post(`/series/${id}/readings`, { at: DAY + hours * HOUR_MS, index, ...more });
  const first = readingAnswer.parse(await read(4, '12 345,0'));
  assert.deepEqual(first.reading, {
    atMs: DAY + 4 * HOUR_MS,
    indexWh: 12_345_000,
    origin: 'person',
    resolutionWh: 100,
  });
  const second = readingAnswer.parse(await read(14, 12_351_600, { unit: 'Wh' }));
  assert.equal(second.previous?.indexWh, 12_345_000);
  assert.match(
    problem.parse(await read(20, '12000')).detail,
    /12000 kWh is below the 12351\.6 kWh .*replaced/,
  );
  assert.match(problem.parse(await read(2, '12346.5')).detail, /above the 12345 kWh/);
  assert.match(problem.parse(await read(14, '12 351,6')).detail, /that moment already/);
  assert.match(problem.parse(await read(15, 'about 12')).detail, /digits/);
  const { readings } = readingsAnswer.parse(await site.get(`/series/${id}/readings`));
  assert.equal(readings.length, 2);
  const compare = async () => compareAnswer.parse(await site.get(`/series/${id}/compare`));
  const before = await compare();
  assert.equal(before.periods.length, 1);
  const [period] = before.periods;
  assert.deepEqual(
    [period?.referenceWh, period?.measuredWh, period?.driftWh, period?.verdict],
    [6_600, 6_000, -600, 'missed'],
  );
  assert.deepEqual(period?.offered, {
    ...{ from: period?.fromMs, to: period?.toMs },
    ...{ kind: 'scale', factor: 1.1 },
  });
  await site.post(`/series/${id}/corrections`, period?.offered);
  const after = await compare();
  assert.deepEqual([after.periods[0]?.driftWh, after.periods[0]?.verdict], [0, 'agrees']);
  assert.equal(after.whole?.offered, null);
  const raw = compareAnswer.parse(await site.get(`/series/${id}/compare?raw=true`));
  assert.equal(raw.periods[0]?.driftWh, -600);
  const gone = readingInfo.parse(await site.delete(`/series/${id}/readings/${DAY + 14 * HOUR_MS}`));
  assert.equal(gone.indexWh, 12_351_600);
  assert.equal((await compare()).whole, null);
});

test('a meter that was replaced is another one, though its index is one that the old one could show', async () => {
  await using site = await TruthSite.open();
  const id = putDay(site);
  await site.login();
  const read = async (hours: number, index: string, more = {}) =>
    site.post(`/series/${id}/readings`, { at: DAY + hours * HOUR_MS, index, ...more });
  await read(2, '100.000');
  await read(6, '102.400');
  const { reading } = readingAnswer.parse(await read(8, '110.000', { replaced: true }));
  assert.equal(reading.replaced, true);
  await read(12, '112.400');
  assert.match(problem.parse(await read(9, '109')).detail, /109 kWh is below the 110 kWh/);
  assert.equal(readingAnswer.parse(await read(7, '105')).reading.indexWh, 105_000);
  const { readings } = readingsAnswer.parse(await site.get(`/series/${id}/readings`));
  assert.deepEqual(
    readings.map((each) => each.replaced === true),
    [false, false, false, true, false],
  );
  const { periods } = compareAnswer.parse(await site.get(`/series/${id}/compare?by=reading`));
  assert.deepEqual(
    periods.map(({ fromMs, toMs, referenceWh }) => [fromMs, toMs, referenceWh].map((each) => each - DAY)),
    [
      [2 * HOUR_MS, 6 * HOUR_MS, 2_400 - DAY],
      [6 * HOUR_MS, 7 * HOUR_MS, 2_600 - DAY],
      [8 * HOUR_MS, 12 * HOUR_MS, 2_400 - DAY],
    ],
  );
  const byMonth = compareAnswer.parse(await site.get(`/series/${id}/compare?by=month`));
  assert.deepEqual(byMonth.periods, []);
});

test('the readings that a meter makes by itself are compared by periods that a person can look through', async () => {
  await using site = await TruthSite.open();
  const fromMs = DAY - 50 * DAY_MS;
  const hours = (days: number) => Array.from({ length: days * 24 }, (_, at) => at);
  const id = site.put(
    { source: 'tic/a' },
    { startMs: fromMs, durationMs: HOUR_MS },
    hours(50).map(() => 400),
  );
  const readings = hours(50).map((at) => ({
    ...{ atMs: fromMs + at * HOUR_MS, indexWh: 7_000_000 + at * 400 },
    origin: 'meter' as const,
  }));
  const compared = async (query = '') => {
    const { by, periods, whole } = compareAnswer.parse(await site.get(`/series/${id}/compare?${query}`));
    return [by, periods.length, whole?.verdict];
  };
  site.store.putReadings(id, [{ ...(readings[3] as (typeof readings)[0]), origin: 'person' }]);
  site.store.putReadings(id, readings.slice(0, 100));
  const told = async (query: string) =>
    readingsAnswer.parse(await site.get(`/series/${id}/readings?${query}`)).readings.length;
  assert.deepEqual([await told(''), await told('origin=person'), await told('origin=meter')], [101, 1, 100]);
  site.store.removeReading(id, readings[3]?.atMs ?? 0);
  assert.deepEqual(await compared(), ['reading', 99, 'agrees']);
  site.store.putReadings(id, readings.slice(0, 24 * 30));
  assert.deepEqual(await compared(), ['day', 30, 'agrees']);
  site.store.putReadings(id, readings);
  const [by, count, verdict] = await compared();
  assert.deepEqual([by, verdict], ['week', 'agrees']);
  assert.ok(typeof count === 'number' && count >= 7 && count <= 9, `${count}`);
  const range = `from=${fromMs}&to=${fromMs + DAY_MS}`;
  assert.deepEqual(await compared(range), ['reading', 24, 'agrees']);
  assert.equal(problem.parse(await site.get(`/series/${id}/compare?by=reading`)).code, 'compare/too-many');
});

test('another series is a reference by the day, and its difference goes into the gap', async () => {
  await using site = await TruthSite.open();
  const id = putDay(site);
  const other = site.put(
    { source: 'import/enedis', unit: 'mWh' },
    { startMs: DAY, durationMs: 30 * MINUTE_MS },
    new Array(48).fill(300_000),
  );
  await site.login();
  const compare = async () => compareAnswer.parse(await site.get(`/series/${id}/compare?with=${other}`));
  const [day] = (await compare()).periods;
  assert.deepEqual(
    [day?.referenceWh, day?.driftWh, day?.verdict, day?.gapPowerW],
    [14_400, -600, 'gaps', 600],
  );
  await site.post(`/series/${id}/corrections`, day?.offered);
  const [after] = (await compare()).periods;
  assert.deepEqual([after?.driftWh, after?.verdict, after?.recoveredWh], [0, 'agrees', 600]);
  assert.equal(problem.parse(await site.get(`/series/${id}/compare?with=${id}`)).code, 'compare/itself');
});

test('the standing load of a day leaves out what is corrected', async () => {
  await using site = await TruthSite.open();
  const values = Array.from({ length: 1_440 }, (_, at) => (at < 90 ? 1 : at < 300 ? 5 : 10));
  const id = site.put({ source: 'optical/a' }, { startMs: DAY, durationMs: MINUTE_MS }, values);
  await site.login();
  const load = async () =>
    standingLoadAnswer.parse(await site.get(`/series/${id}/standing-load?${range}`)).days;
  const [day, ...others] = await load();
  assert.equal(others.length, 0);
  assert.ok(Math.abs((day?.powerW ?? 0) - 60) <= 1.1, `${day?.powerW} W`);
  assert.equal(day?.uncertaintyW, 1);
  await site.post(`/series/${id}/corrections`, { ...hour(0, 2), kind: 'bad' });
  assert.ok(Math.abs(((await load())[0]?.powerW ?? 0) - 300) <= 1.1);
  // A file's minutes in mWh, with a gap in the quietest hours, and its days, which hold no hour.
  const mWh = values.map((value, at) => (at === 30 ? null : 1_000 * value));
  const file = site.put({ source: 'import/a', unit: 'mWh' }, { startMs: DAY, durationMs: MINUTE_MS }, mWh);
  const days = site.put(
    { source: 'import/b', unit: 'mWh' },
    { startMs: DAY, durationMs: DAY_MS },
    [24_000_000],
  );
  const loadOf = async (series: number) =>
    standingLoadAnswer.parse(await site.get(`/series/${series}/standing-load?${range}`)).days[0];
  assert.deepEqual(await loadOf(file), {
    ...{ fromMs: DAY, toMs: DAY + DAY_MS, powerW: 64, uncertaintyW: 1 },
    quietestMs: DAY + 31 * MINUTE_MS,
  });
  assert.equal((await loadOf(days))?.powerW, null);
  const long = await site.get(`/series/${id}/standing-load?from=${DAY}&to=${DAY + 70 * DAY_MS}`);
  assert.equal(problem.parse(long).code, 'standing-load/days');
});
