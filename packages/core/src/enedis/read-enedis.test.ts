import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type EnedisExport, readEnedisText } from './index.ts';

const zone = 'Europe/Paris';
const PREAMBLE =
  'Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;Unite;Pas en minutes\n' +
  '12345678901234;Courbe de charge;05/01/2026;06/01/2026;Energie active;Consommation;Comptage Brut;W;\n';

function read(text: string, stamps?: 'start' | 'end'): EnedisExport {
  const result = readEnedisText(text, { zone, ...(stamps === undefined ? {} : { stamps }) });
  assert.ok(result.ok, result.ok ? '' : result.fault.message);
  return result.value.exports[0] as EnedisExport;
}

function refusal(text: string): string {
  const result = readEnedisText(text, { zone });
  assert.ok(!result.ok);
  return result.fault.message;
}

const iso = (ms: number | undefined) => new Date(ms ?? Number.NaN).toISOString();

test('a load curve gives the mean power times the half hour that its stamp ends', () => {
  const { points, stampsEnd, kind, direction, stepMs } = read(
    `\ufeff${PREAMBLE}\nHorodate;Valeur\n2026-01-05T00:30:00+01:00;1200\n2026-01-05T01:00:00+01:00;800\r\n2026-01-05T01:30:00+01:00;\n2026-01-05T02:00:00+01:00;600\n`,
  );
  assert.deepEqual([kind, direction, stampsEnd, stepMs], ['curve', 'consumed', true, 1_800_000]);
  assert.deepEqual([...points.starts].map(iso), [
    '2026-01-04T23:00:00.000Z',
    '2026-01-04T23:30:00.000Z',
    '2026-01-05T00:30:00.000Z',
  ]);
  assert.deepEqual([...points.values], [600_000, 400_000, 300_000]);
});

test('a curve that begins at midnight and ends one step before it has stamps that begin their intervals', () => {
  const rows = (from: number) =>
    Array.from({ length: 48 }, (_, index) => {
      const at = new Date(Date.UTC(2026, 0, 5) + (index + from) * 1_800_000 - 3_600_000);
      return `${new Date(at.getTime() + 3_600_000).toISOString().slice(0, 19)}+01:00;${index}`;
    }).join('\n');
  const begun = read(`${PREAMBLE}Horodate;Valeur\n${rows(0)}\n`);
  const ended = read(`${PREAMBLE}Horodate;Valeur\n${rows(1)}\n`);
  assert.deepEqual([begun.stampsEnd, ended.stampsEnd], [false, true]);
  assert.deepEqual([...begun.points.starts], [...ended.points.starts]);
  assert.equal(read(`${PREAMBLE}Horodate;Valeur\n${rows(0)}\n`, 'end').stampsEnd, true);
});

test('a value in Wh or kWh is an energy, not a power', () => {
  const body = 'Horodate;Valeur\n2026-01-05T00:30:00+01:00;600,5\n';
  assert.deepEqual([...read(PREAMBLE.replace(';W;', ';Wh;') + body).points.values], [600_500]);
  assert.deepEqual(
    [...read(`Horodate;Valeur (en kWh)\n2026-01-05T00:30:00+01:00;0,6\n`).points.values],
    [600_000],
  );
  assert.deepEqual(
    [...read('Courbe\nHorodate fin de pas;Puissance moyenne (W)\n2026-01-05T00:30:00;420\n').points.values],
    [210_000],
  );
});

test('the step may change within a file: 30 to 10 minutes', () => {
  const { points } = read(
    `${PREAMBLE}Horodate;Valeur\n2026-01-05T00:00:00+01:00;600\n2026-01-05T00:30:00+01:00;600\n2026-01-05T01:00:00+01:00;600\n2026-01-05T01:10:00+01:00;600\n2026-01-05T01:20:00+01:00;600\n`,
  );
  assert.deepEqual([...points.durationsMs], [1_800_000, 1_800_000, 1_800_000, 600_000, 600_000]);
});

