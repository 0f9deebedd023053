import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gaugeBucketsAnswer, gaugeWindowsAnswer, livePoints, problem, seriesList } from '@kilowink/api';
import { openSqliteStore, type Store } from '@kilowink/store';
import { loadConfig } from '../config/index.ts';
import { systemClock } from './clock.ts';
import { type RunningServer, startServer } from './server.ts';

/** A whole minute not long ago: what is old is sealed at once, and told as a range. */
const START = Math.floor(Date.now() / 60_000) * 60_000 - 300_000;
const folder = mkdtempSync(join(tmpdir(), 'kilowink-gauges-'));
const stopping: (() => Promise<void>)[] = [];
after(async () => {
  for (const stop of stopping) await stop();
  rmSync(folder, { recursive: true });
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

  const cursor = store.cursor();
  add(store, START + 2_000, 901);
  const leaving = new AbortController();
  const live = await fetch(`${server.url}/api/v1/live?cursor=${cursor}`, { signal: leaving.signal });
  let text = '';
  for await (const piece of live.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    if (text.includes('event: hello')) break;
  }
  leaving.abort();
  const data: unknown = JSON.parse(/event: points\ndata: (.*)/.exec(text)?.[1] ?? '');
  assert.deepEqual(livePoints.parse(data).points, [[START + 2_000, 1_000, 901]]);
});
