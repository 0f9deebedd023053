import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { bucketsAnswer, healthInfo, seriesList, totalAnswer, windowsAnswer } from '@kilowink/api';
import { parseHex } from '@kilowink/core/bytes';
import { hmacSha256 } from '@kilowink/core/hash';
import {
  type AnswerV2,
  decodeAnswerV2,
  encodeReportV1,
  encodeReportV2,
  type ReportV2,
  type Sign,
  TAG_BYTES,
} from '@kilowink/core/report';
import { type Clock, DAY_MS } from '@kilowink/core/time';
import { openSqliteStore, openSqliteStoreReadOnly } from '@kilowink/store';
import type { z } from 'zod';
import { loadConfig } from '../config/index.ts';
import { addKey, KEYS_FILE, rotateKey } from '../keys/index.ts';
import { systemClock } from './clock.ts';
import { type RunningServer, startServer } from './server.ts';

const root = mkdtempSync(join(tmpdir(), 'kilowink-numbered-'));
const running = new Set<RunningServer>();
after(async () => {
  for (const server of running) await server.close();
  rmSync(root, { recursive: true });
});

const ID = '00112233aabbccdd';

interface Given {
  readonly folder?: string;
  readonly extra?: Record<string, unknown>;
  readonly readOnly?: boolean;
  readonly clock?: Clock;
  /** Beyond so many windows days are sealed early. */
  readonly hotRowsMax?: number;
}

async function start(given: Given = {}) {
  const folder = given.folder ?? mkdtempSync(join(root, 'data-'));
  const all = { dataDir: folder, port: 0, host: '127.0.0.1', store: { groupMs: 0 }, ...given.extra };
  const options = Object.fromEntries(
    Object.entries(all).map(([key, value]) => [key, { value, flag: 'test' }]),
  );
  const { config } = loadConfig({ env: { XDG_CONFIG_HOME: root }, options });
  const { groupMs } = config.store;
  const { clock = systemClock } = given;
  const store = given.readOnly
    ? openSqliteStoreReadOnly({ folder, clock })
    : openSqliteStore({ folder, clock, groupMs, ...(given.hotRowsMax && { hotRowsMax: given.hotRowsMax }) });
  const server = await startServer({ config, store, version: '0.0.0-test', clock });
  running.add(server);
  const close = async () => {
    running.delete(server);
    await server.close();
  };
  return { ...server, close, folder, store };
}

type Server = Awaited<ReturnType<typeof start>>;

/** Windows of a sensor: window n holds n mod 6 flashes. */
function report(span: { newest: number; count: number; oldest?: number; ageMs?: number }): ReportV2 {
  const { newest, count, oldest = 0, ageMs = 0 } = span;
  const countOf = (number: number) => number % 6;
  return {
    sensorId: ID,
    bootId: 77,
    newestNumber: newest,
    oldestNumber: oldest,
    cumulativeCount: Array.from({ length: newest + 1 }, (_, n) => countOf(n)).reduce((a, b) => a + b, 0),
    ageMs,
    windowMs: 5_000,
    batteryMv: 3_700,
    firmware: { major: 2, minor: 1, patch: 0 },
    light: { baselineMv: 400, amplitudeMv: 650, noise100Uv: 20, state: 'good' },
    windows: Array.from({ length: count }, (_, back) => {
      const flashes = countOf(newest - back);
      return { count: flashes, lastFlashMs: flashes === 0 ? null : 1_000 };
    }),
  };
}

async function send(server: Server, bytes: Uint8Array): Promise<{ status: number; body: Uint8Array }> {
  const response = await fetch(`${server.url}/sensor/report`, { method: 'POST', body: Buffer.from(bytes) });
  return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) };
}

/** What the sensor is told; a sensor with a key takes only a proven answer. */
async function tell(server: Server, of: ReportV2, sign?: Sign): Promise<AnswerV2> {
  const bytes = encodeReportV2(of, sign);
  const { body } = await send(server, bytes);
  const proof = sign === undefined ? undefined : { sign, reportTag: bytes.subarray(-TAG_BYTES) };
  const answer = decodeAnswerV2(body, proof);
  assert.ok(answer.ok, answer.ok ? '' : answer.fault.message);
  return answer.value;
}

