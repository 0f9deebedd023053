import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Advertisement } from '@kilowink/core/advert';
import { toHex } from '@kilowink/core/bytes';
import { AttServer } from '@kilowink/sim/advert';
import { bytesOf, readVectors } from '../../../../vectors/read-vectors.ts';
import { NUS_GATT, SMP_GATT } from './gatt-port.ts';
import { BleReceiver, type BleReceiverOptions } from './receiver.ts';
import { Dongle } from './testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'kilowink-ble-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const ALL = { isExtended: true, isCoded: true };
const ADDRESS = 'c0:de:00:00:00:01';
let dongles = 0;
const open: { close(): unknown }[] = [];
after(() => {
  for (const each of open) each.close();
});

async function plugIn(options: Parameters<typeof Dongle.plugIn>[1], name = `dongle${dongles}`) {
  dongles += 1;
  const dongle = await Dongle.plugIn(folder, options, name);
  open.push({ close: () => dongle.unplug() });
  return dongle;
}

function listen(dongle: { path: string }, more: Partial<BleReceiverOptions> = {}) {
  const heard: Advertisement[] = [];
  const receiver = new BleReceiver({
    ...{ adapter: dongle.path, baudRate: 1_000_000, dutyPercent: 100 },
    onAdvert: (advert) => heard.push(advert),
    retryMs: { min: 20, max: 100 },
    ...more,
  });
  open.unshift(receiver);
  return { heard, receiver };
}

