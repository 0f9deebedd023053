import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type HealthInfo, healthInfo } from '@kilowink/api';
import { parseHex } from '@kilowink/core/bytes';
import { hmacSha256 } from '@kilowink/core/hash';
import { type AnswerV2, decodeAnswerV2, encodeReportV1, TAG_BYTES } from '@kilowink/core/report';
import { encodeSerialFrame, SerialFrameParser } from '@kilowink/core/serial-frame';
import { SerialLine } from '@kilowink/link/serial';
import { type BlinkSensor, createBlinkSensor } from '@kilowink/sim/blink';
import { constantLoad } from '@kilowink/sim/load';
import { openSqliteStore } from '@kilowink/store';
import { PtyPair } from '../../../link/src/serial/testing.ts';
import { loadConfig } from '../config/index.ts';
import { Ingest } from '../ingest/index.ts';
import { addKey, KeyRing } from '../keys/index.ts';
import { systemClock } from './clock.ts';
import { type RunningServer, startServer } from './server.ts';
import { UsbSensors } from './usb-sensors.ts';

const root = mkdtempSync(join(tmpdir(), 'kilowink-usb-'));
const closing: (() => unknown)[] = [];
after(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(root, { recursive: true });
});

const ID = '00112233aabbccdd';
const HOUR_MS = 3_600_000;

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function start(usb: readonly { path: string; name?: string }[], groupMs = 0) {
  const folder = mkdtempSync(join(root, 'data-'));
  const all = { dataDir: folder, port: 0, host: '127.0.0.1', store: { groupMs }, usb };
  const options = Object.fromEntries(
    Object.entries(all).map(([key, value]) => [key, { value, flag: 'test' }]),
  );
  const { config } = loadConfig({ env: { XDG_CONFIG_HOME: root }, options });
  const store = openSqliteStore({ folder, clock: systemClock, groupMs });
  const server = await startServer({ config, store, version: '0.0.0-test' });
  closing.push(() => server.close());
  return { ...server, folder, store };
}

async function health(server: RunningServer): Promise<HealthInfo> {
  return healthInfo.parse(await (await fetch(`${server.url}/api/v1/health`)).json());
}

/** A sensor's end of a line: sends frames, gathers the answers that come whole. */
async function board(path: string) {
  const answers: Uint8Array[] = [];
  const parser = new SerialFrameParser();
  const line = new SerialLine({
    ...{ path, baud: 115_200, dataBits: 8, parity: 'none', retryMs: 10, retryMsMax: 50 },
    onBytes: (bytes) => answers.push(...parser.feed(bytes)),
  });
  closing.push(() => line.close());
  await until(() => line.isOpen);
  return { line, answers };
}

/** The simulated sensor from now back, so that its windows end in the past. */
function sensorOf(key?: Uint8Array, spanMs = HOUR_MS): BlinkSensor {
  const numbered = { sensorId: ID, ...(key === undefined ? {} : { key }) };
  const startMs = Date.now() - spanMs;
  return createBlinkSensor({ load: constantLoad(4_321), startMs, seed: 3, remember: true, numbered });
}

/** Plays a sensor on a line until `endMs` of its own time; each report waits for its answer, as the firmware does. */
async function play(
  sensor: BlinkSensor,
  of: { endMs: number; at: Awaited<ReturnType<typeof board>>; key?: Uint8Array },
): Promise<AnswerV2[]> {
  const told: AnswerV2[] = [];
  const { at, key } = of;
  while (sensor.nextMs <= of.endMs) {
    const event = sensor.take();
    if (event.kind !== 'report') continue;
    const before = at.answers.length;
    await at.line.write(encodeSerialFrame(event.bytes));
    await until(() => at.answers.length > before);
    const answer = at.answers[before] ?? assert.fail('an answer');
    sensor.replied(event.atMs, { report: event.bytes, answer });
    const proof =
      key === undefined
        ? undefined
        : { sign: (text: Uint8Array) => hmacSha256(key, text), reportTag: event.bytes.subarray(-TAG_BYTES) };
    const read = decodeAnswerV2(answer, proof);
    assert.ok(read.ok, read.ok ? '' : read.fault.message);
    told.push(read.value);
  }
  return told;
}

