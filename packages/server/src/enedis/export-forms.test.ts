// Every form in which real exports were seen, rendered from a house that is known to the Wh.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  AUTUMN,
  assertDrawn,
  curveFile,
  curveRows,
  type Drawn,
  french,
  house,
  local,
  preamble,
  read,
  refusal,
  SPRING,
  WEEK,
} from './testing.ts';

const LEAP = house('2028-02-28T00:00', '2028-03-02T00:00');

describe('text: how it is written', () => {
  const whole = curveFile(WEEK);
  const forms: Record<string, string | Uint8Array> = {
    'as Enedis wrote it': whole,
    'with a byte order mark': `\ufeff${whole}`,
    'with CRLF': whole.replaceAll('\n', '\r\n'),
    'with CR alone': whole.replaceAll('\n', '\r'),
    'without the last line end': whole.trimEnd(),
    'with blank lines at the end': `${whole}\n\n  \n;\n`,
    'with blank lines between': whole.replace('Horodate', '\n\nHoroDate'),
    'in UTF-16 with its mark': Buffer.from(`\ufeff${whole}`, 'utf16le'),
    'in UTF-16, big end first': Buffer.from(`\ufeff${whole}`, 'utf16le').swap16(),
    'in UTF-16 without a mark': Buffer.from(whole, 'utf16le'),
    'in Windows-1252': Buffer.from(whole.replace('Unite', 'Unité').replace('debut', 'début'), 'latin1'),
    'in UTF-8 with accents': whole.replace('Unite', 'Unité').replace('metier', 'métier'),
    'with tabs': whole.replaceAll(';', '\t'),
    'with commas': whole.replaceAll(';', ','),
    'with every field in quotes': whole.replace(/[^;\n]+/g, '"$&"'),
    'with a column too many': whole.replace(/\n/g, ';\n'),
    'with a first line that names the separator': `sep=;\n${whole}`,
    'with offsets without colon': whole.replace(/([+-]\d\d):(\d\d);/g, '$1$2;'),
    'with offsets in hours': whole.replace(/([+-]\d\d):00;/g, '$1;'),
    'with a blank instead of T': whole.replace(/(\d)T(\d)/g, '$1 $2'),
    'with fractions of a second': whole.replace(/:00\+/g, ':00.000+'),
    'without seconds': whole.replace(/:00([+-])/g, '$1'),
    'in UTC with Z': `${preamble()}Horodate;Valeur\n${WEEK.map(({ endMs, powerW }) => `${new Date(endMs).toISOString()};${powerW}\n`).join('')}`,
    'newest first': `${preamble()}Horodate;Valeur\n${curveRows(WEEK.toReversed())}`,
    'in no order': `${preamble()}Horodate;Valeur\n${curveRows(WEEK.toSorted((a, b) => (a.powerW % 7) - (b.powerW % 7)))}`,
    'with the last value first only': `${preamble()}Horodate;Valeur\n${curveRows([...WEEK.slice(-1), ...WEEK.slice(0, -1)])}`,
    'with names beside their values': `Identifiant PRM;30001234567890\nUnite;W\nPas en minutes;30\nHorodate;Valeur\n${curveRows(WEEK)}`,
    'with all names and values on a line': `Identifiant PRM;30001234567890;Unite;W;\nhorodate ISO fin de pas;valeur\n${curveRows(WEEK)}`,
    'with the unit in the header': `Identifiant PRM;30001234567890;Type de donnees;Courbe de charge;\nhorodate ISO fin de pas;puissance moyenne (W)\n${curveRows(WEEK)}`,
    'with a lost number of the delivery point': whole.replace('30001234567890', '3,00012E+13'),
    'with signs': whole.replace(/;(\d+)\n/g, ';+$1\n'),
    'with thousands parted': whole.replace(/;(\d)(\d{3})\n/g, ';$1\u202f$2\n'),
  };
  for (const [name, content] of Object.entries(forms)) {
    test(name, async () => assertDrawn(await read(content), WEEK));
  }

  test('with commas and decimal commas in quotes', async () => {
    const rows = WEEK.map(({ endMs, powerW }) => `"${local(endMs).iso}","${french(powerW / 1_000)}"`);
    assertDrawn(await read(`"Horodate","Valeur (en kW)"\n${rows.join('\n')}\n`), WEEK);
  });

  test('with commas and decimal commas that nothing encloses', async () => {
    const rows = WEEK.map(({ endMs, powerW }) => `${local(endMs).iso},${french(powerW / 1_000)}`);
    assertDrawn(await read(`Horodate,Valeur (en kW)\n${rows.join('\n')}\n`), WEEK);
  });

  test('with tabs and decimal commas', async () => {
    const rows = WEEK.map(({ endMs, powerW }) => `${local(endMs).iso}\t${french(powerW / 1_000)}`);
    assertDrawn(await read(`Horodate\tValeur (kW)\n${rows.join('\n')}\n`), WEEK);
  });
});

