// Houses whose sensor has a known fault: the comparison tells it to the Wh, the correction it offers mends it at every scale, and
// taking that back leaves every answer as it was, byte by byte.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  bucketsAnswer,
  type ComparedPeriod,
  compareAnswer,
  correctionAnswer,
  totalAnswer,
} from '@kilowink/api';
import { DAY_MS, HOUR_MS } from '@kilowink/core/time';
import { faultStretches } from './comparison.ts';
import { TruthSite } from './testing.ts';
import { House, WINDOW_MS } from './testing-house.ts';

/** Eight days around an autumn night, from a midnight of Paris. */
const FROM = Date.UTC(2025, 9, 21, 22);
const DAYS = 8;
/** The midnight after: a day of the eight has 25 hours. */
const TO = FROM + DAYS * DAY_MS + HOUR_MS;

/** What a sensor makes of flashes; null where it measured nothing. */
type Sensor = (flashes: readonly number[]) => (number | null)[];

const hourOf = (index: number) => Math.floor(((FROM + index * WINDOW_MS) / HOUR_MS) % 24);
const inHours = (index: number, from: number, to: number) =>
  index * WINDOW_MS >= from * HOUR_MS && index * WINDOW_MS < to * HOUR_MS;

/** One flash in 200 missed at night. */
const missesAtNight: Sensor = (flashes) => {
  let seen = 0;
  return flashes.map((count, index) => {
    if (hourOf(index) >= 4 && hourOf(index) < 21) return count;
    const before = Math.floor(seen / 200);
    seen += count;
    return count - (Math.floor(seen / 200) - before);
  });
};

const SENSORS: Record<string, Sensor> = {
  'a good one': (flashes) => [...flashes],
  'misses one flash in 200 at night': missesAtNight,
  'invents flashes for two hours': (flashes) =>
    flashes.map((count, index) => count + (inHours(index, 60, 62) && index % 3 === 0 ? 1 : 0)),
  'was off for three hours': (flashes) =>
    flashes.map((count, index) => (inHours(index, 30, 33) ? null : count)),
  'was moved on the fifth day': (flashes) => {
    let seen = 0;
    return flashes.map((count, index) => {
      if (!inHours(index, 100, 1_000)) return count;
      const before = Math.floor(seen / 5);
      seen += count;
      return count - (Math.floor(seen / 5) - before);
    });
  },
  'has a clock that is four minutes late': (flashes) => [...new Array(48).fill(0), ...flashes.slice(0, -48)],
};

interface Placed {
  readonly house: House;
  readonly measured: readonly (number | null)[];
  readonly sensor: number;
  readonly enedis: number;
}

function place(site: TruthSite, sensor: Sensor): Placed {
  const house = new House(FROM, (TO - FROM) / DAY_MS);
  const measured = sensor(house.flashes());
  return {
    house,
    measured,
    sensor: site.put({ source: 'optical/a' }, { startMs: FROM, durationMs: WINDOW_MS }, measured),
    enedis: site.put(
      { source: 'import/enedis', unit: 'mWh' },
      { startMs: FROM, durationMs: HOUR_MS / 2 },
      house.curveMwh(),
    ),
  };
}

interface Compared {
  readonly periods: readonly ComparedPeriod[];
  readonly whole: ComparedPeriod;
}

const RANGE = `from=${FROM}&to=${TO}`;

async function compared(site: TruthSite, { sensor, enedis }: Placed, more = ''): Promise<Compared> {
  const answer = compareAnswer.parse(
    await site.get(`/series/${sensor}/compare?${RANGE}&with=${enedis}${more}`),
  );
  assert.ok(answer.whole);
  return { periods: answer.periods, whole: answer.whole };
}

/** What was measured between two moments, Wh, reckoned without anything that is under test. */
function measuredWh({ measured }: Placed, fromMs: number, toMs: number): number {
  const [first, last] = [(fromMs - FROM) / WINDOW_MS, (toMs - FROM) / WINDOW_MS];
  return measured.slice(first, last).reduce((sum: number, each) => sum + (each ?? 0), 0);
}

