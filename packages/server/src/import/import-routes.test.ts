import assert from 'node:assert/strict';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { problem, totalAnswer } from '@kilowink/api';
import { openSqliteStore } from '@kilowink/store';
import { zip } from '../../../../tools/lib/zip.ts';
import { systemClock } from '../app/clock.ts';
import {
  atLocal,
  curveFile,
  curveRows,
  house,
  local,
  preamble,
  serial,
  truthWh,
  WEEK,
  workbook,
} from '../enedis/testing.ts';
import { TruthSite } from '../truth/testing.ts';
import { readEnedisImport, storeEnedisImport } from './enedis-import.ts';
import { ImportSite } from './testing.ts';

const HALF_HOUR_MS = 1_800_000;

/** The week as the hourly workbook of the customers' page. */
const WORKBOOK = new Uint8Array(
  workbook([
    {
      name: 'Export Consommation Horaire',
      rows: [
        ['Début', 'Fin', 'Valeur (en kW)'],
        ...WEEK.map(({ startMs, endMs, powerW }) => [
          { date: serial(startMs) },
          { date: serial(endMs) },
          powerW / 1_000,
        ]),
      ],
    },
  ]),
);

const allOf = (site: TruthSite) => {
  const seconds = { from: 0, to: Date.UTC(2100, 0) };
  return site.store.listSeries().map(({ id, source }) => ({
    source,
    wh: site.store.readTotal(id, seconds.from, seconds.to).sum / 1_000,
  }));
};

test('a workbook is understood, and nothing is written before that is asked for', async () => {
  await using given = await ImportSite.open();
  const { site } = given;
  const told = await given.take('Export_energie.xlsx', WORKBOOK);
  assert.equal(told.written, null);
  assert.equal(told.parts.length, 1);
  const [part] = told.parts;
  assert.ok(part);
  assert.deepEqual([part.kind, part.values, part.unit], ['curve', 'power', 'kW']);
  assert.deepEqual(part.intervals, [{ intervalMs: HALF_HOUR_MS, rows: 336 }]);
  assert.deepEqual(part.stamps, { side: 'start', by: 'header', zoned: 'clock' });
  assert.deepEqual([part.fromMs, part.toMs], [atLocal('2026-01-05T00:00'), atLocal('2026-01-12T00:00')]);
  assert.ok(Math.abs((part.energyWh ?? 0) - truthWh(WEEK)) < 0.001);
  assert.deepEqual(part.series, [
    { id: null, source: 'import/export-energie', name: 'Export_energie', quantity: 'energy' },
  ]);
  assert.deepEqual([part.rows.fresh, part.rows.stored, part.rows.bad], [336, 0, 0]);
  assert.deepEqual(allOf(site), []);
});

test('what is asked for is taken in once, seen by the server at once and told to its pages', async () => {
  await using given = await ImportSite.open();
  const { site } = given;
  const cursor = site.store.cursor();
  const taken = await given.take('Export_energie.xlsx', WORKBOOK, { write: 'true', as: ' Linky ' });
  assert.deepEqual(taken.written, { added: 336, repeated: 0, overlapping: 0, readings: 0 });
  const [made] = site.store.listSeries();
  assert.ok(made);
  assert.deepEqual([made.name, made.unit], ['Linky', 'mWh']);
  assert.equal(taken.parts[0]?.series[0]?.id, made.id);
  assert.ok(Math.abs((allOf(site)[0]?.wh ?? 0) - truthWh(WEEK)) < 0.001);
  assert.deepEqual(
    site.store.readChanges(cursor, 10)?.items.map(({ kind }) => kind),
    ['rewritten'],
  );
  const again = await given.take('Export_energie (1).xlsx', WORKBOOK, { write: 'true' });
  assert.deepEqual(again.written, { added: 0, repeated: 336, overlapping: 0, readings: 0 });
  const { rows, series } = (await given.take('Export_energie.xlsx', WORKBOOK)).parts[0] ?? {};
  assert.deepEqual([rows?.fresh, rows?.stored], [0, 336]);
  assert.deepEqual([series?.[0]?.id, series?.[0]?.name], [made.id, 'Linky']);
});

test('rows that are bad, empty, repeated, stored or over others are told of', async () => {
  await using given = await ImportSite.open();
  const [first, second] = [WEEK.slice(0, 96), WEEK.slice(48, 144)];
  await given.take('curve.csv', curveFile(first), { write: 'true' });
  const odd = [
    'rubbish;1',
    `${local(second[0]?.endMs ?? 0).iso};9999`,
    `${local(WEEK[200]?.endMs ?? 0).iso};`,
    `${local(WEEK[201]?.endMs ?? 0).iso};many`,
  ];
  const file = `${preamble()}Horodate;Valeur\n${curveRows(second)}${odd.join('\n')}\n`;
  const { parts } = await given.take('curve.csv', file);
  const [part] = parts;
  assert.ok(part);
  assert.deepEqual([part.rows.fresh, part.rows.stored], [48, 48]);
  assert.deepEqual([part.rows.repeated, part.rows.contradicting, part.rows.empty], [1, 1, 1]);
  assert.equal(part.rows.bad, 2);
  assert.deepEqual(
    part.badRows.map(({ row, found }) => [row, found]),
    [
      [100, 'rubbish'],
      [103, 'many'],
    ],
  );
  assert.equal(part.meter, '7890');
  const shifted = await given.take('curve.csv', curveFile(first.map(late)));
  assert.equal(shifted.parts[0]?.rows.overlapping, 96);
});