describe('stamps: what a clock showed', () => {
  const of = (drawn: readonly Drawn[], stamp: (each: Drawn) => string) =>
    `Horodate fin de pas;Puissance moyenne (W)\n${drawn.map((each) => `${stamp(each)};${each.powerW}\n`).join('')}`;
  const plain = ({ endMs }: Drawn) => local(endMs).plain;
  for (const [name, drawn] of Object.entries({ AUTUMN, SPRING, LEAP, WEEK })) {
    test(`${name.toLowerCase()}: with offset`, async () =>
      assertDrawn(await read(of(drawn, ({ endMs }) => local(endMs).iso)), drawn));
    test(`${name.toLowerCase()}: without offset`, async () =>
      assertDrawn(await read(of(drawn, plain)), drawn));
    test(`${name.toLowerCase()}: without offset, newest first`, async () =>
      assertDrawn(await read(of(drawn.toReversed(), plain)), drawn));
    test(`${name.toLowerCase()}: day first`, async () =>
      assertDrawn(
        await read(of(drawn, ({ endMs }) => `${local(endMs).french} ${local(endMs).clock}`)),
        drawn,
      ));
    test(`${name.toLowerCase()}: day first without zeros or seconds`, async () =>
      assertDrawn(
        await read(
          of(drawn, ({ endMs }) =>
            `${local(endMs).french} ${local(endMs).clock.slice(0, 5)}`.replace(/\b0(\d\/|\d:)/g, '$1'),
          ),
        ),
        drawn,
      ));
    test(`${name.toLowerCase()}: every row twice`, async () =>
      assertDrawn(
        await read(
          of(
            drawn.flatMap((each) => [each, each]),
            plain,
          ),
        ),
        drawn,
      ));
    test(`${name.toLowerCase()}: the file twice`, async () =>
      assertDrawn(await read(of([...drawn, ...drawn], plain)), drawn));
    test(`${name.toLowerCase()}: days that end at 24:00`, async () =>
      assertDrawn(
        await read(
          of(drawn, ({ startMs, endMs }) =>
            local(endMs).clock === '00:00:00'
              ? `${local(startMs).french} 24:00`
              : `${local(endMs).french} ${local(endMs).clock}`,
          ),
        ),
        drawn,
      ));
    test(`${name.toLowerCase()}: date and time apart`, async () => {
      const rows = drawn.map(({ endMs, powerW }) => `${local(endMs).french};${local(endMs).clock};${powerW}`);
      assertDrawn(await read(`Date de la mesure;Heure de la mesure;Valeur (W)\n${rows.join('\n')}\n`), drawn);
    });
    test(`${name.toLowerCase()}: begin and end, kW, as Enedis since 2025`, async () => {
      const time = (ms: number) => `${local(ms).french} ${local(ms).clock}`;
      const rows = drawn.map(
        ({ startMs, endMs, powerW }) => `${time(startMs)};${time(endMs)};${french(powerW / 1_000)}`,
      );
      assertDrawn(await read(`Plage horaire;;\nDébut;Fin;Valeur (en kW)\n${rows.join('\n')}\n`), drawn);
    });
    test(`${name.toLowerCase()}: by the hour, energy`, async () => {
      const hours = house(local(drawn[0]?.startMs ?? 0).plain, local(drawn.at(-1)?.endMs ?? 0).plain, 60);
      const rows = hours.map(({ endMs, powerW }) => `${local(endMs).plain};${powerW}`);
      assertDrawn(await read(`Horodate;Valeur (Wh)\n${rows.join('\n')}\n`), hours);
    });
  }

  test('spring: the end of an interval that a clock could not show', async () => {
    const naive = ({ startMs }: Drawn) => {
      const end = Temporal.PlainDateTime.from(local(startMs).plain).add({ minutes: 30 });
      return end.toString({ smallestUnit: 'second' });
    };
    assertDrawn(await read(of(SPRING, naive)), SPRING);
  });

  test('spring: rows of the hour that never was hold nothing', async () => {
    const text = of(SPRING, plain).replace(
      /(2026-03-29T03:00:00;\d+\n)/,
      '2026-03-29T02:00:00;\n2026-03-29T02:30:00;\n$1',
    );
    assertDrawn(await read(text), SPRING);
  });

  test('autumn: passes that are marked', async () => {
    const marked = ({ endMs }: Drawn) =>
      `${local(endMs).plain} ${local(endMs).offset === '+02:00' ? 'CEST' : 'CET'}`;
    assertDrawn(
      await read(
        of(
          AUTUMN.toSorted((a, b) => (a.powerW % 7) - (b.powerW % 7)),
          marked,
        ),
      ),
      AUTUMN,
    );
  });

  test('years 2000 to 2040', async () => {
    for (let year = 2000; year <= 2040; year += 1) {
      const days = house(`${year}-02-27T00:00`, `${year}-03-02T00:00`);
      assertDrawn(await read(of(days, plain)), days);
    }
  });

  test('stamps that begin their interval, with the first and last values missing', async () => {
    const rows = WEEK.map(
      ({ startMs, powerW }, index) => `${local(startMs).iso};${index < 3 || index > 333 ? '' : powerW}`,
    );
    const found = await read(`${preamble()}Horodate;Valeur\n${rows.join('\n')}\n`);
    assert.equal(found.stampsEnd, false);
    assertDrawn(found, WEEK.slice(3, 334));
  });

  test('the header says that stamps begin their interval', async () => {
    const rows = WEEK.slice(5, 50).map(({ startMs, powerW }) => `${local(startMs).plain};${powerW}`);
    assertDrawn(
      await read(`Horodate début de pas;Puissance moyenne (W)\n${rows.join('\n')}\n`),
      WEEK.slice(5, 50),
    );
  });
});