/** Every answer that a page or a program may have of the series. */
async function everything(site: TruthSite, { sensor, enedis }: Placed): Promise<string[]> {
  const part = `from=${FROM + 30 * HOUR_MS}&to=${FROM + 34 * HOUR_MS}`;
  const paths = [
    ...['1h', '1d', '1w', '1mo'].map((step) => `/series/${sensor}/buckets?${RANGE}&step=${step}`),
    ...['5s', '1min', '15min'].map((step) => `/series/${sensor}/buckets?${part}&step=${step}`),
    `/series/${sensor}/total?${RANGE}`,
    `/series/${sensor}/windows?${part}`,
    `/series/${sensor}/compare?${RANGE}&with=${enedis}`,
    `/series/${sensor}/compare?${RANGE}&with=${enedis}&by=month`,
  ];
  return Promise.all(paths.map(async (path) => JSON.stringify(await site.get(path))));
}

async function sumOf(
  site: TruthSite,
  id: number,
  { step, from, to }: { step: string; from: number; to: number },
): Promise<number> {
  const answer = bucketsAnswer.parse(
    await site.get(`/series/${id}/buckets?from=${from}&to=${to}&step=${step}`),
  );
  return answer.columns.energyWh.reduce((sum: number, each) => sum + (each ?? 0), 0);
}

describe('a house and its sensor', () => {
  for (const [name, sensor] of Object.entries(SENSORS)) {
    test(`${name}: each day's drift is told to the Wh`, async () => {
      await using site = await TruthSite.open();
      const placed = place(site, sensor);
      const { periods, whole } = await compared(site, placed);
      assert.equal(periods.length, DAYS);
      for (const period of [...periods, whole]) {
        const { fromMs, toMs } = period;
        const reference = placed.house.drawnWh(fromMs, toMs);
        const drift = measuredWh(placed, fromMs, toMs) - reference;
        assert.ok(Math.abs(period.referenceWh - reference) < 0.01, `${period.referenceWh} of ${reference}`);
        assert.ok(Math.abs(period.driftWh - drift) < 0.01, `${period.driftWh} of ${drift}`);
        assert.ok(Math.abs((period.driftShare ?? 0) - drift / reference) < 1e-9);
      }
    });
  }

  const verdicts = async (sensor: Sensor) => {
    await using site = await TruthSite.open();
    const { periods, whole } = await compared(site, place(site, sensor));
    return { days: periods.map(({ verdict }) => verdict), whole: whole.verdict };
  };
  const agrees = new Array(DAYS).fill('agrees');
  const but = (day: number, verdict: string) => agrees.with(day, verdict);

  test('a good one agrees', async () =>
    assert.deepEqual(await verdicts(SENSORS['a good one'] as Sensor), { days: agrees, whole: 'agrees' }));
  test('one flash in 200 at night is less than a day can tell, and seen over the whole', async () =>
    assert.deepEqual(await verdicts(missesAtNight), { days: agrees, whole: 'missed' }));
  test('invented flashes are told on their day', async () =>
    assert.deepEqual(await verdicts(SENSORS['invents flashes for two hours'] as Sensor), {
      days: but(2, 'invented'),
      whole: 'invented',
    }));
  test('a gap is told on its day', async () =>
    assert.deepEqual(await verdicts(SENSORS['was off for three hours'] as Sensor), {
      days: but(1, 'gaps'),
      whole: 'gaps',
    }));
  test('a sensor that was moved misses flashes from that day on', async () =>
    assert.deepEqual(await verdicts(SENSORS['was moved on the fifth day'] as Sensor), {
      days: [...agrees.slice(0, 4), ...new Array(DAYS - 4).fill('missed')],
      whole: 'missed',
    }));
});

