import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { encodeReportV2 } from '@kilowink/core/report';
import mqtt from 'mqtt';
import { TruthSite } from '../truth/testing.ts';

const ID = '00112233aabbccdd';
const WINDOW_MS = 5_000;

const closing: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const close of closing.reverse()) await close();
});

/** Forty windows of 3 Wh, the last of which has just ended. */
async function report(site: TruthSite): Promise<void> {
  const windows = Array.from({ length: 40 }, () => ({ count: 3, lastFlashMs: 1_000 }));
  const bytes = encodeReportV2({
    ...{ sensorId: ID, bootId: 7, newestNumber: 39, oldestNumber: 0, windowMs: WINDOW_MS, batteryMv: null },
    ...{ cumulativeCount: 120, ageMs: 100, firmware: { major: 1, minor: 0, patch: 0 } },
    light: { baselineMv: 400, amplitudeMv: 650, noise100Uv: 20, state: 'good' },
    windows,
  });
  const answer = await fetch(`${site.server.url}/sensor/report`, {
    method: 'POST',
    body: Buffer.from(bytes),
  });
  assert.equal(answer.status, 200);
  await answer.arrayBuffer();
}

test('what Home Assistant is told of a sensor follows corrections, down and up again', async () => {
  const site = await TruthSite.open({
    store: { groupMs: 0 },
    mqtt: { broker: { enabled: true, port: 0, host: '127.0.0.1' } },
    homeAssistant: { enabled: true, minIntervalMs: 0, maxIntervalMs: 3_600_000 },
  });
  closing.push(() => site[Symbol.asyncDispose]());
  const port = site.server.mqttListeners[0]?.port ?? assert.fail('a broker');
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`);
  closing.push(() => client.endAsync());
  const said: { energy: string[]; power: string[] } = { energy: [], power: [] };
  let discovery = '';
  let wake = () => {};
  client.on('message', (topic, payload) => {
    const [, device, , key] = topic.split('/');
    if (device === ID && (key === 'energy' || key === 'power')) said[key].push(payload.toString());
    if (topic.startsWith('homeassistant/device/')) discovery = payload.toString();
    wake();
  });
  const until = async (condition: () => boolean) => {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  await client.subscribeAsync(['kilowink/#', 'homeassistant/#'], { qos: 1 });
  await report(site);
  await until(() => said.energy.length === 1 && said.power.length === 1 && discovery !== '');
  assert.deepEqual([said.energy, said.power], [['120'], ['2160']]);
  // A total that may fall is no total_increasing: Home Assistant would take the fall for a new meter.
  assert.equal(JSON.parse(discovery).cmps.energy.state_class, 'total');
  await site.login();
  const [series] = site.store.listSeries();
  const lastMs = series?.lastMs ?? assert.fail('a series');
  const corrections = `/series/${series?.id}/corrections`;
  const bad = { from: lastMs - 20 * WINDOW_MS, to: lastMs - 10 * WINDOW_MS, kind: 'bad' };
  await site.post(corrections, bad);
  await until(() => said.energy.length === 2);
  const scale = { from: lastMs - 10 * WINDOW_MS, to: lastMs, kind: 'scale', factor: 2 };
  await site.post(corrections, scale);
  await until(() => said.energy.length === 3);
  await site.delete(`${corrections}/1`);
  await until(() => said.energy.length === 4);
  assert.deepEqual(said.energy, ['120', '90', '120', '150']);
  assert.equal(said.power.at(-1), '4320', 'the power of a minute of which most is scaled');
});