async function get<S extends z.ZodType>(server: Server, path: string, schema: S): Promise<z.output<S>> {
  const response = await fetch(`${server.url}/api/v1${path}`);
  assert.equal(response.status, 200, path);
  return schema.parse(await response.json());
}

async function refusals(server: Server): Promise<Record<string, number>> {
  const { refused } = await get(server, '/health', healthInfo);
  return Object.fromEntries(refused.map(({ code, count }) => [code, count]));
}

function signer(key: string): Sign {
  const bytes = parseHex(key) ?? assert.fail('hexadecimal');
  return (message) => hmacSha256(bytes, message);
}

const ALL = 'from=1970-01-01&to=2100-01-01';

test('a version 2 sensor is known by its identity, stored once and acknowledged', async () => {
  const server = await start();
  const answer = await tell(server, report({ newest: 9, count: 10 }));
  assert.equal(answer.status, 'stored');
  assert.equal(answer.bootId, 77);
  assert.equal(answer.acknowledged, 9);
  assert.ok(Math.abs(answer.serverMs - Date.now()) < 60_000);
  for (let again = 0; again < 3; again += 1) await tell(server, report({ newest: 12, count: 8 }));
  const { series } = await get(server, '/series', seriesList);
  assert.deepEqual(
    series.map(({ source, name }) => `${source}: ${name}`),
    [`optical/${ID}: Optical sensor ${ID}`],
  );
  const { columns } = await get(server, '/series/1/windows', windowsAnswer);
  assert.equal(columns.start.length, 13);
  const health = await get(server, '/health', healthInfo);
  const [source] = health.sources;
  assert.equal(source?.version, 2);
  assert.equal(source.authenticated, false);
  assert.equal(source.firmware, '2.1.0');
  assert.equal(source.batteryMv, 3_700);
  assert.deepEqual(source.light, { baselineMv: 400, amplitudeMv: 650, noise100Uv: 20, state: 'good' });
});

test('energy of windows that never came is recovered, and shrinks as the backlog comes', async () => {
  const server = await start();
  const hourMs = 3_600_000;
  await tell(server, report({ newest: 9, count: 10, ageMs: 2 * hourMs }));
  const live = await tell(server, report({ newest: 1_449, count: 10 }));
  assert.equal(live.acknowledged, 9);
  const total = () => get(server, `/series/1/total?${ALL}`, totalAnswer);
  const allWh = report({ newest: 1_449, count: 1 }).cumulativeCount;
  const before = await total();
  assert.equal(before.energyWh, allWh);
  const buckets = await get(server, '/series/1/buckets?step=15min', bucketsAnswer);
  const sum = (column: readonly (number | null)[]) => column.reduce<number>((a, b) => a + (b ?? 0), 0);
  assert.ok(Math.abs(sum(buckets.columns.energyWh) - allWh) < 0.01);
  assert.ok(Math.abs(sum(buckets.columns.recoveredWh ?? []) - (before.recoveredWh ?? 0)) < 0.01);
  for (const [index, coverage] of buckets.columns.coverage.entries()) {
    if (coverage === 0) assert.equal(buckets.columns.powerMeanW[index], null);
  }
  let recoveredWh = before.recoveredWh ?? 0;
  assert.ok(recoveredWh > 3_000);
  for (let newest = 649; ; newest = Math.min(1_439, newest + 640)) {
    const answer = await tell(server, report({ newest, count: Math.min(640, newest - 9) }));
    const left = await total();
    assert.ok((left.recoveredWh ?? 0) < recoveredWh);
    assert.equal(left.energyWh, allWh);
    recoveredWh = left.recoveredWh ?? 0;
    assert.equal(answer.acknowledged, newest === 1_439 ? 1_449 : newest);
    if (newest === 1_439) break;
  }
  assert.equal(recoveredWh, 0);
  assert.equal((await get(server, '/health', healthInfo)).sources[0]?.windowsMissed, 0);
});

