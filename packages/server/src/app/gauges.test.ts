import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  eventInfo,
  eventsAnswer,
  gaugeBucketsAnswer,
  gaugeWindowsAnswer,
  livePoints,
  problem,
  readingsAnswer,
  seriesList,
} from '@kilowink/api';
import { openSqliteStore, type Store } from '@kilowink/store';
import { loadConfig } from '../config/index.ts';
import { systemClock } from './clock.ts';
import { type RunningServer, startServer } from './server.ts';

/** A whole minute not long ago: what is old is sealed at once, and told as a range. */
const START = Math.floor(Date.now() / 60_000) * 60_000 - 300_000;
const overload = { source: 'tic/main', atMs: START, kind: 'overload', data: { overCurrentA: 46 } } as const;
const root = mkdtempSync(join(tmpdir(), 'kilowink-gauges-'));
const stopping: (() => Promise<void>)[] = [];
after(async () => {
  for (const stop of stopping) await stop();
  rmSync(root, { recursive: true });
});

function add(store: Store, atMs: number, value: number): number {
  const series = store.ensureSeries({
    source: 'tic/main',
    quantity: 'apparentPower',
    unit: 'VA',
    name: 'Main',
  });
  store.addPoints(series, {
    starts: Float64Array.of(atMs),
    durationsMs: Float64Array.of(1_000),
    values: Float64Array.of(value),
    reports: null,
    disagreements: null,
  });
  return series;
}

async function start(): Promise<{ server: RunningServer; store: Store }> {
  const folder = mkdtempSync(join(root, 'data-'));
  const options = Object.fromEntries(
    Object.entries({ dataDir: folder, port: 0, host: '127.0.0.1' }).map(([key, value]) => [
      key,
      { value, flag: 'test' },
    ]),
  );
  const { config } = loadConfig({ env: { XDG_CONFIG_HOME: folder }, options });
  const store = openSqliteStore({ folder, clock: systemClock });
  const server = await startServer({ config, store, version: '0.0.0-test', clock: systemClock });
  stopping.push(() => server.close());
  return { server, store };
}

test('a gauge over HTTP: what it is, its buckets, its values, no total', async () => {
  const { server, store } = await start();
  const series = add(store, START, 230);
  add(store, START + 1_000, 700);
  const get = async (path: string) => (await (await fetch(`${server.url}/api/v1${path}`)).json()) as unknown;
  const info = seriesList.parse(await get('/series')).series.find(({ id }) => id === series);
  assert.deepEqual([info?.quantity, info?.unit, info?.kind], ['apparentPower', 'VA', 'mean']);
  const range = `from=${START}&to=${START + 120_000}`;
  const buckets = gaugeBucketsAnswer.parse(await get(`/series/${series}/buckets?${range}&step=1min`));
  assert.deepEqual(buckets.columns, {
    start: [START, START + 60_000],
    mean: [465, null],
    min: [230, null],
    max: [700, null],
    coverage: [0.0333, 0],
  });
  const windows = gaugeWindowsAnswer.parse(await get(`/series/${series}/windows?${range}&limit=1`));
  assert.deepEqual(windows.columns, { start: [START], durationMs: [1_000], value: [230] });
  assert.equal(windows.truncated, true);
  assert.equal(problem.parse(await get(`/series/${series}/total?${range}`)).code, 'series/gauge');
});

test('a gauge and an event on the live stream', async () => {
  const { server, store } = await start();
  const cursor = store.cursor();
  add(store, START + 2_000, 901);
  store.putEvents([overload]);
  const leaving = new AbortController();
  const live = await fetch(`${server.url}/api/v1/live?cursor=${cursor}`, { signal: leaving.signal });
  let text = '';
  for await (const piece of live.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    if (text.includes('event: hello')) break;
  }
  leaving.abort();
  const dataOf = (name: string): unknown =>
    JSON.parse(new RegExp(`event: ${name}\\ndata: (.*)`).exec(text)?.[1] ?? 'null');
  assert.deepEqual(eventInfo.parse(dataOf('event')), overload);
  assert.deepEqual(livePoints.parse(dataOf('points')).points, [[START + 2_000, 1_000, 901]]);
});

test('events and readings over HTTP', async () => {
  const { server, store } = await start();
  const get = async (path: string) => (await fetch(`${server.url}/api/v1${path}`)).json() as unknown;
  const period = {
    source: 'tic/main',
    atMs: START + 9_000,
    kind: 'tariffPeriod',
    data: { name: 'HP' },
  } as const;
  store.putEvents([overload, period]);
  const find = async (query: string) => eventsAnswer.parse(await get(`/events?${query}`));
  assert.deepEqual(await find(`from=${START}`), { events: [period, overload], truncated: false });
  assert.deepEqual(await find('limit=1'), { events: [period], truncated: true });
  assert.deepEqual((await find('kind=overload,breaker&source=tic/main')).events, [overload]);
  assert.deepEqual((await find(`to=${START}`)).events, []);
  assert.equal(problem.parse(await get('/events?kind=thunder')).code, 'query/invalid');

  const definition = { source: 'tic/main', quantity: 'energy', unit: 'Wh', name: 'Main' } as const;
  const series = store.ensureSeries(definition);
  const reading = { atMs: START, indexWh: 12_345_678, origin: 'meter' } as const;
  store.putReadings(series, [reading]);
  assert.deepEqual(readingsAnswer.parse(await get(`/series/${series}/readings?from=${START}`)), {
    series,
    readings: [reading],
  });
  assert.equal(problem.parse(await get('/series/99/readings')).code, 'series/unknown');
});
