import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseImage } from '@kilowink/core/image';
import {
  imageErase,
  imageSetState,
  imageState,
  osEcho,
  osReset,
  settingsRead,
  shellExecute,
  statisticsRead,
} from '@kilowink/core/smp';
import { type LinkFaults, LossyLink, noiseImage, SmpDevice, type SmpDeviceOptions } from '@kilowink/sim/smp';
import { PtyPair } from '../serial/testing.ts';
import { peerNowMs } from '../udp/peer-runner.ts';
import { UdpHost } from '../udp/udp-host.ts';
import { refusalBehind, SmpClient } from './client.ts';
import { downloadFile, uploadFile } from './files.ts';
import { SerialHost } from './serial-host.ts';
import { openSerialTransport } from './serial-transport.ts';
import { openUdpTransport } from './udp-transport.ts';
import { type UpdateOptions, updateFirmware } from './update.ts';
import { uploadImage } from './upload.ts';

const closers: (() => Promise<void>)[] = [];
const folder = mkdtempSync(join(tmpdir(), 'kilowink-smp-'));
after(async () => {
  for (const close of closers) await close();
  rmSync(folder, { recursive: true });
});

const oldImage = noiseImage('1.0.0', 20_000);
const newImage = noiseImage('1.1.0', 60_000);

function parsed(file: Uint8Array) {
  const image = parseImage(file);
  assert.ok(image.ok);
  return image.value;
}

async function host(options: Partial<SmpDeviceOptions> = {}, faults: LinkFaults = {}, seed = 1) {
  const fast = { slotBytes: 131_072, flash: { eraseSectorMs: 0.2, writeSectorMs: 0.2 }, serviceMs: 0.2 };
  const device = new SmpDevice({ startMs: peerNowMs(), image: oldImage, ...fast, ...options });
  const udp = await UdpHost.open(new LossyLink(device, faults, seed));
  closers.push(() => udp.close());
  const connect = async () => new SmpClient(await openUdpTransport('127.0.0.1', udp.port));
  const client = await connect();
  closers.push(() => client.close());
  // It starts first.
  await client.request(osEcho, { text: 'there?' }, { waitMs: 100, attempts: 50 });
  return { device, udp, client, connect };
}

test('a request is answered', async () => {
  const { client } = await host();
  assert.deepEqual(await client.request(osEcho, { text: 'hällo' }), { text: 'hällo' });
  assert.ok((client.roundTripMs ?? 0) > 0);
});

test('a refusal says group, code and meaning', async () => {
  const { client } = await host();
  const error = await client.request(statisticsRead, { name: 'none' }).catch((reason: unknown) => reason);
  assert.match(
    String(error),
    /refused statistics read: statistics 2 \(invalidGroup\): there is no such group/,
  );
  assert.deepEqual(refusalBehind(error), {
    ...{ group: 2, groupName: 'statistics', code: 2 },
    ...{ name: 'invalidGroup', meaning: 'there is no such group of counters' },
  });
});

test('an old device is asked in its own version', async () => {
  const { client } = await host({ version: 1 });
  assert.deepEqual(await client.request(osEcho, { text: 'x' }), { text: 'x' });
  await assert.rejects(client.request(settingsRead, { name: 'none' }), /smp 1 \(unknown\)/);
});

test('lost and doubled frames are met by asking again', async () => {
  const { client } = await host({}, { loss: 0.25, duplicate: 0.2, delayMs: 2, jitterMsMax: 5 });
  for (let count = 0; count < 40; count += 1) {
    const reply = await client.request(osEcho, { text: `${count}` }, { waitMs: 30, attempts: 30 });
    assert.equal(reply.text, `${count}`);
  }
  assert.ok(client.counters.repeated > 5);
  assert.ok(client.counters.strays > 0);
});

test('what may run twice only when it is asked twice is not sent again', async () => {
  const { client, device } = await host({}, { loss: 0 });
  const before = device.counters.requests;
  const reply = await client.request(shellExecute, { words: ['echo', 'one', 'two'] });
  assert.deepEqual(reply, { output: 'one two\n', exitCode: 0 });
  assert.equal(device.counters.requests, before + 1);
  const away = new SmpClient(await openUdpTransport('127.0.0.1', 9));
  closers.push(() => away.close());
  await assert.rejects(away.request(shellExecute, { words: ['x'] }, { waitMs: 20 }), /1 requests in/);
});

