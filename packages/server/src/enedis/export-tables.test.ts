// Tables of more than one kind, and what suppliers and spreadsheets make of them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EnedisExport } from '@kilowink/core/enedis';
import {
  AUTUMN,
  assertDrawn,
  atLocal,
  curveFile,
  curveRows,
  type Drawn,
  energyWh,
  french,
  house,
  local,
  preamble,
  read,
  readAll,
  refusal,
  SPRING,
  serial,
  truthWh,
  WEEK,
  workbook,
} from './testing.ts';

describe('the long form: a row says what it is', () => {
  const NAMES =
    'Identifiant PRM;Date de début;Date de fin;Grandeur physique;Grandeur métier;Etape métier;Unité;Horodate;Valeur;Nature;Pas;Indice de vraisemblance;Etat complémentaire';
  const rows = (
    drawn: readonly Drawn[],
    of: { prm?: string; what?: string; business?: string; stage?: string; unit?: string; step?: string } = {},
  ) => {
    const {
      prm = '30001234567890',
      what = 'PA',
      business = 'CONS',
      stage = 'BRUT',
      unit = 'W',
      step = 'PT30M',
    } = of;
    return drawn
      .map(
        ({ endMs, powerW }) =>
          `${prm};2026-01-05;2026-01-12;${what};${business};${stage};${unit};${local(endMs).plain.replace('T', ' ')};${powerW};R;${step};;\n`,
      )
      .join('');
  };

  test('one meter', async () => assertDrawn(await read(`${NAMES}\n${rows(WEEK)}`), WEEK));

  test('the step of each row is said', async () => {
    const lone = [WEEK[0], WEEK[7], WEEK[20]].filter((each) => each !== undefined);
    assertDrawn(await read(`${NAMES}\n${rows(lone)}`), lone);
    const tens = house('2026-01-05T00:00', '2026-01-05T06:00', 10).filter((_, index) => index % 3 === 0);
    assertDrawn(await read(`${NAMES}\n${rows(tens, { step: '10' })}`), tens);
  });

  test('several meters, both directions, and quantities that are no energy', async () => {
    const other = WEEK.map((each) => ({ ...each, powerW: each.powerW + 77 }));
    const sold = WEEK.slice(20, 30).map((each) => ({ ...each, powerW: 940 }));
    const { exports, skipped } = await readAll(
      `${NAMES}\n${rows(WEEK)}${rows(WEEK, { what: 'PRI', unit: 'VAr' })}${rows(other, { prm: '30009999999991' })}${rows(sold, { business: 'PROD' })}${rows(WEEK.slice(0, 7), { what: 'PMA', unit: 'VA', step: 'P1D' })}`,
    );
    assert.deepEqual(
      exports.map(({ meter, direction }) => [meter, direction]),
      [
        ['7890', 'consumed'],
        ['9991', 'consumed'],
        ['7890', 'injected'],
      ],
    );
    for (const [index, drawn] of [WEEK, other, sold].entries())
      assertDrawn(exports[index] as EnedisExport, drawn);
    assert.deepEqual(
      skipped.map(({ line, what }) => [line, what]),
      [
        [338, '336 rows of PRI in VAr'],
        [1_020, '7 rows of PMA in VA'],
      ],
    );
  });

  test('what was corrected stands before what was raw', async () => {
    const raw = WEEK.map((each) => ({ ...each, powerW: each.powerW + (each === WEEK[9] ? 500 : 0) }));
    assertDrawn(await read(`${NAMES}\n${rows(raw)}${rows(WEEK, { stage: 'CORRIGE' })}`), WEEK);
  });

  test('energy by day', async () => {
    const days = house('2026-03-25T00:00', '2026-04-02T00:00', 30);
    const byDay = Map.groupBy(days, ({ startMs }) => local(startMs).date);
    const text = [...byDay]
      .map(([day, all]) => `30001234567890;;;EA;CONS;BRUT;Wh;${day}T00:00:00;${truthWh(all)};R;P1D;;\n`)
      .join('');
    const found = await read(`${NAMES}\n${text}`);
    assert.equal(found.kind, 'daily');
    assert.deepEqual(
      [...found.points.durationsMs].map((ms) => ms / 3_600_000),
      [24, 24, 24, 24, 23, 24, 24, 24],
    );
    assert.ok(Math.abs(energyWh(found) - truthWh(days)) < 0.01);
  });
});

