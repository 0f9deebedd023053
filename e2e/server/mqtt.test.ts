// Gateways over real MQTT: the embedded broker and a real Mosquitto, either of which is killed in between.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { eventsAnswer, healthInfo, type MeterInfo, meterInfo, meterList } from '@kilowink/api';
import mqtt, { type MqttClient } from 'mqtt';
import { encodeGatewayMessage } from '../../packages/core/src/gateway/index.ts';
import { SerialLine } from '../../packages/link/src/serial/index.ts';
import { PtyPair } from '../../packages/link/src/serial/testing.ts';
import { type RunningServer, startServer, systemClock } from '../../packages/server/src/app/index.ts';
import { loadConfig } from '../../packages/server/src/config/index.ts';
import { constantLoad } from '../../packages/sim/src/load/index.ts';
import { createTicLine, createTicMeter } from '../../packages/sim/src/tic/index.ts';
import { openSqliteStore } from '../../packages/store/src/index.ts';
import { Mosquitto } from '../lib/mosquitto.ts';

const root = mkdtempSync(join(tmpdir(), 'kilowink-mqtt-'));
const closing: (() => Promise<unknown> | unknown)[] = [];
after(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(root, { recursive: true });
});

async function startKilowink(folder: string, extra: Record<string, unknown>, groupMs = 200) {
  const given = { dataDir: folder, port: 0, host: '127.0.0.1', store: { groupMs }, ...extra };
  const options = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, { value, flag: 'test' }]),
  );
  const { config } = loadConfig({ env: { XDG_CONFIG_HOME: root }, options });
  const store = openSqliteStore({ folder, clock: systemClock, groupMs });
  const server = await startServer({ config, store, version: 'test' });
  let isOpen = true;
  const close = async () => {
    if (isOpen) await server.close();
    isOpen = false;
  };
  closing.push(close);
  return { ...server, close };
}

async function get<T>(server: RunningServer, path: string, schema: { parse(value: unknown): T }): Promise<T> {
  return schema.parse(await (await fetch(`${server.url}/api/v1${path}`)).json());
}

async function energyOf(server: RunningServer, source: string): Promise<number> {
  const { series } = (await (await fetch(`${server.url}/api/v1/series`)).json()) as {
    series: { id: number; source: string; quantity: string }[];
  };
  const { id } = series.find((each) => each.source === source && each.quantity === 'energy') ?? { id: 0 };
  const answer = await fetch(`${server.url}/api/v1/series/${id}/total?from=1970-01-01&to=2100-01-01`);
  return ((await answer.json()) as { energyWh: number }).energyWh;
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 30));
}

/** Frames are half a second apart, and 3 Wh. */
const STARTED = Date.now();
const FRAME_MS = 500;

function frame(sequence: number, groups: Record<string, string> = {}) {
  const indexWh = String(1_000_000 + sequence * 3).padStart(9, '0');
  const all = {
    ...{ ADCO: '061964123456', OPTARIF: 'BASE', ISOUSC: '30', BASE: indexWh, PTEC: 'TH..' },
    ...{ IINST: '004', IMAX: '090', PAPP: '00900', HHPHC: 'A', MOTDETAT: '000000', ...groups },
  };
  const of = { boot: 7, sequence, ageMs: 0, atMs: STARTED + sequence * FRAME_MS, state: 'complete' as const };
  return Buffer.from(encodeGatewayMessage({ ...of, groups: all, vitals: { rssiDbm: -60 }, past: null }));
}

async function connect(url: string, id: string): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, { clientId: id, clean: false, reconnectPeriod: 50 });
  client.on('error', () => {});
  closing.push(() => client.end(true));
  return client;
}