test('a device that is not there is an error with its name', async () => {
  const client = new SmpClient(await openUdpTransport('127.0.0.1', 9));
  closers.push(() => client.close());
  await assert.rejects(client.request(osEcho, { text: 'x' }, { waitMs: 10, attempts: 3 }), {
    code: 'smp/no-answer',
    message: /^udp:\/\/127\.0\.0\.1:9 did not answer os echo: 3 requests in/,
  });
  await assert.rejects(openUdpTransport('no-such-host.invalid'), { code: 'smp/transport' });
});

test('rubbish and answers of others are passed over', async () => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.on('message', (request, from) => {
    const sequence = request[6] ?? 0;
    const answers = [
      'ff',
      '0300000a00000000',
      `0b0000020000${hex(sequence + 1)}00bfff`,
      `0b0000020000${hex(sequence)}05bfff`,
    ];
    for (const answer of answers) socket.send(Buffer.from(answer, 'hex'), from.port, from.address);
    const right = `0b00000a0000${hex(sequence)}00bf61726568656c6c6fff`;
    socket.send(Buffer.from(right, 'hex'), from.port, from.address);
  });
  const client = new SmpClient(await openUdpTransport('127.0.0.1', socket.address().port));
  assert.deepEqual(await client.request(osEcho, { text: '?' }), { text: 'hello' });
  assert.deepEqual([client.counters.rubbish, client.counters.strays], [2, 2]);
  await client.close();
  await assert.rejects(client.request(osEcho, { text: '?' }), { code: 'smp/closed' });
  socket.close();
});

function hex(byte: number): string {
  return (byte & 0xff).toString(16).padStart(2, '0');
}

test('an upload over a bad network arrives byte by byte', async () => {
  const { client, device } = await host({}, { loss: 0.05, delayMs: 3, jitterMsMax: 2, duplicate: 0.02 });
  const progress: number[] = [];
  const onProgress = ({ doneBytes }: { doneBytes: number }) => void progress.push(doneBytes);
  const outcome = await uploadImage(client, newImage, { imageHash: parsed(newImage).hash, onProgress });
  assert.equal(outcome.doneBytes, newImage.length);
  assert.deepEqual(device.slots[1].bytes.slice(0, newImage.length), newImage);
  assert.equal(progress.at(-1), newImage.length);
});

test('an upload that was broken off goes on where it stopped', async () => {
  const { connect, device } = await host({}, { delayMs: 1 });
  const stopAt = async (bytes: number) => {
    const client = await connect();
    const stop = new AbortController();
    const onProgress = ({ doneBytes }: { doneBytes: number }) => {
      if (doneBytes >= bytes) stop.abort();
    };
    const upload = uploadImage(client, newImage, { onProgress, signal: stop.signal });
    await assert.rejects(upload, { name: 'AbortError' });
    await client.close();
  };
  for (const bytes of [10_000, 25_000, 40_000]) await stopAt(bytes);
  const client = await connect();
  const outcome = await uploadImage(client, newImage);
  await client.close();
  assert.ok(outcome.resumedBytes >= 40_000, `${outcome.resumedBytes}`);
  assert.ok(outcome.sentBytes < newImage.length - 38_000);
  assert.deepEqual(device.slots[1].bytes.slice(0, newImage.length), newImage);
});

test('an upload outlasts a device that is away for a while', async () => {
  const { client, device, udp } = await host({}, { delayMs: 1 });
  let isCut = false;
  const onProgress = ({ doneBytes }: { doneBytes: number }) => {
    if (isCut || doneBytes < 20_000) return;
    isCut = true;
    device.cutPower(peerNowMs());
    setTimeout(() => {
      device.powerOn(peerNowMs());
      udp.runner.plan();
    }, 1_500);
  };
  const outcome = await uploadImage(client, newImage, { onProgress });
  assert.ok(isCut && outcome.doneBytes === newImage.length);
  assert.deepEqual(device.slots[1].bytes.slice(0, newImage.length), newImage);
});

test('an image for another boot loader, or one not newer, is refused by the device', async () => {
  const { client } = await host();
  await assert.rejects(uploadImage(client, new Uint8Array(1_000)), /image 23 \(headerMagic\)/);
  await assert.rejects(uploadImage(client, oldImage, { upgradeOnly: true }), /image 27 \(runningIsNewer\)/);
});

function update(connect: UpdateOptions['connect'], more: Partial<UpdateOptions> = {}) {
  const steps: string[] = [];
  const onStep = (step: string) => {
    if (steps.at(-1) !== step) steps.push(step);
  };
  const outcome = updateFirmware({ connect, image: parsed(newImage), file: newImage, onStep, ...more });
  return { steps, outcome };
}