describe('several tables in a file', () => {
  test('a table for each meter', async () => {
    const other = WEEK.map((each) => ({ ...each, powerW: each.powerW * 2 }));
    const { exports } = await readAll(
      `${curveFile(WEEK)}\n${preamble({ prm: '30009999999991' })}Horodate;Valeur\n${curveRows(other)}`,
    );
    assert.deepEqual(
      exports.map(({ meter }) => meter),
      ['7890', '9991'],
    );
    assertDrawn(exports[0] as EnedisExport, WEEK);
    assertDrawn(exports[1] as EnedisExport, other);
  });

  test('indexes, then the greatest powers', async () => {
    const { exports, skipped } = await readAll(
      `${preamble({ type: 'Index', unit: 'Wh' })}Horodate;Type de releve;EAS F1;EAS F2;EAS T\n2026-01-05T00:00:00+01:00;Arrêté quotidien;1000;500;1500\n2026-01-06T00:00:00+01:00;Arrêté quotidien;1010;520;1530\n2026-01-07T23:00:00+01:00;Arrêté quotidien;;;\n${preamble({ type: 'Puissance maximale quotidienne', unit: '' })}Horodate;Valeur\n2026-01-05T00:00:00+02:00;\n2026-01-06T00:00:00+02:00;4200\n`,
    );
    assert.equal(exports.length, 1);
    assert.equal(exports[0]?.readings.length, 6);
    assert.equal(skipped.length, 1);
  });

  test('days, then a load curve', async () => {
    const { exports } = await readAll(
      `Date;Valeur (en kWh)\n05/01/2026;5\n06/01/2026;7,25\n\nHorodate fin de pas;Puissance moyenne (W)\n${curveRows(WEEK)}`,
    );
    assert.deepEqual(
      exports.map(({ kind }) => kind),
      ['daily', 'curve'],
    );
    assert.equal(energyWh(exports[0] as EnedisExport), 12_250);
    assertDrawn(exports[1] as EnedisExport, WEEK);
  });
});

describe('what suppliers write', () => {
  const blocks = (drawn: readonly Drawn[], twice = false) => {
    const byDay = Map.groupBy(drawn, ({ startMs }) => local(startMs).french);
    const lines = [...byDay].toReversed().map(([day, all]) => {
      const rows = all.toReversed().map(({ endMs, powerW }) => `${local(endMs).clock};${powerW};Réelle\r\n`);
      return `${day};;\r\n${rows.map((row) => (twice ? row + row : row)).join('')}\r\n`;
    });
    return Buffer.from(
      `Récapitulatif de mes puissances atteintes en W\r\n\r\nDate et heure de relève par le distributeur;Puissance atteinte (W);Nature de la donnée\r\n${lines.join('')}`,
      'latin1',
    );
  };
  for (const [name, drawn] of Object.entries({ AUTUMN, SPRING, WEEK })) {
    test(`EDF by half hours, ${name.toLowerCase()}`, async () =>
      assertDrawn(await read(blocks(drawn)), drawn));
    test(`EDF by half hours, each row twice, ${name.toLowerCase()}`, async () =>
      assertDrawn(await read(blocks(drawn, true)), drawn));
  }

  test('EDF by half hours: a row off the grid is told, and not counted', async () => {
    const text = blocks(WEEK).toString('latin1').replace('12:30:00;', '12:14:10;148;Réelle\r\n12:30:00;');
    const found = await read(Buffer.from(text, 'latin1'));
    assertDrawn(found, WEEK);
    assert.match(found.bad[0]?.found ?? '', /12:14:10/);
  });

  test('EDF by day', async () => {
    const found = await read(
      Buffer.from(
        'Récapitulatif de ma consommation\n\nDate de consommation;Consommation (kWh);Nature de la donnée\n27/10/2025;9;Réelle\n26/10/2025;12;Réelle\n25/10/2025;7;Estimée\n',
        'latin1',
      ),
    );
    assert.equal(found.kind, 'daily');
    assert.equal(energyWh(found), 28_000);
    assert.deepEqual(
      [...found.points.durationsMs].map((ms) => ms / 3_600_000),
      [24, 25, 24],
    );
  });

  test('EDF indexes: the total is what the registers add up to', async () => {
    const found = await read(
      "Récapitulatif de mes index\n\nDate de relevé de l'index;Type d'index;Index Heures pleines (kWh);Index Heures creuses (kWh)\n03/01/2026;Index transmis par le distributeur;1010;520\n02/01/2026;Index transmis par le distributeur;1004;517\n02/01/2026;Index transmis par le distributeur;1004;517\n01/01/2026;Index transmis par le distributeur;1000;515\n",
    );
    assert.equal(found.kind, 'index');
    assert.deepEqual(
      found.readings
        .filter(({ register }) => register === 'EAST')
        .map(({ atMs, indexWh }) => [local(atMs).french, indexWh]),
      [
        ['03/01/2026', 1_530_000],
        ['02/01/2026', 1_521_000],
        ['01/01/2026', 1_515_000],
      ],
    );
    assert.deepEqual(new Set(found.readings.map(({ register }) => register)), new Set(['EAST', 'HP', 'HC']));
  });

  test('energy of each half hour with its unit, in quotes', async () => {
    const rows = WEEK.map(
      ({ endMs, powerW }) =>
        `"x";"${local(endMs).french} ${local(endMs).clock.slice(0, 5)}";"${powerW / 2_000} kWh"`,
    );
    assertDrawn(await read(`"Compteur";"Date et heure";"Consommation"\n${rows.join('\n')}\n`), WEEK);
  });
});