/** The same ten minutes later, so that each lies over two of the others. */
function late<T extends { startMs: number; endMs: number }>(each: T): T {
  return { ...each, startMs: each.startMs + 600_000, endMs: each.endMs + 600_000 };
}

test('the reader may say which end of an interval the stamps are', async () => {
  await using given = await ImportSite.open();
  const file = curveFile(WEEK.slice(1, 40));
  const ends = (await given.take('curve.csv', file)).parts[0];
  const starts = (await given.take('curve.csv', file, { stamps: 'start' })).parts[0];
  assert.deepEqual([ends?.stamps.side, ends?.stamps.by], ['end', 'usual']);
  assert.deepEqual([starts?.stamps.side, starts?.stamps.by], ['start', 'asked']);
  assert.equal((starts?.fromMs ?? 0) - (ends?.fromMs ?? 0), HALF_HOUR_MS);
});

test('indexes become readings and the energy between them, a series for each register', async () => {
  await using given = await ImportSite.open();
  const rows = ['02', '03', '04'].map(
    (day, index) =>
      `2019-09-${day}T00:00:00+02:00;Arrêté quotidien;${1_000 + index * 10};${1_500 + index * 25}`,
  );
  const file = `${preamble({ type: 'Index', unit: 'Wh' })}Horodate;Type de releve;EAS F1;EAS T\n${rows.join('\n')}\n`;
  const [told] = (await given.take('index.csv', file)).parts;
  assert.deepEqual([told?.kind, told?.values, told?.energyWh], ['index', 'index', null]);
  assert.deepEqual(told?.readings, { count: 6, fresh: 6, registers: ['EASF01', 'EAST'] });
  assert.deepEqual(
    told?.series.map(({ source }) => source),
    ['import/index/EASF01', 'import/index'],
  );
  const taken = await given.take('index.csv', file, { write: 'true' });
  assert.deepEqual(taken.written, { added: 4, repeated: 0, overlapping: 0, readings: 6 });
  const [again] = (await given.take('index.csv', file)).parts;
  assert.deepEqual([again?.readings?.fresh, again?.rows.fresh], [0, 0]);
});

test('indexes that are got week by week have the energy between the weeks, whichever comes first', async () => {
  for (const order of [
    [1, 8, 15],
    [15, 1, 8],
  ]) {
    await using given = await ImportSite.open();
    const week = (first: number) => {
      const rows = Array.from({ length: 7 }, (_, at) => first + at).map(
        (day) =>
          `2026-01-${String(day).padStart(2, '0')}T00:00:00+01:00;Arrêté quotidien;${day * day * 1_000}`,
      );
      return `${preamble({ type: 'Index', unit: 'Wh' })}Horodate;Type de releve;EAS T\n${rows.join('\n')}\n`;
    };
    for (const first of order) {
      const preview = (await given.take('index.csv', week(first))).parts[0]?.rows;
      const { written } = await given.take('index.csv', week(first), { write: 'true' });
      assert.equal(preview?.fresh, written?.added);
    }
    const again = await given.take('index.csv', week(8), { write: 'true' });
    assert.deepEqual(again.written, { added: 0, repeated: 6, overlapping: 0, readings: 0 });
    const id = again.parts[0]?.series[0]?.id;
    const range = `from=2026-01-01&to=2026-01-21`;
    const total = totalAnswer.parse(await given.site.get(`/series/${id}/total?${range}`));
    assert.deepEqual([total.energyWh, total.coverage], [440_000, 1]);
  }
});

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]);
const LOGIN = '<!DOCTYPE html>\n<html lang="fr"><title>Connexion</title></html>';
const REFUSED: readonly [
  name: string,
  content: string | Uint8Array<ArrayBuffer>,
  code: string,
  told: RegExp,
][] = [
  ['photo.png', PNG, 'file/other', /found a picture/],
  ['cut.xlsx', WORKBOOK.slice(0, 2_000), 'file/damaged', /cut short/],
  ['empty.csv', '', 'file/empty', /empty\.csv is empty/],
  ['Export.csv', LOGIN, 'file/web-page', /web page .*login/],
  ['other.csv', 'a;b\n1;2\n', 'file/no-table', /line 1: expected the header/],
  ['bare.csv', 'Horodate;Valeur (W)\n', 'file/no-rows', /expected rows under the header/],
  ['edf.zip', new Uint8Array(zip({ 'mes-puissances.csv': 'a' })), 'file/damaged', /unpack it/],
  ['cut.csv.gz', new Uint8Array(gzipSync(curveFile(WEEK)).subarray(0, 400)), 'file/damaged', /cut short/],
  ['old.csv', 'date,pulses,reports,err\n2020-01-01 00:00:00,1,1,0\n', 'file/command-line', /kilowink import/],
];