test('an update: upload, trial, restart, check, confirmation', async () => {
  const { connect, client, device } = await host();
  const { steps, outcome } = update(connect);
  const { kind, before, after } = await outcome;
  assert.deepEqual({ kind, before, after }, { kind: 'updated', before: '1.0.0', after: '1.1.0' });
  assert.deepEqual(steps, ['look', 'upload', 'test', 'reset', 'wait', 'verify', 'confirm', 'done']);
  assert.equal(device.version, '1.1.0');
  const again = await update(connect).outcome;
  assert.equal(again.kind, 'same');
  const { images } = await client.request(imageState, {});
  assert.ok(images[0]?.isConfirmed);
});

test('an update whose firmware does not stay up says that the old one is back', async () => {
  const { connect, device } = await host({ staysUp: (version) => version !== '1.1.0' });
  const { outcome } = update(connect, { isGood: async () => false });
  await assert.rejects(outcome, { code: 'smp/upload' });
  const startMs = performance.now();
  while (device.version !== '1.0.0' && performance.now() - startMs < 30_000) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal(device.version, '1.0.0');
});

test('an update that the power goes in is done by doing it again', async () => {
  const { connect, device, udp } = await host({}, { delayMs: 1 });
  let cuts = 0;
  const onProgress = ({ doneBytes }: { doneBytes: number }) => {
    if (cuts > 0 || doneBytes < 20_000) return;
    cuts += 1;
    device.cutPower(peerNowMs());
    device.powerOn(peerNowMs());
    udp.runner.plan();
  };
  const { outcome } = update(connect, { onProgress });
  assert.equal((await outcome).kind, 'updated');
  assert.equal(cuts, 1);
  assert.equal(device.version, '1.1.0');
});

test('an image that is pending gives way to another', async () => {
  const { connect, client, device } = await host();
  const other = noiseImage('1.0.5', 30_000);
  await uploadImage(client, other);
  await client.request(imageSetState, { hash: parsed(other).hash, confirm: false });
  await assert.rejects(client.request(imageErase, {}), /badState/);
  // The device does not erase what is pending: it has to be tried first.
  await assert.rejects(update(connect).outcome, /noFreeSlot/);
  await client.request(osReset, {});
  const running = async () =>
    (await client.request(imageState, {}, { waitMs: 100, attempts: 100 })).images[0];
  while ((await running())?.version !== '1.0.5') await new Promise((resolve) => setTimeout(resolve, 50));
  await client.request(imageSetState, { confirm: true });
  assert.equal((await update(connect).outcome).before, '1.0.5');
  assert.equal(device.version, '1.1.0');
});

test('files go there and back', async () => {
  const { client } = await host({ bufferBytes: 256 }, { loss: 0.02 });
  const content = Uint8Array.from({ length: 5_000 }, (_, at) => at & 0xff);
  const done: number[] = [];
  await uploadFile(client, '/lfs/a', { content, onProgress: (bytes) => void done.push(bytes) });
  assert.equal(done.at(-1), 5_000);
  assert.deepEqual(await downloadFile(client, '/lfs/a'), content);
  await uploadFile(client, '/lfs/empty', { content: new Uint8Array(0) });
  assert.equal((await downloadFile(client, '/lfs/empty')).length, 0);
  await assert.rejects(downloadFile(client, '/lfs/none'), /files 3 \(notFound\)/);
});

test('over a serial console among printed lines', async () => {
  const pair = await PtyPair.open(folder, 'console');
  closers.push(() => pair.close());
  const device = new SmpDevice({
    startMs: peerNowMs(),
    image: oldImage,
    slotBytes: 65_536,
    bufferBytes: 512,
  });
  const serial = new SerialHost(device, pair.left);
  closers.push(() => serial.close());
  const transport = await openSerialTransport(pair.right);
  const client = new SmpClient(transport);
  closers.push(() => client.close());
  const printed: string[] = [];
  transport.onText?.((text) => printed.push(Buffer.from(text).toString('latin1')));
  await client.request(osEcho, { text: 'there?' }, { waitMs: 200, attempts: 20 });
  const image = noiseImage('1.2.0', 12_000);
  const chatter = setInterval(() => serial.print('<inf> light: 12 mV'), 20);
  const outcome = await uploadImage(client, image);
  clearInterval(chatter);
  assert.equal(outcome.doneBytes, 12_000);
  assert.deepEqual(device.slots[1].bytes.slice(0, 12_000), image);
  assert.ok(printed.includes('<inf> light: 12 mV'));
});
