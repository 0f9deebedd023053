import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { bucketsAnswer, healthInfo, seriesList, siteInfo, totalAnswer, windowsAnswer } from '@kilowink/api';
import { parseHex } from '@kilowink/core/bytes';
import { encodeReportV1 } from '@kilowink/core/report';
import type { Clock } from '@kilowink/core/time';
import { openSqliteStore, openSqliteStoreReadOnly } from '@kilowink/store';
import type { z } from 'zod';
import { loadConfig } from '../config/index.ts';
import { systemClock } from './clock.ts';
import { type RunningServer, startServer } from './server.ts';

const root = mkdtempSync(join(tmpdir(), 'kilowink-server-'));
const running: RunningServer[] = [];
after(async () => {
  for (const server of running) await server.close();
  rmSync(root, { recursive: true });
});

function configFor(folder: string, extra: Record<string, unknown> = {}) {
  const given = { dataDir: folder, port: 0, host: '127.0.0.1', ...extra };
  const options = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, { value, flag: 'test' }]),
  );
  return loadConfig({ env: { XDG_CONFIG_HOME: root }, options }).config;
}

async function start(given: { folder?: string; clock?: Clock; extra?: Record<string, unknown> } = {}) {
  const folder = given.folder ?? mkdtempSync(join(root, 'data-'));
  const clock = given.clock ?? systemClock;
  const config = configFor(folder, given.extra);
  const store = openSqliteStore({ folder, clock, groupMs: config.store.groupMs });
  const server = await startServer({ config, store, version: '0.0.0-test', clock });
  running.push(server);
  return Object.assign(server, { folder });
}

/** What the firmware sends, byte for byte: no Content-Type, a connection of its own, closed after the answer. */
function post(server: RunningServer, path: string, body: Uint8Array, from = '127.0.0.1'): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: server.port, localAddress: from });
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('data', (text) => {
      answer += text;
      const [head, content] = answer.split('\r\n\r\n');
      const length = /content-length: (\d+)/i.exec(head ?? '')?.[1];
      if (content !== undefined && content.length >= Number(length)) socket.end();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    socket.write(body);
  });
}

function statusAndText(answer: string): string {
  return `${answer.split(' ')[1]} ${answer.split('\r\n\r\n')[1]}`;
}

async function get<S extends z.ZodType>(
  server: RunningServer,
  path: string,
  schema: S,
): Promise<z.output<S>> {
  const response = await fetch(`${server.url}/api/v1${path}`);
  assert.equal(response.status, 200, path);
  return schema.parse(await response.json());
}

function hex(text: string): Uint8Array {
  return parseHex(text) ?? assert.fail('hexadecimal');
}

const CAPTURED = [
  '19 01 00 00000037 12 10 10 12 0e 13 10 10 10 10',
  '19 01 00 00000046 0f 12 0f 12 10 10 12 0e 13 10',
  '19 01 00 00000055 12 0f 0e 0f 12 0f 12 10 10 12',
].map(hex);
/** 16 windows: the ten of the first report and three new ones of each that follows. */
const CAPTURED_WH = 18 + 16 + 16 + 18 + 14 + 19 + 16 * 4 + (15 + 18 + 15) + (18 + 15 + 14);

test('a sensor in the field is answered ok, and its windows are stored once', async () => {
  const server = await start();
  assert.equal(statusAndText(await post(server, '/sensor/up', new Uint8Array())), '200 ok');
  for (const report of [...CAPTURED, ...CAPTURED, ...CAPTURED.toReversed()]) {
    assert.equal(statusAndText(await post(server, '/sensor/report', report)), '200 ok');
  }
  const total = await get(server, '/series/1/total?from=1970-01-01&to=2100-01-01', totalAnswer);
  assert.equal(total.energyWh, CAPTURED_WH);
  const { columns } = await get(server, '/series/1/windows', windowsAnswer);
  assert.equal(columns.start.length, 16);
  assert.equal(
    columns.reports.reduce((sum, count) => sum + count, 0),
    90,
  );
});

test('what is no report is answered invalid and counted, and the server stays up', async () => {
  const server = await start();
  const bad = [
    [],
    [0x19],
    [0x19, 1, 0, 0, 0, 0, 5],
    [0x20, 1, 0, 0, 0, 0, 5, 1],
    [0x19, 9, 0, 0, 0, 0, 5, 1],
  ];
  for (const bytes of bad) {
    assert.equal(statusAndText(await post(server, '/sensor/report', Uint8Array.from(bytes))), '200 invalid');
  }
  const health = await get(server, '/health', healthInfo);
  const counts = Object.fromEntries(health.refused.map(({ code, count }) => [code, count]));
  assert.deepEqual(counts, { 'report/size': 3, 'report/magic': 1, 'report/version': 1 });
  assert.match(health.refused[0]?.lastMessage ?? '', /127\.0\.0\.1: report: expected at least 8 bytes/);
  assert.equal(statusAndText(await post(server, '/sensor/report', CAPTURED[0] ?? hex(''))), '200 ok');
});