test('a sensor with a key is refused without the right tag, and its answers are proven', async () => {
  const server = await start();
  const sign = signer(addKey(server.folder, { id: ID, name: 'Cellar' }, 0));
  assert.equal(statSync(join(server.folder, KEYS_FILE)).mode & 0o777, 0o600);
  const good = report({ newest: 9, count: 10 });
  assert.equal((await tell(server, good)).status, 'tagRefused');
  assert.equal(await tell(server, good, signer('00'.repeat(16))).catch(() => null), null);
  const bytes = encodeReportV2(good, sign);
  for (const at of [5, 17, 26, 50, bytes.length - 1]) {
    const flipped = bytes.slice();
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    await send(server, flipped);
  }
  assert.equal((await get(server, '/series', seriesList)).series.length, 0);
  assert.equal((await tell(server, good, sign)).acknowledged, 9);
  const { series } = await get(server, '/series', seriesList);
  assert.equal(series[0]?.name, 'Cellar');
  const { 'report/untagged': untagged, 'report/tag': wrong } = await refusals(server);
  assert.equal(untagged, 1);
  assert.ok((wrong ?? 0) >= 3);
  const [source] = (await get(server, '/health', healthInfo)).sources;
  assert.equal(source?.authenticated, true);
  assert.deepEqual(source.refusedBy.map(({ code }) => code).sort(), ['report/tag', 'report/untagged']);
});

test('the running server takes a changed key at once, and keeps its keys when the file is spoilt', async () => {
  const server = await start();
  const old = signer(addKey(server.folder, { id: ID }, 0));
  assert.equal((await tell(server, report({ newest: 0, count: 1 }), old)).status, 'stored');
  const sign = signer(rotateKey(server.folder, ID, 0));
  await send(server, encodeReportV2(report({ newest: 1, count: 1 }), old));
  assert.deepEqual(await refusals(server), { 'report/tag': 1 });
  writeFileSync(join(server.folder, KEYS_FILE), '{');
  assert.equal((await tell(server, report({ newest: 1, count: 1 }), sign)).status, 'stored');
  assert.equal((await tell(server, report({ newest: 2, count: 1 }))).status, 'tagRefused');
  await server.close();
  await assert.rejects(start({ folder: server.folder }), { code: 'keys/unreadable' });
});

test('with requireKeys a sensor without a key is refused', async () => {
  const server = await start({ extra: { requireKeys: true } });
  assert.equal((await tell(server, report({ newest: 0, count: 1 }))).status, 'tagRefused');
  assert.deepEqual(await refusals(server), { 'report/no-key': 1 });
  const sign = signer(addKey(server.folder, { id: ID }, 0));
  assert.equal((await tell(server, report({ newest: 0, count: 1 }), sign)).status, 'stored');
});

test('what is no version 2 report is refused with its reason, and the server stays up', async () => {
  const server = await start();
  const bytes = encodeReportV2(report({ newest: 9, count: 10 }));
  for (let length = 2; length < bytes.length; length += 1) {
    const { status, body } = await send(server, bytes.subarray(0, length));
    const answer = decodeAnswerV2(body);
    assert.ok(answer.ok && status === 200 && answer.value.status === 'refused', `${length} bytes`);
  }
  await tell(server, report({ newest: 9, count: 10 }));
  const backwards = { ...report({ newest: 19, count: 5 }), cumulativeCount: 20 };
  assert.equal((await tell(server, backwards)).status, 'refused');
  assert.equal(
    (await tell(server, { ...report({ newest: 19, count: 5 }), windowMs: 6_000 })).status,
    'refused',
  );
  assert.deepEqual(await refusals(server), {
    'report/size': bytes.length - 2,
    'report/cumulative': 1,
    'report/window-length': 1,
  });
  const [source] = (await get(server, '/health', healthInfo)).sources;
  assert.deepEqual(source?.refusedBy, [
    { code: 'report/cumulative', count: 1 },
    { code: 'report/window-length', count: 1 },
  ]);
  assert.equal((await tell(server, report({ newest: 19, count: 10 }))).acknowledged, 19);
});

