import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameAssembler, osEcho } from '@kilowink/core/smp';
import { noiseImage, SmpDevice } from '@kilowink/sim/smp';
import type { GattConnection, GattPort, GattTarget } from '../ble/index.ts';
import { PeerRunner, peerNowMs } from '../udp/peer-runner.ts';
import { SmpClient } from './client.ts';
import { openGattTransport } from './gatt-transport.ts';
import { uploadImage } from './upload.ts';

/** A simulated device behind a Bluetooth connection that takes so many bytes at once, either way. */
function deviceOnAir(mtuBytes: number) {
  const image = noiseImage('1.0.0', 5_000);
  const device = new SmpDevice({ startMs: peerNowMs(), image, slotBytes: 65_536, bufferBytes: 512 });
  const notify = new Set<(bytes: Uint8Array) => void>();
  const closed = new Set<() => void>();
  const assembler = new FrameAssembler();
  const asked: GattTarget[] = [];
  const runner = new PeerRunner(device, (_, bytes) => {
    for (let at = 0; at < bytes.length; at += mtuBytes) {
      for (const listener of notify) listener(bytes.slice(at, at + mtuBytes));
    }
  });
  const connection: GattConnection = {
    mtuBytes,
    write: async (bytes) => {
      assert.ok(bytes.length > 0 && bytes.length <= mtuBytes);
      for (const item of assembler.push(bytes)) if (item.kind === 'frame') runner.receive(item.bytes);
    },
    onNotify: (listener) => {
      notify.add(listener);
      return () => notify.delete(listener);
    },
    onClose: (listener) => {
      closed.add(listener);
      return () => closed.delete(listener);
    },
    close: async () => {},
  };
  const port: GattPort = {
    connect: async (target) => {
      asked.push(target);
      while (device.state !== 'running') await new Promise((resolve) => setTimeout(resolve, 5));
      return connection;
    },
  };
  const breakOff = () => {
    for (const listener of [...closed]) listener();
  };
  return { device, port, asked, breakOff, close: () => runner.close() };
}

for (const mtuBytes of [20, 244]) {
  test(`over Bluetooth, ${mtuBytes} bytes at once: frames are cut and put together`, async () => {
    const air = deviceOnAir(mtuBytes);
    const client = new SmpClient(await openGattTransport(air.port, 'c0:de:00:00:00:01'));
    assert.equal(air.asked[0]?.serviceUuid, '8d53dc1d1db74cd3868b8a527460aa84');
    const text = 'x'.repeat(300);
    assert.deepEqual(await client.request(osEcho, { text }), { text });
    const image = noiseImage('1.1.0', 9_000);
    const { sentBytes } = await uploadImage(client, image);
    assert.equal(sentBytes, 9_000);
    assert.deepEqual(air.device.slots[1].bytes.slice(0, 9_000), image);
    await client.close();
    air.close();
  });
}

test('a Bluetooth connection that ends, ends what was asked', async () => {
  const air = deviceOnAir(100);
  const client = new SmpClient(await openGattTransport(air.port, 'c0:de:00:00:00:01'));
  air.device.cutPower(peerNowMs());
  const asked = assert.rejects(client.request(osEcho, { text: 'x' }), { code: 'smp/closed' });
  await new Promise((resolve) => setTimeout(resolve, 20));
  air.breakOff();
  await asked;
  await assert.rejects(client.request(osEcho, { text: 'x' }), { code: 'smp/closed' });
  await client.close();
  air.close();
});
