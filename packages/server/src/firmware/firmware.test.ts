import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { eventsAnswer, type FirmwareRun, firmwareInfo, firmwareRun, IMAGE_BYTES_MAX } from '@kilowink/api';
import { buildImage } from '@kilowink/core/image';
import { fastSha256, generateKeyPair, signerOf } from '@kilowink/link/firmware';
import { peerNowMs } from '@kilowink/link/udp';
import { noiseImage } from '@kilowink/sim/smp';
import { type CareServer, startCare, TestSensor } from './testing.ts';

const root = mkdtempSync(join(tmpdir(), 'kilowink-firmware-'));
const closers: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closers.reverse()) await close();
  rmSync(root, { recursive: true });
});

const FILE = noiseImage('1.1.0', 60_000);

async function sensors(...ids: string[]): Promise<TestSensor[]> {
  const opened = await Promise.all(ids.map((id) => TestSensor.open(id)));
  closers.push(...opened.map((sensor) => () => sensor.close()));
  return opened;
}

async function start(of: readonly TestSensor[], given: Parameters<typeof startCare>[2] = {}) {
  const server = await startCare(root, of, given);
  let isClosed = false;
  const close = async () => {
    if (!isClosed) await server.close();
    isClosed = true;
  };
  closers.push(close);
  for (const sensor of of) await sensor.reportTo(server.url);
  return { ...server, close };
}

async function upload(server: CareServer, file: Uint8Array = FILE): Promise<string> {
  const { status, answer } = await server.ask('POST', '/firmware/images?name=blink.bin', file);
  assert.equal(status, 200, JSON.stringify(answer));
  return String(answer['hash']);
}

const source = ({ id }: TestSensor) => `optical/${id}`;

function update(server: CareServer, image: string, of: readonly TestSensor[]) {
  return server.ask('POST', '/firmware/update', { image, sensors: of.map(source) });
}

async function run(server: CareServer): Promise<FirmwareRun> {
  const { answer } = await server.ask('GET', '/firmware');
  const [first] = firmwareInfo.parse(answer).runs;
  assert.ok(first);
  return first;
}

