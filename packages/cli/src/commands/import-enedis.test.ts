import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openSqliteStoreReadOnly } from '@kilowink/store';
import { zip } from '../../../../tools/lib/zip.ts';
import { machineClock } from '../clock.ts';
import { Workplace } from '../testing.ts';

const PREAMBLE =
  'Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;Unite;Pas en minutes\n' +
  '12345678901234;Courbe de charge;05/01/2026;06/01/2026;Energie active;Consommation;Comptage Brut;W;\n';
const CURVE = `${PREAMBLE}Horodate;Valeur\n2026-01-05T00:30:00+01:00;1200\n2026-01-05T01:00:00+01:00;800\nrubbish;1\n`;

/** A workbook of one sheet; dates as numbers of days, as spreadsheets keep them. */
function workbook(rows: readonly (readonly (string | number)[])[]): Buffer {
  const cell = (value: string | number, at: string) =>
    typeof value === 'number'
      ? `<c r="${at}"${at.startsWith('A') ? ' s="1"' : ''}><v>${value}</v></c>`
      : `<c r="${at}" t="inlineStr"><is><t>${value}</t></is></c>`;
  const lines = rows.map(
    (row, y) =>
      `<row r="${y + 1}">${row.map((value, x) => cell(value, `${'ABCD'[x]}${y + 1}`)).join('')}</row>`,
  );
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const rels = 'http://schemas.openxmlformats.org/package/2006/relationships';
  return zip({
    'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${relations}"><sheets><sheet name="Export Consommation Quotidienne" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${rels}"><Relationship Id="rId1" Type="${relations}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${relations}/styles" Target="styles.xml"/></Relationships>`,
    'xl/styles.xml': `<styleSheet xmlns="${main}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${main}"><sheetData>${lines.join('')}</sheetData></worksheet>`,
  });
}

function stored(folder: string) {
  const store = openSqliteStoreReadOnly({ folder, clock: machineClock });
  try {
    return store.listSeries().map((series) => ({
      ...series,
      sum: store.readTotal(series.id, 0, Date.UTC(2100, 0)).sum,
      readings: store.readReadings(series.id, 0, Date.UTC(2100, 0)),
    }));
  } finally {
    store.close();
  }
}

describe('kilowink import of what Enedis lets download', { concurrency: true }, () => {
  it('stores a load curve, names no delivery point, and adds nothing again', async () => {
    using place = new Workplace();
    writeFileSync(place.path('Enedis_Conso_Heure_12345678901234.csv'), CURVE);
    const args = ['import', 'Enedis_Conso_Heure_12345678901234.csv', '-d', 'data', '--yes'];
    const first = await place.run(...args);
    equal(first.exitCode, 0, first.stderr);
    match(first.stdout, /load curve/);
    match(first.stdout, /interval +30 min; its stamps end it/);
    match(first.stderr, /row 6: expected a date, found "rubbish"/);
    match(first.stdout, /Imported 2 measurements into "Enedis_Conso_Heure"/);
    const [series] = stored(place.data);
    equal(series?.source, 'import/enedis-conso-heure');
    equal(series?.sum, 1_000_000);
    const again = await place.run(...args);
    match(again.stdout, /Imported 0 measurements.*2 were stored already/);
    const strict = await place.run(...args, '--strict');
    equal(strict.exitCode, 1);
  });

  it('reads the sheet of a workbook', async () => {
    using place = new Workplace();
    writeFileSync(
      place.path('Export_energie.xlsx'),
      workbook([
        ['Type de comptage : ', 'Consommation Quotidienne'],
        ['Date', 'Valeur (en kWh)'],
        [46_023, 2.5],
        [46_024, 1.5],
      ]),
    );
    const { stdout, stderr, exitCode } = await place.run(
      'import',
      'Export_energie.xlsx',
      '-d',
      'data',
      '--yes',
    );
    equal(exitCode, 0, stderr);
    match(stdout, /energy by day/);
    const [series] = stored(place.data);
    equal(series?.firstMs, Date.parse('2026-01-01T00:00:00+01:00'));
    equal(series?.sum, 4_000_000);
  });

  it('daily indexes become readings and the energy between them, register by register', async () => {
    using place = new Workplace();
    const rows = ['02', '03', '04'].map(
      (day, index) =>
        `2019-09-${day}T00:00:00+02:00;Arrêté quotidien;${1_000 + index * 10};;${1_500 + index * 25}`,
    );
    const text = `${PREAMBLE.replace('Courbe de charge', 'Index').replace(';W;', ';Wh;')}Horodate;Type de releve;EAS F1;EAS F2;EAS T\n${rows.join('\n')}\n`;
    writeFileSync(place.path('index.csv'), text);
    const { stdout, stderr, exitCode } = await place.run('import', 'index.csv', '-d', 'data', '--yes');
    equal(exitCode, 0, stderr);
    match(stdout, /Imported 4 measurements and 6 index readings/);
    const all = stored(place.data);
    const total = all.find(({ source }) => source === 'import/index');
    equal(total?.sum, 50_000);
    equal(total?.readings.at(-1)?.indexWh, 1_550);
    ok(all.some(({ source, sum }) => source === 'import/index/EASF01' && sum === 20_000));
  });

  it('a workbook of anything else is refused with what was expected', async () => {
    using place = new Workplace();
    writeFileSync(
      place.path('other.xlsx'),
      workbook([
        ['a', 'b'],
        ['c', 1],
      ]),
    );
    const { stderr, exitCode } = await place.run('import', 'other.xlsx', '-d', 'data', '--yes');
    equal(exitCode, 1);
    match(
      stderr,
      /sheet "Export Consommation Quotidienne", line 1: expected the header of a table, .* found "a;b"/,
    );
    writeFileSync(place.path('broken.xlsx'), Buffer.from('PK\x03\x04nothing'));
    const broken = await place.run('import', 'broken.xlsx', '-d', 'data', '--yes');
    match(broken.stderr, /expected a workbook/);
  });
});