function countedWh(sensor: BlinkSensor, upTo: number): number {
  return sensor.windows.reduce((sum, { number, count }) => sum + (number <= upTo ? (count ?? 0) : 0), 0);
}

async function storedWh(server: RunningServer): Promise<number> {
  const answer = await fetch(`${server.url}/api/v1/series/1/total?from=1970-01-01&to=2100-01-01`);
  return ((await answer.json()) as { energyWh: number }).energyWh;
}

test('an hour of a sensor on a serial line is stored to the Wh, acknowledged and told the time', async () => {
  const pair = await PtyPair.open(root, 'hour');
  closing.push(() => pair.close());
  const server = await start([{ path: pair.left, name: 'cellar' }]);
  const at = await board(pair.right);
  await until(async () => (await health(server)).usb?.[0]?.isOpen === true);
  const sensor = sensorOf();
  const told = await play(sensor, { endMs: Date.now(), at });
  const last = told.at(-1) ?? assert.fail('answers');
  assert.ok(told.length > 200 && told.every(({ status }) => status === 'stored'));
  assert.ok(Math.abs(last.serverMs - Date.now()) < 60_000);
  const acknowledged = last.acknowledged ?? assert.fail('acknowledged');
  assert.equal(await storedWh(server), countedWh(sensor, acknowledged));
  assert.ok(countedWh(sensor, acknowledged) > 4_000);
  const { usb = [], sources } = await health(server);
  assert.deepEqual(
    usb.map(({ name, reports, answers, damaged, lastError }) => [name, reports, answers, damaged, lastError]),
    [['cellar', told.length, told.length, 0, null]],
  );
  assert.deepEqual(
    sources.map(({ sensorId, ways }) => [sensorId, ways.map(({ way }) => way)]),
    [[ID, ['usb/cellar']]],
  );
});

test('windows of the time without cable come after it, with the key proven both ways', async () => {
  const first = await PtyPair.open(root, 'pulled');
  const server = await start([{ path: first.left }]);
  const key = parseHex(addKey(server.folder, { id: ID }, Date.now())) ?? assert.fail('hexadecimal');
  const at = await board(first.right);
  await until(async () => (await health(server)).usb?.[0]?.isOpen === true);
  const sensor = sensorOf(key);
  const now = Date.now();
  const before = await play(sensor, { endMs: now - HOUR_MS / 2, at, key });
  await first.close();
  await until(async () => (await health(server)).usb?.[0]?.isOpen === false);
  assert.match((await health(server)).usb?.[0]?.lastError ?? '', /pulled/);
  // Nobody answers for a while: the sensor keeps what it counts.
  while (sensor.nextMs <= now - HOUR_MS / 4) sensor.take();
  const again = await PtyPair.open(root, 'pulled');
  closing.push(() => again.close());
  await until(async () => at.line.isOpen && (await health(server)).usb?.[0]?.isOpen === true);
  const after = await play(sensor, { endMs: now, at, key });
  assert.ok(before.length > 0 && after.length > 0);
  const acknowledged = after.at(-1)?.acknowledged ?? assert.fail('acknowledged');
  assert.equal(await storedWh(server), countedWh(sensor, acknowledged));
  const { usb = [], sources } = await health(server);
  assert.deepEqual([usb[0]?.opens, sources[0]?.authenticated, sources[0]?.windowsMissed], [2, true, 0]);
});

