// Tables whose columns are told apart by more than their own names.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AUTUMN, assertDrawn, energyWh, house, local, read, refusal, SPRING, WEEK } from './testing.ts';

describe('days that are called periods', () => {
  const NAMES =
    'Période de consommation;Consommation (kWh);Consommation (euros);Nature de la donnée (Réelle/estimée);Consommation HP (kWh);Consommation HC (kWh)';

  test('are days where their dates are', async () => {
    const found = await read(
      `${NAMES}\n30/06/2026;4,749;0,62;-;1,005;3,744\n01/07/2026;2,459;0,35;-;0,747;1,712\n`,
    );
    assert.deepEqual([found.kind, energyWh(found)], ['daily', 7_208]);
    assert.deepEqual(
      [...found.points.starts].map((ms) => local(ms).date),
      ['2026-06-30', '2026-07-01'],
    );
  });

  test('are months where each begins one', async () => {
    const rows = '01/06/2026;147,9;19,2\n01/07/2026;125,9;16,3\n01/08/2026;119;15,6\n';
    assert.match(await refusal(`${NAMES}\n${rows}`), /line 1: .* found a table of energy by month/);
    assert.match(
      await refusal(`Date;Consommation (kWh)\n${rows}`),
      /line 1: .* found a table of energy by month/,
    );
  });
});

describe('indexes of columns that are called alike', () => {
  test('are of tariffs, which the line above names, where a row has several', async () => {
    const above = ';;HPHC Heures Creuses;HPHC Heures Creuses;HPHC Heures Pleines;HPHC Heures Pleines\n';
    const table =
      'Date;Nature relève;Consommation (kWh);Index;Consommation (kWh);Index\n01-09-2025;réelle;15;25 924;10;29 543\n02-09-2025;réelle;16;25 939;11;29 553\n03-09-2025;réelle;;25 955;;\n04-09-2025;réelle;;25 960;;29 570\n';
    const found = await read(above + table);
    const of = (name: string) =>
      found.readings
        .filter(({ register }) => register === name)
        .map(({ atMs, indexWh }) => [local(atMs).date.slice(-2), indexWh / 1_000]);
    assert.deepEqual(of('EAST'), [
      ['01', 55_467],
      ['02', 55_492],
      ['04', 55_530],
    ]);
    assert.deepEqual(
      of('HC').map(([, kwh]) => kwh),
      [25_924, 25_939, 25_955, 25_960],
    );
    assert.deepEqual(
      of('HP').map(([, kwh]) => kwh),
      [29_543, 29_553, 29_570],
    );
    assert.equal(found.contradictingRows, 0);
    const nameless = await read(table);
    assert.deepEqual(
      new Set(nameless.readings.map(({ register }) => register)),
      new Set(['INDEX-1', 'INDEX-2', 'EAST']),
    );
  });

  test('are of one register that moved from one column to the next, where no row has two', async () => {
    const found = await read(
      'Date;Nature relève;Consommation (kWh);Index;Consommation (kWh);Index;\n13-03-2025;estimée;12;7 189;;;\n14-03-2025;estimée;11;7 201;;;\n15-03-2025;réelle;;;13;7 212;\n16-03-2025;réelle;;;NC;7 225;\n',
    );
    assert.deepEqual(
      found.readings.map(({ register, indexWh }) => [register, indexWh / 1_000]),
      [7_189, 7_201, 7_212, 7_225].map((kwh) => ['EAST', kwh]),
    );
  });
});

