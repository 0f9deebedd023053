// Rubbish is refused with what was expected, what came, and the line; what is half a file is taken as far as it goes.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { zip } from '../../../../tools/lib/zip.ts';
import { readEnedisFile } from './table-file.ts';
import {
  assertDrawn,
  curveFile,
  curveRows,
  preamble,
  read,
  refusal,
  WEEK,
  workbook,
  ZONE,
} from './testing.ts';

describe('refused', () => {
  const whole = curveFile(WEEK);
  const book = workbook([
    {
      name: 'a',
      rows: [
        ['Date', 'Valeur (en kWh)'],
        ['05/01/2026', 5],
      ],
    },
  ]);
  const cases: Record<string, [content: string | Uint8Array, told: RegExp]> = {
    'an empty file': ['', /expected .*header.*empty/],
    'blank lines': ['\n \r\n;;\n', /expected .*header.*empty/],
    'the page of a login': [
      '<!DOCTYPE html>\n<html lang="fr"><head><title>Connexion; compte</title></head></html>',
      /line 1: expected .*web page \("<!DOCTYPE html>"\).*login/,
    ],
    'a page behind a comment': ['<!-- x -->\n<html><body>;</body></html>', /line 1: .*web page/],
    JSON: ['{"header":{"codeFlux":"R63"},"mesures":[]}', /line 1: .*JSON/],
    XML: ['<?xml version="1.0"?><a/>', /line 1: .*XML/],
    'a PDF': ['%PDF-1.7 …', /line 1: .*PDF/],
    'an old workbook': [Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1), /line 1: .*XLS\)/],
    'an archive': [
      zip({ 'mes-puissances-atteintes-30min-004000000000-92120.csv': 'a', 'ma-conso-quotidienne.csv': 'b' }),
      /expected a workbook.*archive \(ZIP\) of mes-puissances-atteintes-30min.*ma-conso-quotidienne.csv: unpack/,
    ],
    'half a workbook': [book.subarray(0, book.length / 2), /expected a workbook.*cut short/],
    'a workbook with a broken sheet': [zip({ 'xl/workbook.xml': '<workbook' }), /expected a workbook/],
    'a workbook without a sheet that is known': [
      workbook([{ name: 'Accueil', rows: [['a', 'b']] }]),
      /sheet "Accueil", line 1: expected .*header.*found "a;b"/,
    ],
    'another table': ['\n\na;b;c\n1;2;3\n', /line 3: expected .*header.*found "a;b;c"/],
    'a header with nothing under it': [`${preamble()}Horodate;Valeur\n`, /line 3: expected rows.*none/],
    'a header with empty values only': [
      `${preamble()}Horodate;Valeur\n2026-01-05T00:30:00+01:00;\n`,
      /line 3: expected rows.*none with a value/,
    ],
    'bad rows only': [
      `${preamble()}Horodate;Valeur\n32/01/2026 00:30;5\n`,
      /line 3: .*line 4: expected a date, found "32\/01\/2026 00:30"/,
    ],
    'indexes by cadran': [
      'Identifiant PRM;Unite;Horodate;Identifiant classe temporelle;Cadran;Valeur\n30001234567890;Wh;2026-01-05T00:00:00+01:00;HC;INDEX;5\n',
      /line 1: expected .*header/,
    ],
    'power by day': [`Horodate;Valeur (W)\n2026-01-05;300\n2026-01-06;320\n`, /line 1: expected rows/],
    'bytes without sense': [
      Uint8Array.from({ length: 500 }, (_, index) => (index * 7_919) % 251),
      /expected .*header/,
    ],
  };
  for (const [name, [content, told]] of Object.entries(cases)) {
    test(name, async () => {
      const message = await refusal(content);
      assert.match(message, told);
      assert.doesNotMatch(message, /\d{14}/);
    });
  }

  test('a file that is cut anywhere is taken up to there, or refused: never more than was there', async () => {
    const bytes = Buffer.from(whole);
    for (let length = 0; length < bytes.length; length += 131) {
      const result = await readEnedisFile(bytes.subarray(0, length), { zone: ZONE });
      if (!result.ok) continue;
      const [found] = result.value.exports;
      const rows = found?.points.starts.length ?? 0;
      const lines = bytes.subarray(0, length).toString().split('\n').length - 3;
      assert.ok(rows <= lines && rows >= lines - 2, `${rows} rows of ${lines} lines`);
    }
  });
});

describe('half right', () => {
  test('a quote that is never closed swallows one line', async () => {
    const rows = curveRows(WEEK).split('\n');
    rows[4] = `"${rows[4]}`;
    const found = await read(`${preamble()}Horodate;Valeur\n${rows.join('\n')}`);
    assert.ok(found.points.starts.length >= WEEK.length - 1, `${found.points.starts.length}`);
  });

  test('bad rows are told by the line of a text editor', async () => {
    const rows = curveRows(WEEK).split('\n');
    rows.splice(5, 0, 'Total;12', '2026-01-05T99:00:00+01:00;5', '', '2026-01-05T02:45:00+01:00;-3');
    const found = await read(`${preamble()}\nHorodate;Valeur\n${rows.join('\n')}`);
    assert.deepEqual(
      found.bad.map(({ row, found: came }) => [row, came]),
      [
        [10, 'Total'],
        [11, '2026-01-05T99:00:00+01:00'],
        [13, '-3'],
      ],
    );
  });

  test('a row that says another value for the same time is told', async () => {
    const found = await read(
      `${curveFile(WEEK)}${curveRows(WEEK.slice(0, 2))}2026-01-05T00:30:00+01:00;9999\n`,
    );
    assertDrawn(found, WEEK);
    assert.deepEqual([found.repeatedRows, found.contradictingRows], [3, 1]);
  });

  test('rubbish never throws', async () => {
    const names = fc.constantFrom(
      'Horodate;Valeur (W)\n',
      'Début;Fin;Valeur (en kW)\n',
      'Date;Valeur (en kWh)\n',
      preamble(),
      'Horodate;EAS F1;EAS T\n',
      'Date et heure de relève;Puissance atteinte (W)\n',
      'Identifiant PRM;Grandeur physique;Unité;Horodate;Valeur;Pas\n',
    );
    const cell = fc.constantFrom(
      '2026-01-05T00:30:00+01:00',
      '29/03/2026 02:30',
      '26/10/2025 02:30',
      '12',
      '1,5',
      'NA',
      '',
      '"',
      '""',
      'é',
      '\u0000',
      '24:00',
      '99999',
      '46027,5',
      'PA',
      'kWh',
      '2026-01-05',
    );
    const row = fc.array(cell, { maxLength: 6 }).map((cells) => `${cells.join(';')}\n`);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(names, row, fc.string({ unit: 'binary', maxLength: 40 })), { maxLength: 12 }),
        async (parts) => {
          const result = await readEnedisFile(Buffer.from(parts.join('')), { zone: ZONE });
          if (!result.ok) return;
          for (const { points } of result.value.exports) {
            assert.ok(points.values.every((value) => Number.isSafeInteger(value) && value >= 0));
            assert.ok(points.durationsMs.every((ms) => ms > 0));
            assert.ok(
              points.starts.every((ms, index) => index === 0 || ms > (points.starts[index - 1] as number)),
            );
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('bytes of any kind never throw', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (bytes, isZip) => {
        await readEnedisFile(isZip ? Buffer.concat([Buffer.from('PK\x03\x04'), bytes]) : bytes, {
          zone: ZONE,
        });
      }),
    );
  });
});