test('only what is in the file is acknowledged', async () => {
  const server = await start({ extra: { store: { groupMs: 3_600_000 } } });
  assert.equal((await tell(server, report({ newest: 2, count: 3 }))).acknowledged, null);
  assert.equal((await tell(server, report({ newest: 5, count: 3 }))).acknowledged, null);
  server.store.refresh();
  if (!server.store.readOnly) (server.store as ReturnType<typeof openSqliteStore>).flush();
  assert.equal((await tell(server, report({ newest: 8, count: 3 }))).acknowledged, 5);
  const backlog = await tell(server, report({ newest: 88, count: 80 }));
  assert.equal(backlog.acknowledged, 88, 'a backlog is written at once');
});

test('a restart goes on where the sensor was, the mapping names it, version 1 beside it', async () => {
  const sensors = [{ id: 'main', sensorId: ID, address: '127.0.0.1', name: 'Main' }];
  const first = await start({ extra: { sensors } });
  await send(first, encodeReportV1({ sensorType: 0, uptimeS: 50, counts: [7] }));
  await tell(first, report({ newest: 9, count: 10 }));
  await first.close();
  const server = await start({ folder: first.folder, extra: { sensors } });
  const answer = await tell(server, report({ newest: 29, count: 5 }));
  assert.equal(answer.acknowledged, 9);
  const { series } = await get(server, '/series', seriesList);
  assert.deepEqual(
    series.map(({ source }) => source),
    ['optical/main'],
  );
  const { energyWh, recoveredWh } = await get(server, `/series/1/total?${ALL}`, totalAnswer);
  assert.equal(energyWh, 7 + report({ newest: 29, count: 1 }).cumulativeCount);
  assert.equal(
    recoveredWh,
    [...Array(15).keys()].reduce((sum, n) => sum + ((n + 10) % 6), 0),
  );
  const versions = (await get(server, '/health', healthInfo)).sources.map(({ version }) => version);
  assert.deepEqual(versions, [2]);
});

test('a read-only instance and one that can not write say so', async () => {
  const server = await start();
  await tell(server, report({ newest: 0, count: 1 }));
  const beside = await start({ folder: server.folder, readOnly: true });
  assert.equal((await tell(beside, report({ newest: 1, count: 1 }))).status, 'readOnly');
  server.store.close();
  const { status, body } = await send(server, encodeReportV2(report({ newest: 1, count: 1 })));
  const answer = decodeAnswerV2(body);
  assert.equal(status, 503);
  assert.ok(answer.ok && answer.value.status === 'retry');
});

test('the energy of a gap is known though the windows before it were sealed, and the server started anew', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const time = { nowMs: Date.UTC(2026, 2, 1, 12) };
  const clock = { wallMs: () => time.nowMs, monotonicMs: () => time.nowMs };
  const folder = mkdtempSync(join(root, 'data-'));
  const first = await start({ folder, clock });
  for (let newest = 9; newest < 100; newest += 10) {
    time.nowMs += 50_000;
    await tell(first, report({ newest, count: 10 }));
  }
  time.nowMs += 2 * DAY_MS;
  context.mock.timers.tick(60_000);
  await first.close();
  const server = await start({ folder, clock });
  const newest = 99 + (2 * DAY_MS) / 5_000;
  await tell(server, report({ newest, count: 10, oldest: newest - 9 }));
  const { energyWh } = await get(server, `/series/1/total?${ALL}`, totalAnswer);
  assert.equal(energyWh, report({ newest, count: 1 }).cumulativeCount);
  await server.close();
});

test('the energy of a gap is known where windows before it were sealed early, as of thousands of sensors', async () => {
  const time = { nowMs: Date.UTC(2026, 2, 1, 12) };
  const clock = { wallMs: () => time.nowMs, monotonicMs: () => time.nowMs };
  const folder = mkdtempSync(join(root, 'data-'));
  const first = await start({ folder, clock, hotRowsMax: 10 });
  for (let newest = 9; newest < 120; newest += 10) {
    time.nowMs += 50_000;
    await tell(first, report({ newest, count: 10 }));
  }
  await first.close();
  time.nowMs += DAY_MS;
  const server = await start({ folder, clock });
  const newest = 119 + DAY_MS / 5_000;
  await tell(server, report({ newest, count: 10, oldest: newest - 9 }));
  const { energyWh } = await get(server, `/series/1/total?${ALL}`, totalAnswer);
  assert.equal(energyWh, report({ newest, count: 1 }).cumulativeCount);
  await server.close();
});
