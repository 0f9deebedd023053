import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DAY_MS } from '@kilowink/core/time';
import { StillClock } from '../contract/index.ts';
import { listOf } from '../contract/model.ts';
import type { Store, StoreReader } from '../store.ts';
import { eraseSources } from './erase.ts';
import { openSqliteStore, openSqliteStoreReadOnly } from './open.ts';
import { openSurvey } from './survey.ts';

const DAY = Date.UTC(2026, 2, 1);
const clock = new StillClock(DAY + 4 * DAY_MS);
const SOURCES = ['optical/aa', 'optical/aab', 'tic/1', 'tic/1/estimate', 'tic/12'];
/** Nothing else in a store says this. */
const SECRET = 'Family Ozymandias, 4 rue Haute';

function fill(store: Store): void {
  for (const [at, source] of SOURCES.entries()) {
    const series = store.ensureSeries({
      source,
      quantity: 'energy',
      unit: 'Wh',
      name: `${SECRET} ${source}`,
    });
    const timeline = [{ fromNumber: 0, startMs: DAY, intervalMs: 5_000 }];
    const run = store.createRun({ series, timeline, boot: 7 + at });
    const windows = Array.from({ length: 40_000 }, (_, number) => ({
      number,
      value: (number + at) % 7,
      reports: 1,
      disagreements: 0,
    }));
    store.putWindows(run, windows);
    store.replaceRecovered(run, [], [{ fromNumber: 40_010, toNumber: 40_020, value: 5 }]);
    store.putSourceState(source, JSON.stringify({ note: `${SECRET} ${source}` }));
    store.putSourceState(`${source}#2`, JSON.stringify({ note: `${SECRET} ${source}` }));
    store.putReadings(series, [{ atMs: DAY, indexWh: 1_000 + at, origin: 'person' }]);
    const note = `${SECRET} ${source}`;
    const range = { fromMs: DAY, toMs: DAY + 1_000, madeMs: DAY };
    store.putCorrections([{ series, ...range, kind: { kind: 'bad' }, origin: 'person', note }]);
    store.putEvents([{ source, atMs: DAY, kind: 'sensorBoot', data: { note } }]);
  }
  // A day of each is sealed, another one waits.
  store.seal(DAY + DAY_MS + 1);
  store.flush();
}

/** Everything that can be asked of each source. */
function contentsOf(store: StoreReader) {
  const events = store.readEvents({ fromMs: 0, toMs: 4e12, limit: 1_000 });
  return SOURCES.flatMap((source) => {
    const series = store.listSeries().find((each) => each.source === source);
    if (series === undefined) return [];
    const { id } = series;
    return {
      series,
      runs: store.listRuns(id, 10),
      points: listOf(store.readPoints(id, 0, 4e12)),
      total: store.readTotal(id, DAY, DAY + 3 * DAY_MS),
      readings: store.readReadings(id, 0, 4e12),
      corrections: store.listCorrections(id),
      states: [store.sourceState(source), store.sourceState(`${source}#2`)],
      events: events.filter((event) => event.source === source),
    };
  });
}

function withFilled(body: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-erase-'));
  try {
    const store = openSqliteStore({ folder, clock });
    fill(store);
    store.close();
    body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readAll(folder: string): string {
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('\n');
}

test('what is removed of a home is in no answer and no byte any more, and the others are as they were', () => {
  withFilled((folder) => {
    const reader = openSqliteStoreReadOnly({ folder, clock });
    const before = contentsOf(reader);
    assert.equal(before.length, SOURCES.length);
    const gone = ['optical/aa', 'tic/1', 'tic/1/estimate'];
    assert.ok(gone.every((source) => readAll(folder).includes(`${SECRET} ${source}`)));
    const erased = eraseSources(folder, ['optical/aa', 'tic/1']);
    assert.deepEqual(
      { ...erased, blocks: erased.blocks > 0, hotRows: erased.hotRows > 3 * 10_000 },
      {
        series: 3,
        runs: 3,
        blocks: true,
        hotRows: true,
        readings: 3,
        corrections: 3,
        events: 3,
        setAside: 0,
      },
    );
    const left = before.filter(({ series }) => !gone.includes(series.source));
    assert.deepEqual(contentsOf(reader), left);
    reader.close();
    const again = openSqliteStore({ folder, clock });
    assert.deepEqual(contentsOf(again), left);
    again.close();
    const bytes = readAll(folder);
    // Names, notes, states and events are kept as text: what is compressed went with them.
    for (const source of gone) assert.ok(!bytes.includes(`${SECRET} ${source}"`), source);
    assert.equal([...bytes.matchAll(/Ozymandias, 4 rue Haute optical\/aa[^b]/g)].length, 0);
    assert.ok(bytes.includes(`${SECRET} tic/12`));
    const survey = openSurvey({ folder, clock });
    assert.deepEqual(survey.inspect(true), []);
    survey.close();
  });
});

test('a home that was removed may come again, as a new one', () => {
  withFilled((folder) => {
    eraseSources(folder, ['optical/aa']);
    const store = openSqliteStore({ folder, clock });
    const series = store.ensureSeries({ source: 'optical/aa', quantity: 'energy', unit: 'Wh', name: 'New' });
    assert.equal(store.findSeries(series)?.firstMs, null);
    const run = store.createRun({
      series,
      timeline: [{ fromNumber: 0, startMs: DAY, intervalMs: 5_000 }],
      boot: 7,
    });
    const window = { number: 0, value: 3, reports: 1, disagreements: 0 };
    assert.equal(store.putWindows(run, [window]), 1);
    store.close();
  });
});

test('nothing is removed while a server runs, or of a source that is not there', () => {
  withFilled((folder) => {
    const store = openSqliteStore({ folder, clock });
    assert.throws(() => eraseSources(folder, ['tic/1']), { code: 'store/locked' });
    const before = contentsOf(store);
    store.close();
    const { series, runs, blocks } = eraseSources(folder, ['optical/a', 'nobody']);
    assert.deepEqual({ series, runs, blocks }, { series: 0, runs: 0, blocks: 0 });
    const again = openSqliteStore({ folder, clock });
    assert.deepEqual(contentsOf(again), before);
    again.close();
  });
});