/** A week by half hours, as a row for each: what the clock shows at both ends, and W. */
const HALF_HOURS = Array.from({ length: 336 }, (_, index) => {
  const text = (ms: number) => new Date(ms).toISOString().slice(0, 19);
  const beginMs = Date.UTC(2026, 0, 5) + index * 1_800_000;
  return { begin: text(beginMs), end: text(beginMs + 1_800_000), powerW: 200 + ((index * 37) % 900) };
});
const WEEK_KWH = (HALF_HOURS.reduce((sum, { powerW }) => sum + powerW / 2, 0) / 1_000).toFixed(3);

describe('kilowink import tells what it understood', { concurrency: true }, () => {
  const french = (text: string) =>
    `${text.slice(8, 10)}/${text.slice(5, 7)}/${text.slice(0, 4)} ${text.slice(11)}`;

  it('begin and end in kW, UTF-16, tabs, packed', async () => {
    using place = new Workplace();
    const rows = HALF_HOURS.map(
      ({ begin, end, powerW }) =>
        `${french(begin)}\t${french(end)}\t${String(powerW / 1_000).replace('.', ',')}`,
    );
    const text = `\ufeffDébut\tFin\tValeur (en kW)\r\n${rows.join('\r\n')}\r\n`;
    writeFileSync(place.path('horaire.csv.gz'), gzipSync(Buffer.from(text, 'utf16le')));
    const dry = await place.run('import', 'horaire.csv.gz', '-d', 'data', '--dry-run');
    equal(dry.exitCode, 0, dry.stderr);
    match(dry.stdout, /values +kW, mean power of the interval/);
    match(dry.stdout, /interval +30 min; its stamps begin it, as the header says/);
    match(dry.stdout, /stamps +of a clock in Europe\/Paris/);
    match(dry.stdout, /rows +336\n/);
    match(dry.stdout, /time +2026-01-05 00:00:00 \+01:00 {2}to {2}2026-01-12 00:00:00 \+01:00/);
    match(dry.stdout, new RegExp(`energy +${WEEK_KWH} kWh`));
    match(dry.stdout, /Dry run/);
    const { exitCode, stderr } = await place.run('import', 'horaire.csv.gz', '-d', 'data', '--yes');
    equal(exitCode, 0, stderr);
    equal(stored(place.data)[0]?.sum, Number(WEEK_KWH) * 1_000_000);
  });

  it('two meters and both directions are series of their own; other quantities are left out', async () => {
    using place = new Workplace();
    const names =
      'Identifiant PRM;Grandeur physique;Grandeur métier;Etape métier;Unité;Horodate;Valeur;Nature;Pas';
    const rows = (meter: string, of: string) =>
      HALF_HOURS.map(({ end, powerW }) => `${meter};${of};${end};${powerW};R;PT30M\n`).join('');
    writeFileSync(
      place.path('R63.csv'),
      `${names}\n${rows('30001234567890', 'PA;CONS;BRUT;W')}${rows('30001234567890', 'PRI;CONS;BRUT;VAr')}${rows('30009999994321', 'PA;CONS;BRUT;W')}${rows('30001234567890', 'PA;PROD;BRUT;W')}`,
    );
    const { stdout, stderr, exitCode } = await place.run('import', 'R63.csv', '-d', 'data', '--yes');
    equal(exitCode, 0, stderr);
    match(stdout, /delivery point +…7890/);
    match(stdout, /left out +336 rows of PRI in VAr, from line 338 on/);
    ok(!/\d{14}/.test(stdout));
    const all = stored(place.data).map(({ source, quantity, sum }) => [source, quantity, sum]);
    const sum = Number(WEEK_KWH) * 1_000_000;
    deepEqual(all, [
      ['import/r63/7890', 'energy', sum],
      ['import/r63/4321', 'energy', sum],
      ['import/r63/7890/injected', 'injectedEnergy', sum],
    ]);
  });

  it('the same energy by day and by half hours does not count twice', async () => {
    using place = new Workplace();
    const curve = HALF_HOURS.map(({ end, powerW }) => `${end}+01:00;${powerW}\n`).join('');
    writeFileSync(
      place.path('both.csv'),
      `Date;Valeur (en kWh)\n05/01/2026;5\n06/01/2026;7,25\n\nHorodate fin de pas;Puissance moyenne (W)\n${curve}`,
    );
    const { exitCode, stderr } = await place.run('import', 'both.csv', '-d', 'data', '--yes');
    equal(exitCode, 0, stderr);
    deepEqual(
      stored(place.data).map(({ source, sum }) => [source, sum]),
      [
        ['import/both', 12_250_000],
        ['import/both/curve', Number(WEEK_KWH) * 1_000_000],
      ],
    );
  });

  for (const [name, content, told] of [
    [
      'page.csv',
      '<!DOCTYPE html>\n<html>Connexion</html>',
      /page\.csv: line 1: expected a table, found a web page/,
    ],
    ['short.csv.gz', gzipSync(CURVE).subarray(0, 60), /short\.csv\.gz: the gzip file is cut short/],
    [
      'edf.zip',
      zip({ 'mes-puissances-atteintes-30min.csv': 'a' }),
      /archive \(ZIP\) of mes-puissances.*unpack/,
    ],
    [
      'max.csv',
      CURVE.replace('Courbe de charge', 'Puissance maximale'),
      /line 3: expected .* found a table of puissance maximale/,
    ],
    ['unit.csv', 'Horodate;Valeur\n2026-01-05T00:30:00+01:00;12\n', /line 1: expected a unit/],
  ] as const) {
    it(`${name} is refused with what was expected, and where`, async () => {
      using place = new Workplace();
      writeFileSync(place.path(name), content);
      const { exitCode, stderr } = await place.run('import', name, '-d', 'data', '--yes');
      equal(exitCode, 1);
      match(stderr, told);
    });
  }

  it('what is got week by week, twice, and by the hour goes into one series, and counts once', async () => {
    using place = new Workplace();
    const rows = (from: number, to: number) =>
      HALF_HOURS.slice(from, to).map(({ end, powerW }) => `${end}+01:00;${powerW}\n`);
    const hours = HALF_HOURS.flatMap(({ powerW }, index) => {
      const next = HALF_HOURS[index + 1];
      return index % 2 === 0 && next !== undefined
        ? [`${next.end}+01:00;${(powerW + next.powerW) / 2}\n`]
        : [];
    });
    const put = async (name: string, lines: string[]) => {
      writeFileSync(place.path(name), `Horodate fin de pas;Puissance moyenne (W)\n${lines.join('')}`);
      const ran = await place.run('import', name, '-d', 'data', '--yes');
      equal(ran.exitCode, 0, ran.stderr);
      return ran.stdout;
    };
    await put('Enedis_Conso_Heure_20260105-20260108_30001234567890.csv', rows(0, 150));
    match(
      await put('Enedis_Conso_Heure_20260107-20260112_30001234567890 (1).csv', rows(96, 336)),
      /stored +54 of the rows already; 186 are new[\s\S]*Imported 186 measurements/,
    );
    match(
      await put('Enedis_Conso_Heure_20260105-20260112_30001234567890.csv', hours),
      /168 of the rows already; 0 are new/,
    );
    match(
      await put(
        'Enedis_Conso_Heure_20260105-20260112_30001234567890.csv',
        rows(0, 336).map((row) => row.replace(':00:00+', ':10:00+')),
      ),
      /overlap +\d+ rows lie over others/,
    );
    deepEqual(
      stored(place.data).map(({ source, sum }) => [source, sum]),
      [['import/enedis-conso-heure', Number(WEEK_KWH) * 1_000_000]],
    );
  });
});