describe('what a table says of itself', () => {
  test('indexes of no unit are refused, but for those of the distributor, which are Wh', async () => {
    assert.match(
      await refusal('Date;Index\n01/01/2026;12345\n02/01/2026;12355\n'),
      /line 1: expected a unit .*found "Date;Index"/,
    );
    const found = await read(
      'Horodate;Type de releve;EAS T\n2026-01-01T00:00:00+01:00;Arrêté quotidien;3000\n',
    );
    assert.equal(found.readings[0]?.indexWh, 3_000);
  });

  test('a title that names both directions tells none', async () => {
    const rows = 'Date;Valeur (en kWh)\n05/06/2026;12,5\n06/06/2026;13\n';
    const both = await read(`Export énergie Consommation-Production quotidienne\n${rows}`);
    assert.equal(both.direction, 'consumed');
    assert.equal((await read(`Export énergie Production quotidienne\n${rows}`)).direction, 'injected');
  });

  test('the dates of the stretch that was asked for, in each row, are no interval', async () => {
    const tens = house('2026-03-28T00:00', '2026-03-30T00:00', 10);
    const rows = tens.map(
      ({ endMs, powerW }) =>
        `${local(endMs).date};${local(endMs).clock};${powerW};B;30001234567890;Courbe de charge;28/03/2026;30/03/2026;Consommation;Energie active;Brut;W;10\n`,
    );
    const found = await read(
      `Date de la mesure;Heure de la mesure;Valeur;Statut de la mesure;PRM;Type de données;Date de début;Date de fin;Grandeur métier;Grandeur physique;Statut demandé;Unité;Pas en minutes\n${rows.join('')}`,
    );
    assertDrawn(found, tens);
    assert.equal(found.meter, '7890');
  });

  test('begin and end as they are misspelt', async () => {
    const time = (ms: number) => `${local(ms).french} ${local(ms).clock}`;
    const rows = WEEK.map(({ startMs, endMs, powerW }) => `${time(startMs)};${time(endMs)};${powerW}\n`);
    const found = await read(`DateHeure de début;DateHaure de fin;Valeur (en W)\n${rows.join('')}`);
    assert.equal(found.stampsBy, 'header');
    assertDrawn(found, WEEK);
  });
});

describe('both ends of an interval beside its date', () => {
  for (const [name, drawn] of Object.entries({ AUTUMN, SPRING, WEEK })) {
    test(`in one column, ${name.toLowerCase()}`, async () => {
      const rows = drawn.map(({ startMs, endMs, powerW }) => {
        const [from, to] = [local(startMs).clock.slice(0, 5), local(endMs).clock.slice(0, 5)];
        return `${local(startMs).french};${from} - ${to};${powerW}\n`;
      });
      for (const column of ['Heure', 'Plage horaire'])
        assertDrawn(await read(`Date;${column};Puissance (W)\n${rows.join('')}`), drawn);
    });
  }

  test('in columns of dates and of times', async () => {
    const rows = WEEK.map(
      ({ startMs, endMs, powerW }) =>
        `${local(startMs).french};${local(startMs).clock};${local(endMs).french};${local(endMs).clock};${powerW}\n`,
    );
    const found = await read(
      `Date de début;Heure de début;Date de fin;Heure de fin;Valeur (W)\n${rows.join('')}`,
    );
    assert.equal(found.stampsEnd, false);
    assertDrawn(found, WEEK);
  });

  test('in hours', async () => {
    const hours = house('2026-01-05T00:00', '2026-01-08T00:00', 60);
    const rows = (time: (hour: number) => string) =>
      hours
        .map(
          ({ startMs, powerW }) =>
            `${local(startMs).french};${time(Number(local(startMs).clock.slice(0, 2)))};${powerW}\n`,
        )
        .join('');
    for (const time of [
      (hour: number) => `${hour}h-${hour + 1}h`,
      (hour: number) => `${hour}h à ${hour === 23 ? 0 : hour + 1}h`,
      (hour: number) => String(hour),
      (hour: number) => `${hour}h`,
    ])
      assertDrawn(await read(`Date;Heure;Puissance (W)\n${rows(time)}`), hours);
  });
});

test('powers by day are told of as such', async () => {
  const rows = '2026-02-01T00:00:00+01:00;500\n2026-02-02T00:00:00+01:00;600\n';
  assert.match(await refusal(`Horodate;Valeur (W)\n${rows}`), /line 1: .*found powers by day/);
});

test('stamps of a column that is called UTC need not say it', async () => {
  for (const drawn of [AUTUMN, SPRING]) {
    const rows = drawn.map(
      ({ endMs, powerW }) => `${new Date(endMs).toISOString().slice(0, 19)};${powerW}\n`,
    );
    const found = await read(`Horodate (UTC);Valeur (W)\n${rows.join('')}`);
    assert.equal(found.stamped, 'offset');
    assertDrawn(found, drawn);
  }
});