test('readings of a clock on the autumn night come twice, and are two hours of energy', () => {
  const stamps = ['02:00', '02:30', '02:00', '02:30', '03:00'].map((time) => `2025-10-26T${time}:00;1000`);
  const text = ['Courbe', 'Horodate fin de pas;Puissance moyenne (W)', ...stamps].join('\n');
  const { points, repeatedRows } = read(text);
  assert.equal(repeatedRows, 0);
  assert.deepEqual([...points.starts].map(iso), [
    '2025-10-25T23:30:00.000Z',
    '2025-10-26T00:00:00.000Z',
    '2025-10-26T00:30:00.000Z',
    '2025-10-26T01:00:00.000Z',
    '2025-10-26T01:30:00.000Z',
  ]);
  const backward = [text.split('\n').slice(0, 2), stamps.toReversed()].flat().join('\n');
  assert.deepEqual([...read(backward).points.starts], [...points.starts]);
});

test('days of a supplier, newest first, whose midnight ends the day', () => {
  const { points, bad } = read(
    'Récapitulatif de mes puissances atteintes en W\n\nDate et heure de rel�ve par le distributeur;Puissance atteinte (W);Nature\n' +
      '18/01/2025;;\n00:00:00;1122;Réelle\n23:30:00;1184;Réelle\n00:30:00;1102;Réelle\n\n17/01/2025;;\n00:00:00;1356;Réelle\n23:30:00;914;Réelle\nrubbish;1;2\n',
  );
  assert.deepEqual([...points.starts].map(iso), [
    '2025-01-17T22:00:00.000Z',
    '2025-01-17T22:30:00.000Z',
    '2025-01-17T23:00:00.000Z',
    '2025-01-18T22:00:00.000Z',
    '2025-01-18T22:30:00.000Z',
  ]);
  assert.equal(points.values[4], 561_000);
  assert.deepEqual(bad, [{ row: 12, expected: 'a date, or a time under one', found: 'rubbish' }]);
});

test('daily energies last from midnight to midnight, 23 and 25 hours included', () => {
  const { kind, points, emptyRows } = read(
    'Point Référence Mesure (PRM) : ;12345678901234;Type de comptage : ;Consommation Quotidienne\nDate;Valeur (en kWh)\n29/03/2026;12,5\n26/10/2025;9\n27/10/2025;NA\n',
  );
  assert.deepEqual([kind, emptyRows], ['daily', 1]);
  assert.deepEqual([...points.starts].map(iso), ['2025-10-25T22:00:00.000Z', '2026-03-28T23:00:00.000Z']);
  assert.deepEqual([...points.durationsMs], [25 * 3_600_000, 23 * 3_600_000]);
  assert.deepEqual([...points.values], [9_000_000, 12_500_000]);
});

test('daily indexes are readings by register, and end where the calendar table begins', () => {
  const { kind, readings, points } = read(
    PREAMBLE.replace('Courbe de charge', 'Index').replace(';W;', ';Wh;') +
      'Horodate;Type de releve;EAS F1;EAS F2;EAS F10;EAS D1;EAS T\n' +
      '2019-09-02T00:00:00+02:00;Arrêté quotidien;1009905;819074;;1012584;1834405\n' +
      'Periode;Identifiant calendrier fournisseur;Libelle\nDu 2021-04-12T00:00:00+01:00 au;AA;HC\n',
  );
  assert.deepEqual([kind, points.starts.length], ['index', 0]);
  assert.deepEqual(
    readings.map(({ register, indexWh }) => [register, indexWh]),
    [
      ['EASF01', 1_009_905],
      ['EASF02', 819_074],
      ['EASD01', 1_012_584],
      ['EAST', 1_834_405],
    ],
  );
  assert.equal(iso(readings[0]?.atMs), '2019-09-01T22:00:00.000Z');
});

test('what is injected is told apart', () => {
  const body = 'Horodate;Valeur\n2026-01-05T00:30:00+01:00;600\n';
  assert.equal(read(PREAMBLE.replace('Consommation', 'Production') + body).direction, 'injected');
  assert.equal(
    read('Type : ;Production Quotidienne\nDate;Valeur (en kWh)\n01/01/2026;1\n').direction,
    'injected',
  );
});

