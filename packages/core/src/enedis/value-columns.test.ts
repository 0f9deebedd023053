import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readEnedisText } from './read-enedis.ts';

/** Kind, direction and energies in Wh of each export in a text. */
function read(text: string): [kind: string, direction: string, ...energiesWh: number[]][] {
  const result = readEnedisText(text, { zone: 'Europe/Paris' });
  assert.ok(result.ok, result.ok ? '' : result.fault.message);
  return result.value.exports.map(({ kind, direction, points }) => [
    kind,
    direction,
    ...[...points.values].map((mwh) => mwh / 1_000),
  ]);
}

const DAYS = ['01/03/2026;5,5;7,25', '02/03/2026;6,5;7,25', '03/03/2026;4;0,1'].join('\n');
const SUMS = ['daily', 'consumed', 12_750, 13_750, 4_100];

describe('a column for each tariff', () => {
  const headers = [
    'Date;Consommation HP (kWh);Consommation HC (kWh)',
    'Date;Consommation Heures Pleines (kWh);Consommation Heures Creuses (kWh)',
    'Date;Consommation en kWh HP;Consommation en kWh HC',
    'Date;Valeur HP (kWh);Valeur HC (kWh)',
    'Date;HP (kWh);HC (kWh)',
    'Date;Heures pleines (kWh);Heures creuses (kWh)',
    'Date;kWh HP;kWh HC',
    'Date;Énergie HPH (kWh);Énergie HCH (kWh)',
  ];
  for (const header of headers)
    test(`adds up: ${header}`, () => assert.deepEqual(read(`${header}\n${DAYS}\n`), [SUMS]));

  test('is left alone where the total stands beside', () => {
    const rows = '01/03/2026;5,5;7,25;12,8\n02/03/2026;6,5;7,25;13,8\n';
    for (const header of [
      'HP;HC;Total (kWh)',
      'HP (kWh);HC (kWh);Total (kWh)',
      'HP (kWh);HC (kWh);Consommation (kWh)',
    ])
      assert.deepEqual(read(`Date;${header}\n${rows}`), [['daily', 'consumed', 12_800, 13_800]]);
  });

  test('six of Tempo, of which most are empty', () => {
    const names = ['Bleu', 'Blanc', 'Rouge'].flatMap((colour) =>
      ['HP', 'HC'].map((of) => `Consommation ${colour} ${of} (kWh)`),
    );
    const rows = '01/03/2026;5,5;7,25;;;;\n02/03/2026;;;6,5;7,25;;\n03/03/2026;;;;;;\n04/03/2026;;;0;0;1;2\n';
    assert.deepEqual(read(`Date;${names.join(';')}\n${rows}`), [
      ['daily', 'consumed', 12_750, 13_750, 3_000],
    ]);
  });

  test('of powers by half hours, each row in one of them', () => {
    const rows = ['05:30:00+01:00;;100', '06:00:00+01:00;;200', '06:30:00+01:00;300;', '07:00:00+01:00;400;'];
    const text = `Horodate;Valeur HP (W);Valeur HC (W)\n${rows.map((row) => `2026-03-01T${row}\n`).join('')}`;
    assert.deepEqual(read(text), [['curve', 'consumed', 50, 100, 150, 200]]);
  });

  test('by begin and end', () => {
    const text =
      'Début;Fin;HP (kWh);HC (kWh)\n01/03/2026 00:00;01/03/2026 01:00;0;0,5\n01/03/2026 01:00;01/03/2026 02:00;0,25;0,5\n';
    assert.deepEqual(read(text), [['curve', 'consumed', 500, 750]]);
  });

  test('a part that is no number makes a bad row, no sum of the rest', () => {
    const text = 'Date;HP (kWh);HC (kWh)\n01/03/2026;5,5;7,25\n02/03/2026;6,5;oops\n03/03/2026;4;0,1\n';
    const result = readEnedisText(text, { zone: 'Europe/Paris' });
    assert.ok(result.ok);
    assert.deepEqual(
      result.value.exports[0]?.bad.map(({ row, found }) => [row, found]),
      [[3, 'oops']],
    );
  });
});

test('values with their unit in each cell add up', () => {
  const text = 'Date;Consommation HP;Consommation HC\n01/03/2026;5,5 kWh;7 kWh\n02/03/2026;6 kWh;\n';
  assert.deepEqual(read(text), [['daily', 'consumed', 12_500, 6_000]]);
});