test('a damaged frame, a console and a version 1 report between reports take nothing away from them', async () => {
  const pair = await PtyPair.open(root, 'noise');
  closing.push(() => pair.close());
  const server = await start([{ path: pair.left, name: 'noise' }]);
  const at = await board(pair.right);
  await until(async () => (await health(server)).usb?.[0]?.isOpen === true);
  const sensor = sensorOf(undefined, 120_000);
  const broken = encodeSerialFrame(Uint8Array.of(0x19, 2, 3));
  broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
  await at.line.write(new Uint8Array(Buffer.from('*** Booting Zephyr ***\r\nkw> KKW')));
  await at.line.write(broken);
  const v1 = encodeReportV1({ sensorType: 0, uptimeS: 20, counts: [1, 2, 3] });
  await at.line.write(encodeSerialFrame(v1));
  const told = await play(sensor, { endMs: Date.now(), at });
  assert.ok(told.length > 3);
  assert.equal(at.answers.length, told.length, 'only reports are answered');
  const { usb = [], refused, sources } = await health(server);
  assert.equal(sources.length, 1);
  assert.ok((usb[0]?.damaged ?? 0) + (usb[0]?.skippedBytes ?? 0) > 30);
  assert.deepEqual(
    refused.map(({ code, count, lastMessage }) => [code, count, lastMessage.split(':')[0]]),
    [['report/version', 1, 'usb/noise']],
  );
});

test('acknowledged is only what is in the file', async () => {
  const pair = await PtyPair.open(root, 'grouped');
  closing.push(() => pair.close());
  const server = await start([{ path: pair.left }], HOUR_MS);
  const at = await board(pair.right);
  await until(async () => (await health(server)).usb?.[0]?.isOpen === true);
  const now = Date.now();
  const sensor = sensorOf(undefined, 60_000);
  const told = await play(sensor, { endMs: now - 15_000, at });
  assert.ok(told.length > 1 && told.every(({ acknowledged }) => acknowledged === null));
  server.store.flush();
  const [next] = await play(sensor, { endMs: now + 15_000, at });
  assert.ok((next?.acknowledged ?? -1) >= 0);
});

test('a sensor that is plugged in is found by what it is, once', async () => {
  const folder = mkdtempSync(join(root, 'dev-'));
  const [found, named, other] = await Promise.all(
    ['found', 'named', 'other'].map((name) => PtyPair.open(folder, name)),
  );
  assert.ok(found && named && other);
  for (const pair of [found, named, other]) closing.push(() => pair.close());
  const byId = join(folder, 'serial/by-id');
  mkdirSync(byId, { recursive: true });
  const dataDir = mkdtempSync(join(root, 'data-'));
  const store = openSqliteStore({ folder: dataDir, clock: systemClock, groupMs: 0 });
  const keys = new KeyRing(dataDir, assert.fail);
  const clock = systemClock;
  const ingest = new Ingest({ store, clock, keys, mappings: [], requireKeys: false });
  const sensors = await UsbSensors.open({
    ...{ config: [{ path: 'auto' }, { path: named.left, name: 'mine' }], ingest, clock },
    ...{ log: () => {}, deviceFolder: folder, lookMs: 10 },
  });
  closing.push(async () => {
    await sensors.close();
    store.close();
  });
  symlinkSync(other.left, join(byId, 'usb-FTDI_TIC_dongle-if00'));
  symlinkSync(named.left, join(byId, 'usb-Kilowink_Kilowink_optical_sensor_1-if00'));
  symlinkSync(found.left, join(byId, 'usb-Kilowink_Kilowink_optical_sensor_2-if00'));
  const open = () => (sensors.health.usb ?? []).filter(({ isOpen }) => isOpen).map(({ name }) => name);
  await until(() => open().length === 2);
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.deepEqual(open().sort(), ['mine', 'usb-Kilowink_Kilowink_optical_sensor_2-if00']);
  assert.equal(sensors.health.usb?.length, 2);
  const at = await board(found.right);
  const told = await play(sensorOf(undefined, 60_000), { endMs: Date.now(), at });
  assert.ok(told.length > 1 && told.every(({ status }) => status === 'stored'));
});