test('a gateway on the embedded broker is a meter, and its overload is on the page within 2 s', async () => {
  const server = await startKilowink(mkdtempSync(join(root, 'data-')), {
    mqtt: { broker: { enabled: true, host: '127.0.0.1', port: 0 } },
  });
  const gateway = await connect(`mqtt://127.0.0.1:${server.mqttListeners[0]?.port}`, 'winky');
  const live = await fetch(`${server.url}/api/v1/live`);
  const reader = live.body?.getReader() ?? assert.fail('a stream');
  closing.push(() => reader.cancel());
  for (let sequence = 0; sequence < 5; sequence += 1) {
    for (let again = 0; again < 2; again += 1) {
      await gateway.publishAsync('kilowink/cellar/tic', frame(sequence), { qos: 1 });
    }
  }
  await gateway.publishAsync('kilowink/cellar/tic', '{"v":9}', { qos: 1 });
  const sentMs = performance.now();
  gateway.publish('kilowink/cellar/tic', frame(5, { ADPS: '032', PAPP: '07360' }), { qos: 1 });
  let text = '';
  const decoder = new TextDecoder();
  while (!text.includes('"overload":{')) text += decoder.decode((await reader.read()).value);
  assert.ok(performance.now() - sentMs < 2_000);
  const shown = [...text.matchAll(/event: meter\ndata: (.*)\n/g)].map((match) =>
    meterInfo.parse(JSON.parse(match[1] ?? '')),
  );
  assert.equal(shown.at(-1)?.overload?.overCurrentA, 32);
  const { meters } = await get(server, '/meters', meterList);
  const meter: MeterInfo = meters[0] ?? assert.fail('a meter');
  assert.deepEqual(
    [meter.id, meter.serialEnd, meter.apparentPowerVa, meter.repeated],
    ['cellar', '3456', 7_360, 5],
  );
  const { mqtt: health } = await get(server, '/health', healthInfo);
  assert.deepEqual(
    health?.refused.map(({ code }) => code),
    ['tic/message-version'],
  );
  await gateway.endAsync();
  await server.close();
});

test('Mosquitto and the server are killed in turn: what was acknowledged is there, and once', async () => {
  const folder = mkdtempSync(join(root, 'broker-'));
  const data = mkdtempSync(join(root, 'data-'));
  const broker = await Mosquitto.start(folder);
  closing.push(() => broker.stop());
  const extra = { mqtt: { url: broker.url } };
  let server = await startKilowink(data, extra);
  const isConnected = async () =>
    (await get(server, '/health', healthInfo)).mqtt?.external?.connected === true;
  await until(isConnected);
  const gateway = await connect(broker.url, 'winky');
  const send = (from: number, to: number) =>
    Promise.all(
      Array.from({ length: to - from }, (_, at) =>
        gateway.publishAsync('kilowink/cellar/tic', frame(from + at), { qos: 1 }),
      ),
    );
  const hasTaken = (sequence: number) => async () => {
    const { meters } = await get(server, '/meters', meterList);
    return meters[0]?.totalIndexWh === 1_000_000 + sequence * 3;
  };
  await send(0, 60);
  await until(hasTaken(59));
  // The broker dies with messages on their way; the gateway sends what was not acknowledged again.
  const sent = send(60, 120);
  await broker.stop('SIGKILL');
  await broker.start();
  await sent;
  await until(hasTaken(119));
  // The server is away: the broker keeps its session.
  await server.close();
  await send(120, 150);
  server = await startKilowink(data, extra);
  await until(hasTaken(149));
  const { mqtt: health } = await get(server, '/health', healthInfo);
  assert.equal(health?.external?.version, 5);
  await until(async () => (await get(server, '/health', healthInfo)).mqtt?.waiting === 0);
  await server.close();
  server = await startKilowink(data, {});
  assert.equal(await energyOf(server, 'tic/cellar'), 149 * 3);
  await server.close();
});

