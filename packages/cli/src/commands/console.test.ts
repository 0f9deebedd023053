import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseHex, toHex } from '@kilowink/core/bytes';
import { say, startDevice } from '../smp/testing.ts';
import { Workplace } from '../testing.ts';
import { coredumpCommand } from './coredump.ts';
import { discoverCommand } from './discover.ts';

const place = new Workplace();
after(() => place[Symbol.dispose]());

const vectors = join(import.meta.dirname, '../../../../vectors/coredump/dumps.jsonl');
const { hex } = JSON.parse(readFileSync(vectors, 'utf8').split('\n')[0] ?? '') as { hex: string };
const log = ['BEGIN#', ...(hex.match(/.{1,64}/g) ?? []), 'END#']
  .map((each) => `<err> coredump: #CD:${each}\r\n`)
  .join('');

test('a console over telnet: what is piped in goes there, what comes is shown, a core dump is stored', async () => {
  let typed = '';
  const server = createServer((socket) => {
    socket.write(`uart:~$ \r\n${log}`);
    socket.on('data', (chunk) => {
      typed += chunk.toString();
    });
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { exitCode, stdout, stderr } = await place.run(
    'console',
    `telnet://127.0.0.1:${port}`,
    '--for',
    '0.5',
    '--log',
    'all.log',
    '--dumps',
    'dumps',
  );
  server.close();
  assert.equal(exitCode, 0, stderr);
  assert.match(stdout, /^uart:~\$ /);
  assert.equal(readFileSync(place.path('all.log'), 'latin1'), stdout);
  assert.match(stderr, /core dump stored: dumps\/coredump-/);
  const [name = ''] = readdirSync(place.path('dumps')).filter((each) => each.endsWith('.bin'));
  assert.equal(toHex(readFileSync(join(place.path('dumps'), name))), hex);
  assert.equal(typed, '');
});

test('a core dump in a log is shown, and written in its binary form', async () => {
  writeFileSync(place.path('console.log'), log);
  const output = place.path('dump.bin');
  const lines = (await say(coredumpCommand(), 'show', place.path('console.log'), '-o', output)).join('\n');
  assert.match(lines, /reason +precise bus error\n +processor +Cortex-M\n +thread +0x20000100 \(reporting\)/);
  assert.match(
    lines,
    /failed at +0x0800117c\n +called from +0x08001234\n +on its stack +0x08001235 0x08002101/,
  );
  assert.deepEqual(new Uint8Array(readFileSync(output)), parseHex(hex));
  assert.deepEqual(await say(coredumpCommand(), 'show', output), lines.split('\n'));
});

test('a log without dump, and a broken one, are told', async () => {
  const path = place.path('other.log');
  writeFileSync(path, 'nothing of that kind\n');
  await assert.rejects(say(coredumpCommand(), 'show', path), { code: 'coredump/none' });
  for (const broken of [
    log.slice(0, -20),
    log.replace('#CD:5a45', '#CD:5b45'),
    log.replace('#CD:5a', '#CD:z'),
  ]) {
    writeFileSync(path, broken);
    await assert.rejects(say(coredumpCommand(), 'show', path), { code: 'coredump/broken' });
  }
});

test('the dump that a device keeps is fetched, with the firmware that runs', async () => {
  const running = await startDevice({
    device: { coreDumpLog: log, files: { '/lfs/dump': parseHex(hex) ?? new Uint8Array() } },
  });
  const folder = place.path('fetched');
  for (const way of [[], ['--path', '/lfs/dump']]) {
    const lines = await say(coredumpCommand(), 'fetch', running.target, '--folder', folder, ...way);
    assert.match(lines.join('\n'), /precise bus error/);
  }
  const [name = ''] = readdirSync(folder).filter((each) => each.endsWith('.json'));
  const { firmware, reason } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  assert.equal(firmware.version, '1.0.0');
  assert.equal(reason, 'precise bus error');
  await running.close();
  const none = await startDevice();
  await assert.rejects(say(coredumpCommand(), 'fetch', none.target, '--folder', folder), {
    code: 'coredump/none',
  });
  await none.close();
});

test('what is plugged in is listed as it can be named', async () => {
  const [json = '[]'] = [
    (await say(discoverCommand(), '--no-mdns', '--no-ble', '--for', '0.2', '--json')).join('\n'),
  ];
  for (const { target } of JSON.parse(json)) assert.match(target, /^serial:\/\/\/dev\//);
});
