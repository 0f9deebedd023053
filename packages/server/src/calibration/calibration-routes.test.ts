import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calibrationAnswer, compareAnswer, correctionList, problem, totalAnswer } from '@kilowink/api';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';
import { TruthSite } from '../truth/testing.ts';

/** A Monday of winter in Paris, which begins an hour before the UTC day. */
const MONDAY = Date.UTC(2026, 0, 4, 23);
const DAYS = 15;

/** A meter that draws 600 W for fifteen days, and a sensor that misses a tenth from the fourth to the sixth. */
function putWeeks(site: TruthSite): { sensor: number; meter: number } {
  const minutes = Array.from({ length: DAYS * 1_440 }, (_, at) =>
    Math.floor(at / 1_440) % 15 >= 3 && at < 6 * 1_440 ? 9 : 10,
  );
  const sensor = site.put({ source: 'optical/a' }, { startMs: MONDAY, durationMs: MINUTE_MS }, minutes);
  const halves = new Array<number>(DAYS * 48).fill(300_000);
  const meter = site.put(
    { source: 'import/enedis', unit: 'mWh' },
    { startMs: MONDAY, durationMs: 30 * MINUTE_MS },
    halves,
  );
  return { sensor, meter };
}

const compare = async (site: TruthSite, id: number, query: string) =>
  compareAnswer.parse(await site.get(`/series/${id}/compare?${query}`));

test('a comparison goes by weeks from Monday, whole ones only', async () => {
  await using site = await TruthSite.open();
  const { sensor, meter } = putWeeks(site);
  const { by, periods, whole } = await compare(site, sensor, `with=${meter}&by=week`);
  assert.equal(by, 'week');
  assert.deepEqual(
    periods.map(({ fromMs, toMs, referenceWh, driftWh, verdict }) => [
      (fromMs - MONDAY) / DAY_MS,
      (toMs - MONDAY) / DAY_MS,
      referenceWh,
      driftWh,
      verdict,
    ]),
    [
      [0, 7, 100_800, -4_320, 'missed'],
      [7, 14, 100_800, 0, 'agrees'],
    ],
  );
  assert.equal(whole?.driftWh, -4_320);
});

test('what does not agree is previewed, corrected as one stretch, and agrees then', async () => {
  await using site = await TruthSite.open();
  const { sensor, meter } = putWeeks(site);
  await site.login();
  const ask = (more: object) => site.post(`/series/${sensor}/calibration`, { with: meter, ...more });
  const before = await compare(site, sensor, `with=${meter}`);
  assert.equal(before.whole?.driftWh, -4_320);
  const preview = calibrationAnswer.parse(await ask({ preview: true }));
  const [only, ...others] = preview.corrections;
  assert.ok(only);
  assert.deepEqual(others, []);
  assert.deepEqual([(only.fromMs - MONDAY) / DAY_MS, (only.toMs - MONDAY) / DAY_MS], [3, 6]);
  assert.deepEqual([only.before.energyWh, only.after.energyWh], [38_880, 43_200]);
  assert.equal(only.correction, null);
  assert.equal((await compare(site, sensor, `with=${meter}`)).whole?.driftWh, -4_320);
  const made = calibrationAnswer.parse(await ask({ note: 'by Enedis' })).corrections[0]?.correction;
  assert.ok(made);
  assert.equal(made.note, 'by Enedis');
  const after = await compare(site, sensor, `with=${meter}`);
  assert.ok(after.periods.every(({ verdict }) => verdict === 'agrees'));
  assert.deepEqual(calibrationAnswer.parse(await ask({})).corrections, []);
  await site.delete(`/series/${sensor}/corrections/${made.id}`);
  assert.equal((await compare(site, sensor, `with=${meter}`)).whole?.driftWh, -4_320);
});

test('each day by itself is the reference’s to the Wh; one alone leaves the others', async () => {
  await using site = await TruthSite.open();
  const { sensor, meter } = putWeeks(site);
  await site.login();
  const [from, to] = [MONDAY + 4 * DAY_MS, MONDAY + 5 * DAY_MS].map(String);
  const path = `/series/${sensor}/calibration`;
  const one = calibrationAnswer.parse(await site.post(path, { with: meter, each: true, from, to }));
  assert.equal(one.corrections.length, 1);
  const total = totalAnswer.parse(await site.get(`/series/${sensor}/total?from=${from}&to=${to}`));
  assert.equal(Math.round(total.energyWh * 1_000), 14_400_000);
  assert.equal((await compare(site, sensor, `with=${meter}`)).whole?.driftWh, -2_880);
  const rest = calibrationAnswer.parse(await site.post(path, { with: meter, each: true }));
  assert.equal(rest.corrections.length, 2);
  const { corrections } = correctionList.parse(await site.get(`/series/${sensor}/corrections`));
  assert.equal(corrections.length, 3);
});