async function until(condition: () => boolean, what: string): Promise<void> {
  // An adapter that goes in the middle of a command is noticed by its silence, after 25 s.
  const deadline = performance.now() + 60_000;
  while (!condition()) {
    assert.ok(performance.now() < deadline, `${what} within a minute`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const vectors = readVectors<{ name: string; kind: string; hex: string }>('vectors/advert/report.jsonl');
const adverts = vectors
  .filter(({ kind }) => kind.startsWith('report'))
  .map(
    ({ hex }, index): Advertisement => ({
      address: ADDRESS,
      addressType: 'random',
      rssiDbm: -60 - index,
      data: bytesOf(hex),
      phy: index % 2 === 0 ? '1M' : 'coded',
    }),
  );

function shown(advert: Advertisement) {
  return { ...advert, data: toHex(advert.data) };
}

test('advertisements of all kinds come through a controller’s events, long ones whole', async () => {
  const dongle = await plugIn(ALL);
  const { heard, receiver } = listen(dongle);
  await until(() => dongle.controller.scan.isOn, 'scanning');
  for (const advert of adverts) dongle.hear(advert);
  await until(() => heard.length === adverts.length, 'all heard');
  assert.deepEqual(heard.map(shown), adverts.map(shown));
  const { state, abilities, obstacle } = receiver.status;
  assert.deepEqual({ state, abilities, obstacle }, { state: 'scanning', abilities: ALL, obstacle: null });
  receiver.close();
  await dongle.unplug();
});

test('scanning is passive, on each PHY the controller has, and hides no repetition', async () => {
  for (const [abilities, phys] of [
    [ALL, [1, 3]],
    [{ isExtended: true, isCoded: false }, [1]],
    [{ isExtended: false, isCoded: false }, [1]],
  ] as const) {
    const dongle = await plugIn(abilities);
    const { heard, receiver } = listen(dongle);
    await until(() => dongle.controller.scan.isOn, 'scanning');
    const { scan } = dongle.controller;
    assert.deepEqual(
      scan.phys,
      phys.map((phy) => ({ phy, type: 0 })),
    );
    assert.deepEqual([scan.isExtended, scan.filtersDuplicates], [abilities.isExtended, false]);
    const short = adverts.find(({ data }) => data.length <= 31) ?? assert.fail('a short one');
    const legacy = { ...short, phy: '1M' } as const;
    for (let count = 0; count < 3; count += 1) dongle.hear(legacy);
    await until(() => heard.length === 3, 'each heard');
    receiver.close();
    await dongle.unplug();
  }
});

test('an adapter that is unplugged is heard again once it is back', async () => {
  const name = 'replugged';
  const lines: string[] = [];
  const first = await plugIn(ALL, name);
  const { heard, receiver } = listen(first, { log: (line) => lines.push(line) });
  const isHearing = ({ controller }: Dongle) => receiver.status.state === 'scanning' && controller.scan.isOn;
  await until(() => isHearing(first), 'scanning');
  await first.unplug();
  await until(() => receiver.status.state === 'waiting', 'the loss noticed');
  assert.match(receiver.status.obstacle?.advice ?? '', /\w/);
  const second = await plugIn(ALL, name);
  await until(() => isHearing(second), 'scanning again');
  second.hear(adverts[0] ?? assert.fail('an advertisement'));
  await until(() => heard.length === 1, 'heard again');
  assert.equal(receiver.status.restarts, 1);
  assert.ok(lines.length >= 3, lines.join('\n'));
  receiver.close();
  await second.unplug();
});

test('without an adapter it says so, and what to do', async () => {
  const lines: string[] = [];
  const { receiver } = listen({ path: join(folder, 'nothing') }, { log: (line) => lines.push(line) });
  await until(() => receiver.status.state === 'waiting', 'the lack noticed');
  assert.equal(receiver.status.obstacle?.code, 'noAdapter');
  await assert.rejects(receiver.connect({ address: ADDRESS, ...SMP_GATT }), { code: 'ble/unavailable' });
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(lines.length, 1, 'said once');
  receiver.close();
});

test('closing it leaves no handler of noble that ends the process', async () => {
  const before = process.listeners('SIGINT').length;
  const dongle = await plugIn(ALL);
  const { receiver } = listen(dongle);
  await until(() => receiver.status.state === 'scanning', 'scanning');
  assert.equal(process.listeners('SIGINT').length, before);
  receiver.close();
  await dongle.unplug();
});

test('a device is connected to, written and heard, and scanning goes on', async () => {
  const written: string[] = [];
  const server = new AttServer({
    serviceUuid: NUS_GATT.serviceUuid,
    characteristics: [{ uuid: NUS_GATT.writeUuid }, { uuid: NUS_GATT.notifyUuid }],
    mtu: 185,
    onWrite: (_, bytes) => {
      written.push(toHex(bytes));
      return [{ uuid: NUS_GATT.notifyUuid, bytes: bytes.toReversed() }];
    },
  });
  const dongle = await plugIn({ ...ALL, peripheral: { address: ADDRESS, server } });
  const { receiver } = listen(dongle);
  await until(() => receiver.status.state === 'scanning', 'scanning');
  const connection = await receiver.connect({ address: ADDRESS, ...NUS_GATT });
  assert.equal(connection.mtuBytes, 182);
  const notified: string[] = [];
  connection.onNotify((bytes) => notified.push(toHex(bytes)));
  const long = Uint8Array.from({ length: 182 }, (_, index) => index);
  await Promise.all([connection.write(Uint8Array.of(1, 2, 3)), connection.write(long)]);
  await until(() => notified.length === 2, 'both answered');
  assert.deepEqual(written, ['010203', toHex(long)]);
  assert.deepEqual(notified, ['030201', toHex(long.toReversed())]);
  await assert.rejects(connection.write(new Uint8Array(183)), { code: 'ble/too-long' });
  await until(() => dongle.controller.scan.isOn, 'scanning beside the connection');
  let isClosed = false;
  connection.onClose(() => {
    isClosed = true;
  });
  await connection.close();
  assert.ok(isClosed);
  await assert.rejects(connection.write(Uint8Array.of(1)), { code: 'ble/disconnected' });
  receiver.close();
  await dongle.unplug();
});

test('a device that is not there, or lacks the service, is an error with its reason', async () => {
  const server = new AttServer({
    ...{ serviceUuid: NUS_GATT.serviceUuid, mtu: 23 },
    characteristics: [{ uuid: NUS_GATT.writeUuid }],
    onWrite: () => [],
  });
  const dongle = await plugIn({ ...ALL, peripheral: { address: ADDRESS, server } });
  const { receiver } = listen(dongle);
  await until(() => receiver.status.state === 'scanning', 'scanning');
  await assert.rejects(receiver.connect({ address: ADDRESS, ...SMP_GATT }), {
    code: 'ble/no-service',
  });
  await until(() => dongle.controller.scan.isOn, 'scanning again');
  const elsewhere = { address: 'c0:de:00:00:00:09', ...SMP_GATT };
  await assert.rejects(receiver.connect(elsewhere, 200), { code: 'ble/not-found' });
  await until(() => dongle.controller.scan.isOn, 'scanning again');
  receiver.close();
  await dongle.unplug();
});