test('a repeated time counts once, and a bad row is told by its number', () => {
  const { points, repeatedRows, bad } = read(
    `${PREAMBLE}Horodate;Valeur\n2026-01-05T00:30:00+01:00;600\n2026-01-05T00:30:00+01:00;900\n2026-02-30T00:30:00+01:00;5\n2026-01-05T01:00:00+01:00;-5\n`,
  );
  assert.deepEqual([...points.values], [300_000]);
  assert.equal(repeatedRows, 1);
  assert.deepEqual(bad, [
    { row: 6, expected: 'a date', found: '2026-02-30T00:30:00+01:00' },
    { row: 7, expected: 'a value from 0 to 1000000 W', found: '-5' },
  ]);
});

test('a file without a unit or a known header is refused, and its delivery point not repeated', () => {
  assert.match(refusal('Horodate;Valeur\n2026-01-05T00:30:00+01:00;600\n'), /line 1: expected a unit/);
  const told = refusal('Identifiant PRM;12345678901234\na;b\n');
  assert.doesNotMatch(told, /12345678901234/);
  assert.match(refusal(`${PREAMBLE}Horodate;Valeur\n`), /found none/);
  assert.match(refusal(''), /the file is empty/);
});

test('rubbish never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.boolean(), (text, withHeader) => {
      readEnedisText(withHeader ? `${PREAMBLE}Horodate;Valeur\n${text}` : text, { zone });
    }),
  );
});

/** A curve of one interval over some days: when each row ends, and its power. */
function curveOf(stepMinutes: number, days: number): { endMs: number; powerW: number }[] {
  const stepMs = stepMinutes * 60_000;
  const startMs = Date.UTC(2026, 0, 4, 23);
  return Array.from({ length: (days * 86_400_000) / stepMs }, (_, index) => {
    return { endMs: startMs + (index + 1) * stepMs, powerW: 100 + ((index * 7_919) % 3_000) };
  });
}

const textOf = (rows: readonly { endMs: number; powerW: number }[]) =>
  `Horodate fin de pas;Valeur (W)\n${rows.map(({ endMs, powerW }) => `${iso(endMs)};${powerW}\n`).join('')}`;

test('of a file with a fifth of its rows missing each row is read right, or named as one that nothing tells the interval of', () => {
  let seed = 11;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  let named = 0;
  let rows = 0;
  for (let turn = 0; turn < 60; turn += 1) {
    for (const minutes of [10, 30, 60]) {
      const kept = curveOf(minutes, 3).filter(() => random() > 0.2);
      const { points, bad } = read(textOf(kept));
      assert.equal(points.starts.length + bad.length, kept.length);
      assert.deepEqual([...new Set(points.durationsMs)], [minutes * 60_000]);
      named += bad.length;
      rows += kept.length;
    }
  }
  assert.ok(named > 0 && named < rows / 200, `${named} of ${rows}`);
});

test('two hours before half hours may be half hours with rows missing, where others are missing: they are asked about', () => {
  const rows = curveOf(30, 2).filter((_, index) => ![0, 2, 4, 40].includes(index));
  const { points, bad } = read(textOf(rows));
  assert.deepEqual(
    bad.map(({ row, expected }) => [row, expected]),
    [2, 3, 4].map((row) => [row, 'rows around that tell how long its interval is']),
  );
  assert.deepEqual([...new Set(points.durationsMs)], [1_800_000]);
  const inWh = read(textOf(rows).replace('(W)', '(Wh)'));
  assert.deepEqual([inWh.points.starts.length, inWh.bad], [rows.length, []]);
});

test('years take about as many times as long as they are longer', () => {
  const fileOf = (count: number) => {
    const rows = Array.from({ length: count }, (_, index) => {
      const endMs = Date.UTC(2016, 0, 1) + (index + 1) * 1_800_000;
      return `${new Date(endMs).toISOString().slice(0, 19)}Z;600\n`;
    });
    return `${PREAMBLE}Horodate;Valeur\n${rows.join('')}`;
  };
  const lengthOf = (text: string) => {
    const took = [0, 1].map(() => {
      const startedMs = performance.now();
      read(text);
      return performance.now() - startedMs;
    });
    return Math.min(...took);
  };
  const [short, long] = [fileOf(9_000), fileOf(72_000)];
  const [shorterMs, longerMs] = [lengthOf(short), lengthOf(long)];
  // Each row looking at all of its like would make it 64 times.
  assert.ok(longerMs < 18 * shorterMs, `${longerMs / shorterMs} times as long`);
});