test('decimal commas between comma fields: each value has one, or the row says nothing', () => {
  const bad = (text: string) => {
    const result = readEnedisText(text, { zone: 'Europe/Paris' });
    return result.ok
      ? result.value.exports.flatMap((each) => each.bad.map(({ row, found }) => [row, found]))
      : [];
  };
  const both =
    'Date,HP (kWh),HC (kWh)\n01/03/2026,5,5,7,25\n02/03/2026,6,50,7,25\n03/03/2026,4,0,1\n04/03/2026,4,1\n';
  assert.deepEqual(read(both), [['daily', 'consumed', 12_750, 13_750, 5_000]]);
  assert.deepEqual(bad(both), [[4, '4,0,1']]);
  const injected = 'Date,Soutirage (kWh),Injection (kWh)\n01/03/2026,5,5,1,25\n02/03/2026,6,50,0,5\n';
  assert.deepEqual(read(injected), [
    ['daily', 'consumed', 5_500, 6_500],
    ['daily', 'injected', 1_250, 500],
  ]);
  const priced = 'Date,Consommation (kWh),Prix\n01/03/2026,12,5,1,20\n02/03/2026,12,1\n';
  assert.deepEqual(read(priced), [['daily', 'consumed', 12_000]]);
  assert.deepEqual(bad(priced), [[2, '12,5,1,20']]);
});

test('indexes with decimal commas between comma fields are none', () => {
  const text = 'Date,Index HP (kWh),Index HC (kWh)\n01/03/2026,1000,5,2000,5\n02/03/2026,1001,2001\n';
  const result = readEnedisText(text, { zone: 'Europe/Paris' });
  assert.ok(result.ok);
  const [found] = result.value.exports;
  assert.deepEqual(
    found?.readings.map(({ indexWh }) => indexWh),
    [1_001_000, 2_001_000, 3_002_000],
  );
  assert.deepEqual(
    found?.bad.map(({ row }) => row),
    [2],
  );
});

test('what adds up is told by its names', () => {
  const addedUp = (text: string) => {
    const result = readEnedisText(text, { zone: 'Europe/Paris' });
    return result.ok ? result.value.exports.map((each) => each.addedUp) : [];
  };
  const both = `Date;Conso HP (kWh);Conso HC (kWh);Production (kWh)\n01/03/2026;1;2;3\n02/03/2026;1;2;3\n`;
  assert.deepEqual(addedUp(both), [['Conso HP (kWh)', 'Conso HC (kWh)'], []]);
  const rows = 'Date;Poste tarifaire;Consommation (kWh)\n01/03/2026;HP;1\n01/03/2026;HC;2\n02/03/2026;HP;1\n';
  assert.deepEqual(addedUp(rows), [['HP', 'HC']]);
  assert.deepEqual(addedUp('Date;Valeur (kWh)\n01/03/2026;1\n02/03/2026;2\n'), [[]]);
});

test('a month may be in letters', () => {
  const forms = [
    ['lundi 1 juin 2026', 'mercredi 1er juillet 2026'],
    ['01-juin-26', '01-juil-26'],
    ['1 juin 2026', '1er juil. 2026'],
    ['01 Jun 2026', '01 Jul 2026'],
  ];
  for (const [first, second] of forms) {
    const result = readEnedisText(`Date;Consommation (kWh)\n${first};5,5\n${second};6\n`, {
      zone: 'Europe/Paris',
    });
    assert.ok(result.ok, `${first}`);
    assert.deepEqual(
      result.value.exports.map(({ kind, points }) => [kind, ...points.starts]),
      [['daily', Date.parse('2026-06-01T00:00+02:00'), Date.parse('2026-07-01T00:00+02:00')]],
    );
  }
  const curve =
    'Horodate;Valeur (W)\n2 févr. 2026 à 00:30;100\n2 févr. 2026 à 01:00;200\n2 févr. 2026 à 01:30;300\n';
  assert.deepEqual(read(curve), [['curve', 'consumed', 50, 100, 150]]);
});

test('a row for each tariff adds up', () => {
  const rows =
    '01/03/2026;HP;5,5\n01/03/2026;HC;7,25\n01/03/2026;HC;7,25\n02/03/2026;HP;6,5\n02/03/2026;HC;\n';
  for (const name of ['Poste tarifaire', 'HP/HC', 'Tranche horaire', 'Tarif'])
    assert.deepEqual(read(`Date;${name};Consommation (kWh)\n${rows}`), [
      ['daily', 'consumed', 12_750, 6_500],
    ]);
});

test('what is injected stands beside what is consumed', () => {
  const rows = ['00:30:00+01:00;500;100', '01:00:00+01:00;400;20', '01:30:00+01:00;200;0'];
  const of = (header: string) =>
    read(`Horodate;${header}\n${rows.map((row) => `2026-03-01T${row}\n`).join('')}`);
  const expected = [
    ['curve', 'consumed', 250, 200, 100],
    ['curve', 'injected', 50, 10, 0],
  ];
  assert.deepEqual(of('Consommation (W);Production (W)'), expected);
  assert.deepEqual(of('Consommation (W);Injection (W)'), expected);
  assert.deepEqual(read('Date;Production (kWh)\n01/03/2026;5\n02/03/2026;6\n'), [
    ['daily', 'injected', 5_000, 6_000],
  ]);
});

test('what a day cost is no energy, whatever it is called', () => {
  const rows = '01/03/2026;1,20;5,5\n02/03/2026;1,30;6,5\n';
  for (const header of ['Consommation (€);Consommation (kWh)', 'Consommation TTC;Consommation (kWh)'])
    assert.deepEqual(read(`Date;${header}\n${rows}`), [['daily', 'consumed', 5_500, 6_500]]);
});