test('what was acknowledged is there after a crash, though no group was written', async () => {
  const broker = await Mosquitto.start(mkdtempSync(join(root, 'broker-')));
  closing.push(() => broker.stop());
  const data = mkdtempSync(join(root, 'data-'));
  const extra = { mqtt: { url: broker.url } };
  const first = await startKilowink(data, extra, 3_600_000);
  const mqttOf = async () => (await get(first, '/health', healthInfo)).mqtt;
  await until(async () => (await mqttOf())?.external?.connected === true);
  const gateway = await connect(broker.url, 'winky');
  for (const sequence of [1, 2]) {
    await gateway.publishAsync('kilowink/cellar/tic', frame(sequence), { qos: 1 });
  }
  await until(async () => (await mqttOf())?.taken === 2 && (await mqttOf())?.waiting === 0);
  // The files as they are now are what a crash would leave.
  const crashed = mkdtempSync(join(root, 'data-'));
  cpSync(data, crashed, { recursive: true });
  await first.close();
  const second = await startKilowink(crashed, extra);
  const meter = (await get(second, '/meters', meterList)).meters[0];
  assert.deepEqual([meter?.totalIndexWh, meter?.frames], [1_000_006, 2]);
  await second.close();
  const third = await startKilowink(crashed, {});
  assert.equal(await energyOf(third, 'tic/cellar'), 3);
  await third.close();
});

test('Home Assistant finds the meter at the embedded broker, and again when it starts', async () => {
  const server = await startKilowink(mkdtempSync(join(root, 'data-')), {
    mqtt: { broker: { enabled: true, host: '127.0.0.1', port: 0 } },
    homeAssistant: { enabled: true },
  });
  const url = `mqtt://127.0.0.1:${server.mqttListeners[0]?.port}`;
  const gateway = await connect(url, 'winky');
  await gateway.publishAsync('kilowink/cellar/tic', frame(1), { qos: 1 });
  const home = await connect(url, 'home');
  const heard = new Map<string, string>();
  home.on('message', (topic, payload) => heard.set(topic, payload.toString()));
  await home.subscribeAsync(['homeassistant/#', 'kilowink/+/status', 'kilowink/+/state/#'], { qos: 1 });
  await until(() => heard.has('homeassistant/device/kilowink_cellar/config'));
  assert.equal(heard.get('kilowink/server/status'), 'online');
  assert.equal(heard.has('kilowink/cellar/state/energy'), false, 'values are not kept');
  await home.publishAsync('homeassistant/status', 'online', { qos: 1 });
  await until(() => heard.get('kilowink/cellar/state/energy') === '1000003');
  assert.equal(heard.get('kilowink/cellar/state/overload'), 'OFF');
  await server.close();
});

test('a dongle on the server is a meter, and what it said is remembered over a restart', async () => {
  const folder = mkdtempSync(join(root, 'tty-'));
  const pair = await PtyPair.open(folder, 'dongle');
  closing.push(() => pair.close());
  const data = mkdtempSync(join(root, 'data-'));
  const extra = { tic: [{ id: 'main', name: 'Linky', path: pair.left }] };
  let server = await startKilowink(data, extra);
  const startMs = Date.now();
  const meter = createTicMeter({
    ...{ startMs, contract: 'offPeak', mode: 'historique', phases: 1, seed: 5 },
    load: constantLoad(4_000),
  });
  const line = createTicLine(meter, { seed: 5 });
  const wire = new SerialLine({ path: pair.right, baud: 1_200, dataBits: 8, parity: 'none' });
  closing.push(() => wire.close());
  const shown = async () => (await get(server, '/meters', meterList)).meters[0];
  const speak = async (frames: number) => {
    for (let at = 0; at < frames; at += 1) await wire.write(withParity(line.take().sent));
  };
  const isOpen = async () => (await get(server, '/health', healthInfo)).receivers?.[0]?.isOpen === true;
  await until(async () => wire.isOpen && (await isOpen()));
  await speak(4);
  await until(async () => (await shown())?.frames === 4);
  assert.deepEqual([(await shown())?.name, (await shown())?.way], ['Linky', 'serial']);
  await server.close();
  server = await startKilowink(data, extra);
  await until(isOpen);
  await speak(6);
  await until(async () => (await shown())?.frames === 6);
  // What it said before the restart is no news.
  const events = await get(server, '/events', eventsAnswer);
  assert.deepEqual(
    events.events.map(({ kind }) => kind),
    ['tariffPeriod'],
  );
  await server.close();
});

/** A port of 8 bits passes the parity bit on. */
function withParity(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => {
    let ones = 0;
    for (let bit = 0; bit < 7; bit += 1) ones += (byte >> bit) & 1;
    return ones % 2 === 1 ? byte | 0x80 : byte;
  });
}