describe('days', () => {
  for (const [name, date] of Object.entries({
    'a date alone': (day: string) => day.split('-').toReversed().join('/'),
    'midnight of a clock': (day: string) => `${day.split('-').toReversed().join('/')} 00:00:00`,
    'midnight, ISO 8601': (day: string) => `${day}T00:00:00`,
    'midnight with offset': (day: string) => local(atLocal(`${day}T00:00`)).iso,
    'midnight in UTC': (day: string) => new Date(atLocal(`${day}T00:00`)).toISOString(),
    'ISO 8601 date': (day: string) => day,
  })) {
    test(name, async () => {
      const days = ['2025-10-25', '2025-10-26', '2025-10-27', '2026-03-28', '2026-03-29', '2026-03-30'];
      const found = await read(
        `Date;Valeur (en kWh)\n${days.map((day, index) => `${date(day)};${index + 1},125`).join('\n')}\n`,
      );
      assert.equal(found.kind, 'daily');
      assert.equal(energyWh(found), 21_750);
      assert.deepEqual(
        [...found.points.starts].map((ms) => local(ms).date),
        days,
      );
      assert.deepEqual(
        [...found.points.durationsMs].map((ms) => ms / 3_600_000),
        [24, 25, 24, 24, 23, 24],
      );
    });
  }
});