test('a body beyond all bounds is refused, and the server stays up', async () => {
  const server = await start();
  assert.match(await post(server, '/sensor/report', new Uint8Array(100_000)), /^HTTP\/1\.1 413/);
  assert.equal(statusAndText(await post(server, '/sensor/report', CAPTURED[0] ?? hex(''))), '200 ok');
});

test('any number of windows is legal', async () => {
  const server = await start();
  const counts = Array.from({ length: 17_280 }, (_, index) => index % 7);
  const report = encodeReportV1({ sensorType: 0, uptimeS: 90_000, counts });
  assert.equal(statusAndText(await post(server, '/sensor/report', report)), '200 ok');
  const one = encodeReportV1({ sensorType: 1, uptimeS: 5, counts: [9] });
  assert.equal(statusAndText(await post(server, '/sensor/report', one)), '200 ok');
  const { series } = await get(server, '/series', seriesList);
  assert.deepEqual(
    series.map(({ source }) => source),
    ['optical/127.0.0.1/00', 'optical/127.0.0.1/01'],
  );
  const sum = counts.reduce((total, count) => total + count, 0);
  assert.equal((await get(server, '/series/1/total', totalAnswer)).energyWh, sum);
});

test('two sensors never mix, and a mapping makes two addresses one sensor', async () => {
  const sensors = [
    { id: 'main', address: '127.0.0.3', name: 'Main meter' },
    { id: 'main', address: '127.0.0.4' },
  ];
  const server = await start({ extra: { sensors } });
  const [first, second, third] = CAPTURED as [Uint8Array, Uint8Array, Uint8Array];
  await post(server, '/sensor/report', first, '127.0.0.2');
  await post(server, '/sensor/report', first, '127.0.0.3');
  await post(server, '/sensor/report', second, '127.0.0.4');
  await post(server, '/sensor/report', third, '127.0.0.3');
  const { series } = await get(server, '/series', seriesList);
  assert.deepEqual(
    series.map(({ source, name }) => `${source}: ${name}`),
    ['optical/127.0.0.2/00: Optical sensor 127.0.0.2', 'optical/main: Main meter'],
  );
  assert.equal((await get(server, '/series/2/total', totalAnswer)).energyWh, CAPTURED_WH);
});

test('a read-only instance shows the same, answers readonly and writes nothing', async () => {
  const server = await start({ extra: { store: { groupMs: 0 } } });
  await post(server, '/sensor/report', CAPTURED[0] ?? hex(''));
  const config = configFor(server.folder, { readOnly: true });
  const store = openSqliteStoreReadOnly({ folder: server.folder, clock: systemClock });
  const beside = await startServer({ config, store, version: '0.0.0-test' });
  running.push(beside);
  assert.equal(statusAndText(await post(beside, '/sensor/report', CAPTURED[1] ?? hex(''))), '200 readonly');
  assert.equal(statusAndText(await post(beside, '/sensor/up', new Uint8Array())), '200 readonly');
  const range = '/series/1/total?from=1970-01-01&to=2100-01-01';
  const total = async (of: RunningServer) => (await get(of, range, totalAnswer)).energyWh;
  assert.equal(await total(beside), await total(server));
  await post(server, '/sensor/report', CAPTURED[1] ?? hex(''));
  await until(async () => (await total(beside)) === (await total(server)));
  assert.equal((await get(beside, '/site', siteInfo)).readOnly, true);
});

test('buckets are aligned, at most as many as asked for, and add up', async () => {
  const server = await start();
  const counts = Array.from({ length: 2_000 }, (_, index) => index % 5);
  await post(server, '/sensor/report', encodeReportV1({ sensorType: 0, uptimeS: 10_000, counts }));
  const sum = counts.reduce((total, count) => total + count, 0);
  for (const points of [2, 10, 77, 1_000, 10_000]) {
    const { columns, stepMs } = await get(server, `/series/1/buckets?points=${points}`, bucketsAnswer);
    assert.ok(columns.start.length <= points, `${columns.start.length} of ${points}`);
    // An answer holds thousandths, which no float holds.
    const thousandths = columns.energyWh.map((energy) => Math.round((energy ?? 0) * 1_000));
    assert.equal(
      thousandths.reduce((total, energy) => total + energy, 0),
      sum * 1_000,
      `in buckets of ${stepMs} ms`,
    );
    if (stepMs < 86_400_000) for (const start of columns.start) assert.equal(start % stepMs, 0);
    columns.powerMeanW.forEach((mean, index) => {
      if (mean === null) return;
      assert.ok(
        mean >= (columns.powerMinW[index] ?? 0) - 0.1 && mean <= (columns.powerMaxW[index] ?? 0) + 0.1,
      );
    });
  }
});

