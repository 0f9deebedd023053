import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { discoverMdns } from '@kilowink/link/discover';
import { openSqliteStore } from '@kilowink/store';
import { loadConfig } from '../config/index.ts';
import { announceServer } from './announcing.ts';
import { systemClock } from './clock.ts';
import { startServer } from './server.ts';

const root = mkdtempSync(join(tmpdir(), 'kilowink-announcing-'));
const closing: (() => unknown)[] = [];
after(async () => {
  for (const close of closing.reverse()) await close();
  rmSync(root, { recursive: true });
});

function configOf(given: Readonly<Record<string, unknown>>) {
  const all = { dataDir: mkdtempSync(join(root, 'data-')), port: 0, 'site.name': 'Les Tilleuls', ...given };
  const options = Object.fromEntries(
    Object.entries(all).map(([key, value]) => [key, { value, flag: 'test' }]),
  );
  return loadConfig({ env: { XDG_CONFIG_HOME: root }, options }).config;
}

async function freeSocket() {
  const socket = createSocket('udp4');
  socket.bind(0);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return { port, interface: '127.0.0.1' };
}

test('a server that the network reaches is found where it listens', async () => {
  const config = configOf({ host: '0.0.0.0' });
  const store = openSqliteStore({ folder: config.dataDir, clock: systemClock });
  const server = await startServer({ config, store, version: '1.2.3' });
  closing.push(() => server.close());
  const socket = await freeSocket();
  const { host, port } = server;
  const announced = await announceServer({ config, version: '1.2.3', host, port, log: assert.fail, socket });
  closing.push(() => announced?.close());
  const [found, ...others] = await discoverMdns({ socket: { ...socket, bind: '0.0.0.0' }, waitMs: 900 });
  assert.deepEqual(others, []);
  assert.match(found?.name ?? '', /^Les Tilleuls \(.* \d+\)$/);
  assert.deepEqual([found?.service, found?.port], ['_kilowink._tcp', port]);
  assert.ok(found?.text.includes('version=1.2.3'));
  for (const address of found?.addresses ?? []) {
    const site = await fetch(`http://${address}:${found?.port}/api/v1/site`);
    assert.equal(((await site.json()) as { name: string }).name, 'Les Tilleuls');
  }
});

test('who must not be found is not announced', async () => {
  const of = { version: '1', port: 8_087, log: assert.fail };
  for (const [given, host] of [
    [{}, '127.0.0.1'],
    [{}, 'localhost'],
    [{ 'mdns.enabled': false }, '0.0.0.0'],
    [{ readOnly: true }, '0.0.0.0'],
  ] as const) {
    assert.equal(await announceServer({ ...of, config: configOf(given), host }), null, host);
  }
});