test('what periods lack together is offered for their gaps only where they meet', async () => {
  await using site = await TruthSite.open();
  // 600 W without the last two minutes of each day: less than the file's own tolerance of a day.
  const minutes = Array.from({ length: 8 * 1_440 }, (_, at) => (at % 1_440 > 1_437 ? null : 10));
  const sensor = site.put({ source: 'optical/a' }, { startMs: MONDAY, durationMs: MINUTE_MS }, minutes);
  const reference = (name: string, missing: number) =>
    site.put(
      { source: `import/${name}`, unit: 'mWh' },
      { startMs: MONDAY, durationMs: HOUR_MS },
      Array.from({ length: 8 * 24 }, (_, at) => (Math.floor(at / 24) === missing ? null : 600_000)),
    );
  const [whole, parted] = [reference('whole', -1), reference('parted', 4)];
  await site.login();
  const ask = async (other: number) =>
    calibrationAnswer.parse(await site.post(`/series/${sensor}/calibration`, { with: other, preview: true }));
  const apart = await compare(site, sensor, `with=${parted}`);
  assert.deepEqual([apart.whole?.driftWh, apart.whole?.verdict, apart.whole?.offered], [-140, 'gaps', null]);
  assert.deepEqual((await ask(parted)).corrections, []);
  const [only] = (await ask(whole)).corrections;
  assert.deepEqual([only?.before.energyWh, only?.after.energyWh], [115_040, 115_200]);
});

test('a file of whole kWh is no truer than that: days agree within one, what is missed shows in all of them', async () => {
  await using site = await TruthSite.open();
  // Days of 7 to 17 kWh and some; the file tells how many kWh of the index went by.
  const days = Array.from({ length: 28 }, (_, day) => 7_321 + ((day * 3_717) % 10_007));
  const minutesOf = (share: number) =>
    days.flatMap((wh) => new Array<number>(1_440).fill(Math.round((wh * 1_000 * share) / 1_440)));
  const put = (source: string, durationMs: number, values: readonly number[]) =>
    site.put({ source, unit: 'mWh' }, { startMs: MONDAY, durationMs }, values);
  const right = put('optical/a', MINUTE_MS, minutesOf(1));
  const wrong = put('optical/b', MINUTE_MS, minutesOf(0.95));
  let [index, told] = [400, 0];
  const whole = days.map((wh) => {
    index += wh;
    const kwh = Math.floor(index / 1_000) - told;
    told += kwh;
    return kwh * 1_000_000;
  });
  const meter = put('import/whole', DAY_MS, whole);
  const agrees = await compare(site, right, `with=${meter}`);
  assert.deepEqual(new Set(agrees.periods.map(({ verdict }) => verdict)), new Set(['agrees']));
  assert.equal(agrees.whole?.offered, null);
  const missed = await compare(site, wrong, `with=${meter}&by=week`);
  assert.deepEqual(new Set(missed.periods.map(({ verdict }) => verdict)), new Set(['missed']));
  assert.ok(Math.abs((missed.whole?.driftShare ?? 0) + 0.05) < 0.004);
});

test('what can not be is refused, and nothing is kept', async () => {
  await using site = await TruthSite.open();
  const { sensor, meter } = putWeeks(site);
  const path = `/series/${sensor}/calibration`;
  const refused = async (body: object) => problem.parse(await site.post(path, body)).code;
  assert.equal(await refused({ with: meter }), 'admin/no-password');
  await site.login();
  assert.equal(await refused({ with: sensor }), 'compare/itself');
  const sold = site.store.ensureSeries({
    source: 'import/enedis/injected',
    name: 'Sold',
    quantity: 'injectedEnergy',
    unit: 'mWh',
  });
  assert.equal(await refused({ with: sold }), 'compare/quantity');
  assert.equal(await refused({ with: meter, by: 'reading' }), 'compare/by');
  assert.equal(await refused({ with: 99 }), 'series/unknown');
  assert.equal(await refused({ wiht: meter }), 'query/invalid');
  const late = { from: String(MONDAY + HOUR_MS), to: String(MONDAY) };
  assert.equal(await refused({ with: meter, ...late }), 'query/range');
  assert.deepEqual(correctionList.parse(await site.get(`/series/${sensor}/corrections`)).corrections, []);
});