test('queries that make no sense are answered with problem details', async () => {
  const server = await start();
  await post(server, '/sensor/report', CAPTURED[0] ?? hex(''));
  const cases: [string, number, RegExp][] = [
    ['/series/9/buckets', 404, /no series 9/],
    ['/series/one/buckets', 400, /id: expected a whole number/],
    ['/series/1/buckets?from=yesterday', 400, /from: expected ISO 8601.*"yesterday" came/],
    ['/series/1/buckets?from=2026-01-02&to=2026-01-01', 400, /is not before/],
    ['/series/1/buckets?points=0', 400, /points/],
    ['/series/1/buckets?points=1&from=2020-01-01&to=2026-01-01', 400, /1 is too few.*1y, makes 6/],
    ['/series/1/buckets?pionts=5', 400, /did you mean points/],
    ['/series/1/buckets?step=7min', 400, /step: expected one of 5s/],
    ['/series/1/buckets?step=5s&from=2020-01-01&to=2026-01-01', 400, /at most 10000/],
    ['/nothing', 404, /nothing at GET/],
  ];
  for (const [path, status, detail] of cases) {
    const response = await fetch(`${server.url}/api/v1${path}`);
    assert.equal(response.status, status, path);
    assert.equal(response.headers.get('content-type'), 'application/problem+json', path);
    const problem = (await response.json()) as { detail: string; status: number };
    assert.equal(problem.status, status);
    assert.match(problem.detail, detail);
  }
});

test('times are taken as ISO with offset, as local ISO of the site, and as milliseconds', async () => {
  const server = await start();
  await post(server, '/sensor/report', CAPTURED[0] ?? hex(''));
  const at = Date.UTC(2026, 6, 1, 10);
  for (const text of [`${at}`, '2026-07-01T10:00:00Z', '2026-07-01T12:00:00%2B02:00', '2026-07-01T12:00']) {
    const { fromMs } = await get(server, `/series/1/total?from=${text}&to=2100-01-01`, totalAnswer);
    assert.equal(fromMs, at, text);
  }
});

test('live events go on where a page left off, without loss', async () => {
  const server = await start();
  await post(server, '/sensor/report', CAPTURED[0] ?? hex(''));
  const first = await listen(server, null);
  await post(server, '/sensor/report', CAPTURED[1] ?? hex(''));
  await until(() => first.points.length === 3);
  first.stop();
  await post(server, '/sensor/report', CAPTURED[2] ?? hex(''));
  const again = await listen(server, first.lastId);
  await until(() => again.points.length === 3);
  assert.deepEqual(
    again.points.map((point) => point[2]),
    [14, 15, 18],
  );
  again.stop();
  const stranger = await listen(server, 'another-epoch.1');
  await until(() => stranger.names.includes('reset'));
  stranger.stop();
});

interface Listening {
  names: string[];
  points: number[][];
  lastId: string;
  stop: () => void;
}

async function listen(server: RunningServer, lastEventId: string | null): Promise<Listening> {
  const abort = new AbortController();
  const headers = lastEventId === null ? {} : { 'last-event-id': lastEventId };
  const response = await fetch(`${server.url}/api/v1/live`, { headers, signal: abort.signal });
  const heard: Listening = { names: [], points: [], lastId: '', stop: () => abort.abort() };
  void readEvents(response, heard).catch(() => {});
  await until(() => heard.names.includes('hello'));
  return heard;
}

async function readEvents(response: Response, heard: Listening): Promise<void> {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(event)?.[1];
      heard.lastId = field('id') ?? heard.lastId;
      const name = field('event');
      if (name !== undefined) heard.names.push(name);
      if (name === 'points') heard.points.push(...JSON.parse(field('data') ?? '{}').points);
    }
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  assert.fail('did not come true within ten seconds');
}

test('the API describes itself, and every path it names answers', async () => {
  const server = await start();
  await post(server, '/sensor/report', CAPTURED[0] ?? hex(''));
  const response = await fetch(`${server.url}/api/v1/openapi.json`);
  const document = (await response.json()) as { openapi: string; paths: Record<string, object> };
  assert.equal(document.openapi, '3.1.0');
  for (const [path, methods] of Object.entries(document.paths)) {
    if (!('get' in methods)) continue;
    const abort = new AbortController();
    const answer = await fetch(server.url + path.replace('{id}', '1'), { signal: abort.signal });
    // 403 where only the administrator is shown it.
    assert.ok([200, 403].includes(answer.status), `${path}: ${answer.status}`);
    abort.abort();
  }
});

test('a port that is taken is said so', async () => {
  const server = await start();
  await assert.rejects(start({ extra: { port: server.port } }), /Port \d+ on 127\.0\.0\.1 is taken/);
});

test('a server that restarts between repeated reports stores each window once', async () => {
  const folder = mkdtempSync(join(root, 'data-'));
  for (const report of [...CAPTURED, ...CAPTURED]) {
    const server = await start({ folder });
    await post(server, '/sensor/report', report);
    running.splice(running.indexOf(server), 1);
    await server.close();
  }
  const server = await start({ folder });
  const total = await get(server, '/series/1/total?from=1970-01-01&to=2100-01-01', totalAnswer);
  assert.equal(total.energyWh, CAPTURED_WH);
});