/** That a period holds what the reference says, in buckets of every length that fit, and raw what was measured. */
async function assertMended(
  site: TruthSite,
  placed: Placed,
  { fromMs: from, toMs: to }: ComparedPeriod,
): Promise<void> {
  const wanted = placed.house.drawnWh(from, to);
  const isDay = to - from <= 25 * HOUR_MS;
  for (const step of isDay
    ? ['1min', '5min', '15min', '1h', '1d']
    : ['15min', '1h', '1d', '1w', '1mo', '1y']) {
    const sum = await sumOf(site, placed.sensor, { step, from, to });
    assert.ok(Math.abs(sum - wanted) < 0.5, `${step}: ${sum} Wh of ${wanted}`);
  }
  const path = `/series/${placed.sensor}/total?from=${from}&to=${to}`;
  const { energyWh } = totalAnswer.parse(await site.get(path));
  assert.ok(Math.abs(energyWh - wanted) < 0.5, `${energyWh} Wh of ${wanted}`);
  const raw = totalAnswer.parse(await site.get(`${path}&raw=true`));
  assert.equal(raw.energyWh, measuredWh(placed, from, to));
}

async function mend(
  site: TruthSite,
  { sensor }: Placed,
  periods: readonly ComparedPeriod[],
): Promise<number[]> {
  const made: number[] = [];
  for (const { offered } of periods) {
    const answer = correctionAnswer.parse(await site.post(`/series/${sensor}/corrections`, offered));
    made.push(answer.correction?.id ?? assert.fail('none was made'));
  }
  return made;
}

describe('stretches to correct', () => {
  const stretches = async (sensor: Sensor) => {
    await using site = await TruthSite.open();
    const placed = place(site, sensor);
    const answer = compareAnswer.parse(
      await site.get(`/series/${placed.sensor}/compare?${RANGE}&with=${placed.enedis}`),
    );
    return faultStretches(answer).map(({ fromMs, toMs, offered }) => [
      Math.round((fromMs - FROM) / HOUR_MS),
      Math.round((toMs - FROM) / HOUR_MS),
      offered?.kind,
    ]);
  };

  test('a good sensor has none', async () =>
    assert.deepEqual(await stretches(SENSORS['a good one'] as Sensor), []));
  test('the days before a sensor was moved stay as they are', async () => {
    const [first, ...more] = await stretches(SENSORS['was moved on the fifth day'] as Sensor);
    assert.deepEqual(first?.slice(0, 2), [96, 121]);
    assert.deepEqual(more, [[121, 193, 'scale']]);
  });
  test('a gap is filled on its day', async () =>
    assert.deepEqual(await stretches(SENSORS['was off for three hours'] as Sensor), [[24, 48, 'total']]));
  test('what only the whole tells is mended as a whole', async () =>
    assert.deepEqual(await stretches(missesAtNight), [[0, 193, 'scale']]));
});

describe('what a comparison offers', () => {
  const faults = Object.keys(SENSORS).filter(
    (name) => !name.startsWith('a good') && !name.startsWith('has a clock'),
  );
  for (const name of faults) {
    for (const scope of ['the whole', 'each day'] as const) {
      const of = ({ whole, periods }: Compared) => (scope === 'the whole' ? [whole] : periods);
      test(`${name}: over ${scope}, it makes totals the reference's at every scale, and taken back leaves nothing`, async () => {
        await using site = await TruthSite.open();
        const placed = place(site, SENSORS[name] as Sensor);
        await site.login();
        const before = await everything(site, placed);
        const found = await compared(site, placed);
        const wrong = of(found).filter(({ offered }) => offered !== null);
        const made = await mend(site, placed, wrong);
        for (const period of wrong) await assertMended(site, placed, period);
        const after = await compared(site, placed);
        assert.deepEqual(new Set(of(after).map(({ verdict }) => verdict)), new Set(['agrees']));
        for (const id of made) await site.delete(`/series/${placed.sensor}/corrections/${id}`);
        assert.deepEqual(await everything(site, placed), before);
      });
    }
  }
});
