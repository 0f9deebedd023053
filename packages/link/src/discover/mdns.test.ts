import assert from 'node:assert/strict';
import { test } from 'node:test';
import makeMdns, { type QueryPacket } from 'multicast-dns';
import { freeUdpPort } from '../../../../tools/lib/free-port.ts';
import { discoverMdns } from './mdns.ts';

test('a device that announces itself is found, with its address and port', async () => {
  const socket = { port: await freeUdpPort(), interface: '127.0.0.1', bind: '0.0.0.0' };
  const device = makeMdns({ ...socket, reuseAddr: true });
  const instance = 'blink-0011._mcumgr._udp.local';
  device.on('query', (query: QueryPacket) => {
    for (const { name, type } of query.questions ?? []) {
      if (type === 'PTR' && name === '_mcumgr._udp.local') {
        device.respond({ answers: [{ name, type, data: instance }] });
      }
      if (type === 'SRV' && name === instance) {
        device.respond({ answers: [{ name, type, data: { target: 'blink-0011.local', port: 1_337 } }] });
      }
      if (type === 'A' && name === 'blink-0011.local') {
        device.respond({ answers: [{ name, type, data: '192.0.2.7' }] });
      }
    }
  });
  await new Promise((resolve) => device.on('ready', () => resolve(undefined)));
  const found = await discoverMdns({ socket, waitMs: 900 });
  await new Promise<void>((resolve) => device.destroy(() => resolve()));
  assert.deepEqual(found, [
    {
      ...{ name: 'blink-0011', service: '_mcumgr._udp', host: 'blink-0011.local', port: 1_337 },
      ...{ addresses: ['192.0.2.7'], text: [] },
    },
  ]);
});

test('where nobody answers, nothing is found', async () => {
  const socket = { port: await freeUdpPort(), interface: '127.0.0.1', bind: '0.0.0.0' };
  assert.deepEqual(await discoverMdns({ socket, waitMs: 60 }), []);
});