test('what is no such file is refused with what it is, and the server goes on', async () => {
  await using given = await ImportSite.open();
  for (const [name, content, code, told] of REFUSED) {
    const refusal = await given.refusal(name, content);
    assert.equal(refusal.code, code, `${name}: ${refusal.detail}`);
    assert.match(refusal.detail, told);
  }
  assert.deepEqual(allOf(given.site), []);
  assert.equal((await given.take('Export_energie.xlsx', WORKBOOK)).parts.length, 1);
});

test('what is too large is refused with where to take it in, told beforehand or not', async () => {
  await using given = await ImportSite.open();
  const large = new Uint8Array(9 * 1_048_576).fill(0x30);
  const told = await given.send({ name: 'years.csv' }, large);
  const pieces = new ReadableStream({
    start: (to) => {
      for (let at = 0; at < large.length; at += 1_048_576) to.enqueue(large.subarray(at, at + 1_048_576));
      to.close();
    },
  });
  const untold = await given.send({ name: 'years.csv' }, pieces);
  for (const answer of [told, untold]) {
    assert.equal(answer.status, 413);
    const { code, detail } = problem.parse(await answer.json());
    assert.equal(code, 'file/too-large');
    assert.match(detail, /8 MiB.*kilowink import/);
  }
});

test('a series that counts in another unit is left alone', async () => {
  await using given = await ImportSite.open();
  given.site.put({ source: 'import/curve', unit: 'Wh' }, { startMs: 0, durationMs: 5_000 }, [1]);
  given.site.store.flush();
  const { code } = await given.refusal('curve.csv', curveFile(WEEK));
  assert.equal(code, 'file/unit');
});

test('only the administrator takes files in, and is asked before the file is read', async () => {
  await using site = await TruthSite.open();
  const ask = async () => {
    const url = `${site.server.url}/api/v1/imports?name=a.csv&write=true`;
    const answer = await fetch(url, {
      method: 'POST',
      headers: { connection: 'close' },
      body: curveFile(WEEK),
    });
    return [answer.status, problem.parse(await answer.json()).code];
  };
  assert.deepEqual(await ask(), [403, 'admin/no-password']);
  await site.login();
  assert.deepEqual(await ask(), [401, 'admin/login']);
  assert.deepEqual(allOf(site), []);
});

test('the server answers while a file is read', async () => {
  await using given = await ImportSite.open();
  let isRead = false;
  const reading = given
    .take('years.csv', curveFile(house('2022-01-01T00:00', '2026-01-01T00:00')))
    .then((told) => {
      isRead = true;
      return told;
    });
  let answers = 0;
  while (!isRead && answers < 5) {
    await given.site.get('/series');
    answers += isRead ? 0 : 1;
  }
  assert.equal(answers, 5);
  assert.equal((await reading).parts[0]?.rows.fresh, 70_128);
});

test('files that come at once are taken in one after the other', async () => {
  await using given = await ImportSite.open();
  const parts = [WEEK.slice(0, 200), WEEK.slice(150, 300), WEEK.slice(100, 336)];
  const taken = await Promise.all(
    parts.map((part) => given.take('curve.csv', curveFile(part), { write: 'true' })),
  );
  const added = taken.reduce((sum, { written }) => sum + (written?.added ?? 0), 0);
  assert.equal(added, 336);
  assert.ok(Math.abs((allOf(given.site)[0]?.wh ?? 0) - truthWh(WEEK)) < 0.001);
});

test('what a server that ends had not taken in whole is made whole when it is taken in again', async () => {
  await using given = await ImportSite.open();
  const drawn = house('2024-01-01T00:00', '2026-01-01T00:00');
  const file = curveFile(drawn);
  const folder = dirname(given.site.store.health().path);
  const answer = given.send({ name: 'years.csv', write: 'true' }, file).then(
    async (response) => problem.safeParse(await response.json()).data?.code ?? 'taken in',
    () => 'gone',
  );
  await new Promise((resolve) => setTimeout(resolve, 300));
  await given.site.server.close();
  assert.ok(['gone', 'file/stopped', 'taken in'].includes(await answer));
  const read = await readEnedisImport(
    { name: 'years.csv', bytes: Buffer.from(file) },
    { zone: 'Europe/Paris', stamps: undefined, name: undefined },
  );
  assert.ok(read.ok);
  const store = openSqliteStore({ folder, clock: systemClock });
  try {
    const { added, repeated } = storeEnedisImport(store, read.value);
    assert.equal(added + repeated, drawn.length);
    const wh = store.readTotal(1, 0, Date.UTC(2100, 0)).sum / 1_000;
    assert.ok(Math.abs(wh - truthWh(drawn)) < 0.001);
  } finally {
    store.close();
  }
});

test('a file without a name is refused', async () => {
  await using given = await ImportSite.open();
  const answer = await given.send({}, curveFile(WEEK));
  assert.equal(problem.parse(await answer.json()).code, 'query/invalid');
});