describe('workbooks', () => {
  const TITLE = [
    ['Export de mes données', null, null],
    [null, null, null],
    ['Point Référence Mesure (PRM) : ', '30001234567890', 'Type de comptage : ', 'Consommation Horaire'],
  ];
  const hours = (
    time: (ms: number) => string | number | { date: number },
    value: (powerW: number) => string | number | { formula: string; result: number } = (powerW) =>
      powerW / 1_000,
  ) => [
    ...TITLE,
    [null, 'Plage horaire', null, null],
    [null, 'Début', 'Fin', 'Valeur (en kW)'],
    ...WEEK.map(({ startMs, endMs, powerW }) => [null, time(startMs), time(endMs), value(powerW)]),
    [null, null, null, null],
  ];
  const cover = { name: 'Page d’accueil', rows: [['Bienvenue'], ['Enedis']] };
  const sheet = (rows: ReturnType<typeof hours>, name = 'Consommation Horaire') => ({ name, rows });

  test('dates as text', async () =>
    assertDrawn(
      await read(workbook([cover, sheet(hours((ms) => `${local(ms).french} ${local(ms).clock}`))])),
      WEEK,
    ));
  test('dates as dates', async () =>
    assertDrawn(await read(workbook([cover, sheet(hours((ms) => ({ date: serial(ms) })))])), WEEK));
  test('dates as bare numbers', async () =>
    assertDrawn(await read(workbook([sheet(hours((ms) => serial(ms)))])), WEEK));
  test('dates as numbers with few digits', async () =>
    assertDrawn(await read(workbook([sheet(hours((ms) => Number(serial(ms).toFixed(5))))])), WEEK));
  test('dates since 1904', async () =>
    assertDrawn(
      await read(
        workbook([sheet(hours((ms) => ({ date: serial(ms, { is1904: true }) })))], { is1904: true }),
      ),
      WEEK,
    ));
  test('merged titles and formulas', async () => {
    const rows = hours(
      (ms) => ({ date: serial(ms) }),
      (powerW) => ({ formula: `${powerW}/1000`, result: powerW / 1_000 }),
    );
    assertDrawn(await read(workbook([{ name: 'a', rows, merged: ['A1:D1', 'B4:D4'] }])), WEEK);
  });
  test('numbers as French text', async () =>
    assertDrawn(
      await read(
        workbook([
          sheet(
            hours(
              (ms) => ({ date: serial(ms) }),
              (powerW) => french(powerW / 1_000),
            ),
          ),
        ]),
      ),
      WEEK,
    ));

  test('a sheet for what was consumed, one for what was injected', async () => {
    const days = (title: string, value: number) => [
      ['Type de comptage : ', title],
      ['Date', 'Valeur (en kWh)'],
      ['08/07/2025', value],
      ['09/07/2025', 'NA'],
    ];
    const { exports } = await readAll(
      workbook([
        cover,
        { name: 'Export Consommation Quotidienne', rows: days('Consommation Quotidienne', 1.361) },
        { name: 'Export Production Quotidienne', rows: days('Production Quotidienne', 33.53) },
      ]),
    );
    assert.deepEqual(
      exports.map((each) => [each.direction, energyWh(each), each.emptyRows]),
      [
        ['consumed', 1_361, 1],
        ['injected', 33_530, 1],
      ],
    );
  });

  test('a sheet whose name alone tells that it was injected', async () => {
    const rows = [
      ['Date', 'Valeur (en kWh)'],
      ['08/07/2025', 2],
    ];
    const found = await read(workbook([{ name: 'Export Production Quotidienne', rows }]));
    assert.equal(found.direction, 'injected');
  });

  test('a day and a time in columns of their own, as spreadsheets keep them', async () => {
    const time = (ms: number) => ({ date: serial(ms) % 1 });
    for (const clock of [time, (ms: number) => serial(ms) % 1, (ms: number) => local(ms).clock]) {
      const rows = WEEK.map(({ endMs, powerW }) => [
        { date: Math.floor(serial(endMs)) },
        clock(endMs),
        powerW,
      ]);
      const found = await read(
        workbook([{ name: 'a', rows: [['Date', 'Heure', 'Puissance (W)'], ...rows] }]),
      );
      assertDrawn(found, WEEK);
    }
  });

  test('cells that hold an error are gaps', async () => {
    const rows = WEEK.map(({ endMs, powerW }, index) => [
      local(endMs).plain,
      index % 5 === 2 ? { error: '#N/A' } : powerW,
    ]);
    const found = await read(workbook([{ name: 'a', rows: [['Horodate', 'Valeur (W)'], ...rows] }]));
    assertDrawn(
      found,
      WEEK.filter((_, index) => index % 5 !== 2),
    );
  });
});