describe('steps and gaps', () => {
  const of = (drawn: readonly Drawn[]) => `${preamble()}Horodate;Valeur\n${curveRows(drawn)}`;
  test('60, 30, 15 and 10 minutes in one file', async () => {
    const mixed = [
      ...house('2026-01-05T00:00', '2026-01-07T00:00', 60),
      ...house('2026-01-07T00:00', '2026-01-09T00:00', 30),
      ...house('2026-01-09T00:00', '2026-01-10T00:00', 15),
      ...house('2026-01-10T00:00', '2026-01-11T00:00', 10),
      ...house('2026-01-11T00:00', '2026-01-12T00:00', 30),
    ];
    assertDrawn(await read(of(mixed)), mixed);
  });

  test('a row missing in the half hours of a file that is mostly hours', async () => {
    const mixed = [
      ...house('2026-01-05T00:00', '2026-01-05T12:00', 30).filter((_, index) => index !== 9 && index !== 15),
      ...house('2026-01-05T12:00', '2026-01-09T00:00', 60),
    ];
    assertDrawn(await read(of(mixed)), mixed);
  });

  for (const nothing of ['', 'NA', 'N/A', '-', '--', 'NaN', 'null', '?', ' ', 'ND', '#N/A', 'Non disponible'])
    test(`"${nothing}" is a gap`, async () => {
      const text = WEEK.map(
        ({ endMs, powerW }, index) => `${local(endMs).iso};${index % 9 === 4 ? nothing : powerW}\n`,
      ).join('');
      const found = await read(`${preamble()}Horodate;Valeur\n${text}`);
      assertDrawn(
        found,
        WEEK.filter((_, index) => index % 9 !== 4),
      );
      assert.equal(found.emptyRows, WEEK.filter((_, index) => index % 9 === 4).length);
    });

  test('rows left out at random, of every step, are gaps and no longer intervals', async () => {
    let seed = 11;
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed / 2_147_483_648;
    };
    for (const minutes of [5, 10, 15, 30, 60]) {
      for (let turn = 0; turn < 10; turn += 1) {
        const all = house('2026-01-05T00:00', '2026-01-08T00:00', minutes);
        const kept = all.filter((_, index) => index < 3 || index > all.length - 4 || random() > 0.07);
        assertDrawn(await read(of(kept)), kept);
      }
    }
  });

  test('rows left out in a row', async () => {
    const kept = WEEK.filter((_, index) => (index * 7_919) % 11 > 0);
    assertDrawn(await read(of(kept)), kept);
  });

  test('ten minutes of odd watts add up to the Wh', async () => {
    const year = house('2025-01-01T00:00', '2026-01-01T00:00', 10).map((each) => ({
      ...each,
      powerW: 1 + (each.startMs % 7_200_000 === 0 ? 6 : 0),
    }));
    assertDrawn(await read(of(year)), year);
  });
});

