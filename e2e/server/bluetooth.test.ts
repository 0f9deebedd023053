// The whole way by Bluetooth: a simulated sensor on air, a dongle at a (pseudo) serial port that noble drives, a gateway
// that publishes to the embedded broker, and the real server.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import mqtt from 'mqtt';
import type { HealthInfo } from '../../packages/api/src/index.ts';
import { toHex } from '../../packages/core/src/bytes/index.ts';
import { Dongle } from '../../packages/link/src/ble/testing.ts';
import { type RunningServer, startServer, systemClock } from '../../packages/server/src/app/index.ts';
import { loadConfig } from '../../packages/server/src/config/index.ts';
import { addKey } from '../../packages/server/src/keys/index.ts';
import { Broadcaster } from '../../packages/sim/src/advert/index.ts';
import { constantLoad } from '../../packages/sim/src/load/index.ts';
import { openSqliteStore } from '../../packages/store/src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'kilowink-bluetooth-'));
const closing: (() => Promise<unknown> | unknown)[] = [];
after(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

const ADDRESS = 'c0:de:00:00:00:01';
const SENSOR = '00112233aabbccdd';

async function health(url: string): Promise<HealthInfo> {
  const response = await fetch(`${url}/api/v1/health`);
  return (await response.json()) as HealthInfo;
}

async function until<T>(look: () => Promise<T | null | undefined | false>, what: string): Promise<T> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    assert.ok(performance.now() < deadline, `${what} within 20 s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function start(name: string, extra: Record<string, unknown>): Promise<RunningServer> {
  const given = { dataDir: join(folder, name), port: 0, host: '127.0.0.1', ...extra };
  const options = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, { value, flag: 'test' }]),
  );
  const { config } = loadConfig({ env: { XDG_CONFIG_HOME: folder }, options });
  const store = openSqliteStore({ folder: config.dataDir, clock: systemClock, groupMs: 200 });
  const server = await startServer({ config, store, version: 'test' });
  closing.push(() => server.close());
  return server;
}

test('a sensor on air is heard by a dongle and a gateway, and is one', async () => {
  const dongle = await Dongle.plugIn(folder, { isExtended: true, isCoded: true });
  closing.push(() => dongle.unplug());
  mkdirSync(join(folder, 'both'));
  const key = Buffer.from(addKey(join(folder, 'both'), { id: SENSOR, name: 'Meter' }, 0), 'hex');
  const server = await start('both', {
    bluetooth: { enabled: true, adapter: dongle.path },
    mqtt: { broker: { enabled: true, host: '127.0.0.1', port: 0 } },
  });
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${server.mqttListeners[0]?.port}`);
  closing.push(() => client.endAsync());
  await until(async () => dongle.controller.scan.isOn, 'scanning');

  const from = new Broadcaster({
    ...{ form: 'version2', address: ADDRESS, sensorId: SENSOR, key, seed: 2, intervalMs: 1_000 },
    load: constantLoad(3_600),
    startMs: Date.now() - 600_000,
  });
  let last = from.take();
  while (from.nextMs < Date.now()) last = from.take();
  dongle.hear({ ...last.advert, phy: 'coded', rssiDbm: -77 });
  const id = ADDRESS.toUpperCase();
  const manufacturerdata = toHex(last.advert.data.subarray(5));
  const payload = JSON.stringify({ id, mac_type: 1, manufacturerdata, rssi: -60 });
  await client.publishAsync('home/cellar/BTtoMQTT/C0DE00000001', payload, { qos: 1 });

  const sensor = await until(async () => {
    const found = (await health(server.url)).sources.find(({ sensorId }) => sensorId === SENSOR);
    return found !== undefined && found.ways.length === 2 && found;
  }, 'both ways');
  assert.deepEqual(
    sensor.ways.map(({ way, rssiDbm }) => [way, rssiDbm]),
    [
      ['mqtt/cellar', -60],
      ['bluetooth/dongle-left', -77],
    ],
  );
  assert.deepEqual([sensor.authenticated, sensor.windowsNew, sensor.name], [true, 90, 'Meter']);
  const { bluetooth } = await health(server.url);
  assert.deepEqual([bluetooth?.adapter?.state, bluetooth?.adapter?.isCoded], ['scanning', true]);
});

test('without an adapter the server runs, and says why and what to do', async () => {
  const server = await start('none', { bluetooth: { enabled: true, adapter: join(folder, 'ttyACM9') } });
  const obstacle = await until(
    async () => (await health(server.url)).bluetooth?.adapter?.obstacle,
    'the obstacle',
  );
  assert.equal(obstacle.code, 'noAdapter');
  assert.match(obstacle.advice, /Plug/);
});