describe('headers', () => {
  test('an é that was encoded twice', async () => {
    const time = (ms: number) => `${local(ms).french} ${local(ms).clock}`;
    const rows = WEEK.map(
      ({ startMs, endMs, powerW }) => `${time(startMs)};${time(endMs)};${french(powerW / 1_000)}\n`,
    );
    assertDrawn(await read(`DÃ©but;Fin;Valeur (en kW)\n${rows.join('')}`), WEEK);
  });

  test('times of day called begin and end', async () => {
    const part = WEEK.slice(3, 40);
    const rows = part.map(
      ({ startMs, endMs, powerW }) =>
        `${local(startMs).french};${local(startMs).clock};${local(endMs).clock};${powerW}\n`,
    );
    const found = await read(`Date;Heure début;Heure fin;Puissance moyenne (W)\n${rows.join('')}`);
    assert.equal(found.stampsBy, 'header');
    assertDrawn(found, part);
  });

  test('an index by date', async () => {
    const found = await read('Date;Index (kWh)\n05/01/2026;12345\n06/01/2026;12355,5\n');
    assert.deepEqual(
      found.readings.map(({ register, indexWh }) => [register, indexWh]),
      [
        ['EAST', 12_345_000],
        ['EAST', 12_355_500],
      ],
    );
  });

  test('indexes of both directions part', async () => {
    const { exports } = await readAll(
      `${preamble({ type: 'Index', unit: 'Wh' })}Horodate;Type de releve;EAS F1;EAS T;EAI T\n2026-01-05T00:00:00+01:00;;10;1500;70\n2026-01-06T00:00:00+01:00;;12;1530;90\n`,
    );
    assert.deepEqual(
      exports.map(({ direction, readings }) => [direction, readings.map(({ indexWh }) => indexWh)]),
      [
        ['consumed', [10, 1_500, 12, 1_530]],
        ['injected', [70, 90]],
      ],
    );
  });

  test('energy by month is told, and not taken', async () => {
    assert.match(
      await refusal(
        'Récapitulatif de ma consommation\n\nPériode de consommation;Consommation (kWh);Nature de la donnée\n\nAnnée 2025;2016;\n12/2025;1016;Réelle\n',
      ),
      /line 3: expected .* found a table of energy by month/,
    );
  });
});

describe('a day that its own midnight ends', () => {
  const rows = (drawn: readonly Drawn[]) =>
    drawn.map(({ startMs, endMs, powerW }) => {
      const isEnd = local(endMs).clock === '00:00:00';
      return `${local(isEnd ? startMs : endMs).french};${local(endMs).clock.slice(0, 5)};${powerW}\n`;
    });
  for (const [name, drawn] of Object.entries({ AUTUMN, SPRING, WEEK })) {
    test(`${name.toLowerCase()}: oldest first`, async () =>
      assertDrawn(await read(`Date;Heure;Puissance (W)\n${rows(drawn).join('')}`), drawn));
    test(`${name.toLowerCase()}: newest first`, async () =>
      assertDrawn(await read(`Date;Heure;Puissance (W)\n${rows(drawn).toReversed().join('')}`), drawn));
  }
});

describe('more of dates', () => {
  test('days by begin and end', async () => {
    for (const end of ['06/01/2026', '05/01/2026']) {
      const found = await read(`Date de début;Date de fin;Valeur (en kWh)\n05/01/2026;${end};12,5\n`);
      assert.deepEqual([...found.points.durationsMs], [86_400_000]);
      assert.equal(energyWh(found), 12_500);
    }
  });

  test('a month before its day is refused, for half of the dates would be taken for others', async () => {
    const us = (ms: number) => local(ms).date.replace(/(\d+)-(\d+)-(\d+)/, '$2/$3/$1');
    const month = house('2026-01-05T00:00', '2026-02-05T00:00');
    const text = month.map(({ endMs, powerW }) => `${us(endMs)} ${local(endMs).clock};${powerW}\n`).join('');
    assert.match(
      await refusal(`Horodate;Valeur (W)\n${text}`),
      /line 385: expected the day before the month, as 31\/01\/2026, found "01\/13\/2026 00:00:00"/,
    );
  });

  test('one impossible month is a bad row, not another order', async () => {
    const rows = WEEK.map(({ endMs, powerW }) => `${local(endMs).french} ${local(endMs).clock};${powerW}\n`);
    const found = await read(`Horodate;Valeur (W)\n${rows.join('')}01/13/2026 00:30;5\n13/01/2026 00:30;5\n`);
    assert.equal(found.bad.length, 1);
  });

  test('a last line without an end is told, for it may be cut', async () => {
    assert.equal((await readAll(curveFile(WEEK))).isOpen, false);
    assert.equal((await readAll(curveFile(WEEK).slice(0, -2))).isOpen, true);
    assert.equal((await readAll(curveFile(WEEK).trimEnd())).isOpen, true);
  });
});