describe('units', () => {
  const forms: Record<string, (powerW: number) => string> = {
    W: (powerW) => String(powerW),
    kW: (powerW) => french(powerW / 1_000),
    Wh: (powerW) => french(powerW / 2),
    kWh: (powerW) => String(powerW / 2_000),
  };
  for (const [unit, value] of Object.entries(forms)) {
    const rows = WEEK.map(({ endMs, powerW }) => `${local(endMs).iso};${value(powerW)}\n`).join('');
    test(`${unit} above the table`, async () => {
      const found = await read(`${preamble({ unit })}Horodate;Valeur\n${rows}`);
      assertDrawn(found, WEEK);
      assert.equal(found.unit, unit);
    });
    test(`${unit} in the header`, async () =>
      assertDrawn(await read(`Horodate;Valeur (en ${unit})\n${rows}`), WEEK));
    test(`${unit} in square brackets`, async () =>
      assertDrawn(await read(`Horodate;Valeur [${unit}]\n${rows}`), WEEK));
    test(`${unit} in each value`, async () =>
      assertDrawn(await read(`Horodate;Valeur\n${rows.replaceAll('\n', ` ${unit}\n`)}`), WEEK));
    test(`${unit} in a column`, async () =>
      assertDrawn(
        await read(`Unité;Horodate;Valeur\n${rows.replace(/^/gm, `${unit};`).slice(0, -unit.length - 1)}`),
        WEEK,
      ));
    test(`${unit} without brackets`, async () =>
      assertDrawn(await read(`Horodate;Conso ${unit}\n${rows}`), WEEK));
    test(`${unit} on a line of forms`, async () =>
      assertDrawn(await read(`Horodate;Valeur\nISO 8601;${unit}\n${rows}`), WEEK));
    test(`${unit} on a line under the header`, async () =>
      assertDrawn(await read(`Horodate;Valeur\n;${unit}\n${rows}`), WEEK));
  }

  test('no unit is refused', async () => {
    assert.match(await refusal(`Horodate;Valeur\n${curveRows(WEEK)}`), /line 1.*unit/);
  });

  for (const [type, unit] of [
    ['Puissance maximale quotidienne', 'W'],
    ['Puissance maximale', 'VA'],
  ] as const)
    test(`the greatest power of a day is no load curve: ${unit}`, async () => {
      const rows = ['05', '06', '07'].map((day) => `2026-01-${day}T00:00:00+01:00;4200\n`).join('');
      assert.match(
        await refusal(`${preamble({ type, unit })}Horodate;Valeur\n${rows}`),
        /line 3.*(maxim|VA)/i,
      );
    });
});