async function until(server: CareServer, isSo: (run: FirmwareRun) => boolean): Promise<FirmwareRun> {
  const endMs = performance.now() + 60_000;
  for (;;) {
    const state = await run(server);
    if (isSo(state)) return state;
    assert.ok(performance.now() < endMs, `never came: ${JSON.stringify(state)}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

const ended = (server: CareServer) => until(server, ({ state }) => state !== 'running');
const statesOf = ({ sensors: each }: FirmwareRun) => each.map(({ state }) => state);

test('sensors are updated in turn, each confirmed once it has reported', async () => {
  const both = await sensors('house', 'garage');
  const server = await start(both);
  const image = await upload(server);
  const started = await update(server, image, both);
  assert.equal(firmwareRun.parse(started.answer).state, 'running');
  assert.equal((await update(server, image, both)).answer['code'], 'firmware/busy');
  assert.equal((await server.ask('DELETE', `/firmware/images/${image}`)).answer['code'], 'firmware/in-use');
  const done = await ended(server);
  assert.deepEqual([done.state, ...statesOf(done)], ['done', 'updated', 'updated']);
  const [house, garage] = done.sensors;
  assert.deepEqual([house?.before, house?.after], ['1.0.0', '1.1.0']);
  assert.ok((house?.endedMs ?? 0) <= (garage?.startedMs ?? 0), 'one after the other');
  for (const { device } of both) {
    assert.equal(device.version, '1.1.0');
    assert.ok(device.slots[0].trailer.imageOk, 'confirmed');
  }
  const events = eventsAnswer.parse((await server.ask('GET', '/events?kind=firmwareUpdate')).answer).events;
  assert.deepEqual(
    events.map(({ data }) => [data['from'], data['to'], data['outcome']]),
    [
      ['1.0.0', '1.1.0', 'updated'],
      ['1.0.0', '1.1.0', 'updated'],
    ],
  );
  await update(server, image, both);
  assert.deepEqual(statesOf(await ended(server)), ['same', 'same']);
});

test('firmware that does not report is taken back, and nobody else gets it', async () => {
  const all = await sensors('canary', 'second', 'third');
  const [canary, ...others] = all;
  const server = await start(all, { reportMsMax: 1_000 });
  if (canary !== undefined) canary.isReporting = (version) => version === '1.0.0';
  const image = await upload(server);
  await update(server, image, all);
  const failed = await ended(server);
  assert.deepEqual([failed.state, ...statesOf(failed)], ['failed', 'failed', 'skipped', 'skipped']);
  assert.equal(failed.sensors[0]?.error?.code, 'firmware/no-report');
  const endMs = performance.now() + 10_000;
  while (canary?.device.version !== '1.0.0' && performance.now() < endMs)
    await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(canary?.device.version, '1.0.0');
  for (const { device } of others) assert.equal(device.counters.requests, 0);
});

test('firmware that does not stay up goes back by itself, and that is told', async () => {
  const canary = await TestSensor.open('weak', { staysUp: (version) => version !== '1.1.0' });
  closers.push(() => canary.close());
  canary.isReporting = (version) => version === '1.0.0';
  const others = await sensors('strong');
  const server = await start([canary, ...others]);
  await update(server, await upload(server), [canary, ...others]);
  const failed = await ended(server);
  assert.deepEqual([failed.state, ...statesOf(failed)], ['failed', 'failed', 'skipped']);
});

test('a file that is none, damaged or too long is refused with its reason', async () => {
  const server = await start([]);
  const refuse = async (file: Uint8Array, code: string, reason: RegExp) => {
    const { status, answer } = await server.ask('POST', '/firmware/images?name=x.bin', file);
    assert.ok(status >= 400);
    assert.equal(answer['code'], code);
    assert.match(String(answer['detail']), reason);
  };
  await refuse(new Uint8Array(100), 'firmware/image', /x\.bin is refused: .* not made for MCUboot/);
  const damaged = FILE.slice();
  damaged[5_000] = (damaged[5_000] ?? 0) ^ 1;
  await refuse(damaged, 'firmware/image', /the file is damaged/);
  await refuse(FILE.subarray(0, 30_000), 'firmware/image', /cut short/);
  await refuse(new Uint8Array(IMAGE_BYTES_MAX + 1), 'http/request', /too large/);
  assert.deepEqual(firmwareInfo.parse((await server.ask('GET', '/firmware')).answer).images, []);
});

test('with a key, only what is signed with it is taken', async () => {
  const own = generateKeyPair('ed25519');
  const other = generateKeyPair('ecdsa-p256');
  const folder = mkdtempSync(join(root, 'keys-'));
  mkdirSync(join(folder, 'firmware/keys'), { recursive: true });
  writeFileSync(join(folder, 'firmware/keys/own.pem'), own.publicPem);
  const server = await start([], { folder });
  const signed = (pem: string | null) =>
    buildImage(
      new Uint8Array(3_000).fill(7),
      {
        ...{ version: { major: 2, minor: 0, revision: 0, build: 0 }, headerBytes: 512 },
        ...{ hasHeaderRoom: false, digest: fastSha256 },
      },
      pem === null ? null : signerOf(pem),
    );
  const right = await server.ask('POST', '/firmware/images?name=own.bin', signed(own.privatePem));
  assert.deepEqual([right.status, right.answer['signature']], [200, 'right']);
  for (const [file, reason] of [
    [signed(other.privatePem), /signed with another key/],
    [signed(null), /it is not signed/],
  ] as const) {
    const { answer } = await server.ask('POST', '/firmware/images?name=other.bin', file);
    assert.equal(answer['code'], 'firmware/signature');
    assert.match(String(answer['detail']), reason);
  }
});

test('a sensor that is lost in between is told as that, and goes on at the next try', async () => {
  const [sensor] = await sensors('far');
  assert.ok(sensor);
  const server = await start([sensor]);
  const image = await upload(server, noiseImage('1.1.0', 100_000));
  await update(server, image, [sensor]);
  await until(server, ({ sensors: [first] }) => first?.step === 'upload');
  sensor.device.cutPower(peerNowMs());
  await server.ask('DELETE', '/firmware/update');
  const cancelled = await ended(server);
  assert.deepEqual([cancelled.state, ...statesOf(cancelled)], ['cancelled', 'cancelled']);
  sensor.device.powerOn(peerNowMs());
  sensor.host.runner.plan();
  await update(server, image, [sensor]);
  assert.deepEqual(statesOf(await ended(server)), ['updated']);
});

test('a server that ends in the middle leaves a log that says so', async () => {
  const both = await sensors('first', 'next');
  const server = await start(both);
  const [first] = both;
  const image = await upload(server, noiseImage('1.1.0', 100_000));
  await update(server, image, both);
  await until(server, ({ sensors: [each] }) => each?.step === 'upload');
  // The file as a power cut would have left it.
  const cut = readFileSync(join(server.folder, 'firmware/log.json'));
  await server.close();
  const closed = JSON.parse(readFileSync(join(server.folder, 'firmware/log.json'), 'utf8')) as {
    runs: FirmwareRun[];
  };
  assert.deepEqual(closed.runs.flatMap(statesOf), ['interrupted', 'skipped']);
  writeFileSync(join(server.folder, 'firmware/log.json'), cut);
  const again = await start(both, { folder: server.folder });
  const left = await run(again);
  assert.deepEqual([left.state, ...statesOf(left)], ['interrupted', 'interrupted', 'skipped']);
  assert.equal(left.sensors[0]?.step, 'upload');
  assert.equal(first?.device.version, '1.0.0');
});

test('nobody but the administrator sees or changes anything', async () => {
  const server = await start([]);
  for (const [method, path] of [
    ['GET', '/firmware'],
    ['POST', '/firmware/images'],
    ['POST', '/firmware/update'],
    ['DELETE', '/firmware/update'],
    ['DELETE', `/firmware/images/${'0'.repeat(64)}`],
  ] as const) {
    const response = await fetch(`${server.url}/api/v1${path}`, { method });
    assert.equal(response.status, 401, `${method} ${path}`);
  }
});

test('what can not be begun is told before anything is done', async () => {
  const server = await start([], { extra: { sensors: [{ id: 'shy', sensorId: '0011223344556677' }] } });
  const image = await upload(server);
  const code = async (body: unknown) => (await server.ask('POST', '/firmware/update', body)).answer['code'];
  assert.equal(await code({ image, sensors: ['optical/none'] }), 'firmware/no-sensor');
  assert.equal(await code({ image, sensors: ['optical/shy'] }), 'firmware/no-device');
  assert.equal(await code({ image: 'f'.repeat(64), sensors: ['optical/shy'] }), 'firmware/no-image');
  assert.equal(await code({ image, sensors: [] }), 'query/invalid');
  assert.equal((await server.ask('DELETE', '/firmware/update')).answer['code'], 'firmware/none-running');
  assert.equal((await server.ask('DELETE', `/firmware/images/${image}`)).status, 200);
});
