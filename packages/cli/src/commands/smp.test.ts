import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { say, startDevice } from '../smp/testing.ts';
import { Workplace } from '../testing.ts';
import { smpCommand } from './smp.ts';

const place = new Workplace();
const content = Uint8Array.from({ length: 3_000 }, (_, at) => at & 0xff);
const running = await startDevice({
  device: { settings: { 'wifi/ssid': Buffer.from('home\0') }, files: { '/lfs/log': content } },
});
after(async () => {
  await running.close();
  place[Symbol.dispose]();
});

const smp = (...words: string[]) => say(smpCommand(), ...words);
const { target } = running;

test('echo', async () => {
  assert.match((await smp('echo', target, 'one', 'two')).join('\n'), /^one two {2}\(\d+\.\d ms\)$/);
  const [json] = await smp('echo', target, '--json').then((lines) => [JSON.parse(lines.join(''))]);
  assert.equal(json.text, 'hello');
});

test('a device by the name the configuration gives it', async () => {
  const config = place.path('kilowink.yaml');
  writeFileSync(
    config,
    `sensors:\n  - { id: kitchen, name: Küche, address: 192.0.2.9, device: "${target}" }\n`,
  );
  for (const name of ['kitchen', 'Küche']) {
    assert.match((await smp('echo', name, '--config', config)).join(), /hello/);
  }
  await assert.rejects(smp('echo', 'cellar', '--config', config), {
    code: 'smp/name',
    message: /no sensor is called cellar; known are: Küche/,
  });
});

test('counters: the groups, and one of them', async () => {
  assert.deepEqual(await smp('stat', target), ['smp']);
  assert.match((await smp('stat', target, 'smp')).join('\n'), /requests +\d+\n +uptime_s/);
  await assert.rejects(smp('stat', target, 'none'), /statistics 2 \(invalidGroup\)/);
});

test('tasks, pools, what it can take, its groups', async () => {
  assert.match((await smp('tasks', target))[1] ?? '', /^idle +15 +400 B +2 048 B/);
  assert.match((await smp('pools', target))[1] ?? '', /^smp +1 024 B +4 +3 +0/);
  assert.deepEqual(await smp('params', target), ['  longest frame  1 024 bytes', '  buffers        4']);
  assert.match((await smp('groups', target)).join('\n'), /0 +os\n.*63 +zephyr$/s);
});

test('the clock, once it is set', async () => {
  await assert.rejects(smp('time', target), /os 4 \(clockNotSet\)/);
  const [time = ''] = await smp('time', target, '--set');
  assert.ok(Math.abs(Date.parse(`${time.slice(0, 23)}Z`) - Date.now()) < 60_000, time);
});

test('the shell: what it printed, and that it failed', async () => {
  assert.match((await smp('shell', target, 'kernel', 'uptime')).join(), /^Uptime: \d+ ms$/);
  assert.deepEqual(await smp('shell', target, 'echo', '--json'), ['--json']);
  await assert.rejects(smp('shell', target, 'nonsense'), { code: 'smp/shell' });
});

test('settings: read, set, deleted, saved', async () => {
  assert.deepEqual(await smp('settings', 'get', target, 'wifi/ssid'), ['home']);
  assert.deepEqual(await smp('settings', 'get', target, 'wifi/ssid', '--hex'), ['686f6d6500']);
  await smp('settings', 'set', target, 'a/b', '5000', '--u32');
  assert.deepEqual(await smp('settings', 'get', target, 'a/b'), ['88130000']);
  assert.deepEqual(await smp('settings', 'get', target, 'a/b', '--u32'), ['5000']);
  for (const step of ['commit', 'load', 'save']) await smp('settings', step, target);
  await smp('settings', 'delete', target, 'a/b');
  await assert.rejects(smp('settings', 'get', target, 'a/b'), /settings 3 \(notFound\)/);
  await assert.rejects(smp('settings', 'set', target, 'a/b', '70000', '--u16'), { code: 'cli/usage' });
  await assert.rejects(smp('settings', 'set', target, 'a/b', 'xy', '--hex'), { code: 'cli/usage' });
});

test('files: there and back, size, hash', async () => {
  const [copy, back] = [place.path('copy'), place.path('back')];
  await smp('fs', 'get', target, '/lfs/log', '-o', copy);
  assert.deepEqual(new Uint8Array(readFileSync(copy)), content);
  await smp('fs', 'put', target, copy, '/lfs/new');
  await smp('fs', 'get', target, '/lfs/new', '-o', back);
  assert.deepEqual(readFileSync(back), readFileSync(copy));
  assert.deepEqual(await smp('fs', 'stat', target, '/lfs/new'), ['3 000 bytes']);
  assert.match((await smp('fs', 'hash', target, '/lfs/new')).join(), /^crc32 [0-9a-f]{8} {2}3 000 bytes$/);
  assert.match(
    (await smp('fs', 'hash', target, '/lfs/new', '--type', 'sha256')).join(),
    /^sha256 [0-9a-f]{64} /,
  );
  assert.deepEqual(await smp('fs', 'types', target), ['  crc32   4 bytes', '  sha256  32 bytes']);
  assert.deepEqual(await smp('fs', 'close', target), ['closed']);
  await assert.rejects(smp('fs', 'stat', target, '/lfs/none'), /files 3 \(notFound\)/);
});

test('its storage is erased only when that is meant', async () => {
  assert.throws(() => smpCommand().exitOverride().parse(['erase-storage', target], { from: 'user' }), {
    code: 'cli/usage',
  });
  assert.deepEqual(await smp('erase-storage', target, '--yes'), ['its storage is erased']);
});

test('a target that makes no sense is told', async () => {
  for (const wrong of [
    'udp://',
    'serial://ttyUSB0',
    'serial:///dev/ttyUSB0?speed=1',
    'ble://',
    'udp://a/b',
  ]) {
    await assert.rejects(smp('echo', wrong), { code: 'smp/target' }, wrong);
  }
  await assert.rejects(smp('echo', 'telnet://127.0.0.1'), { code: 'smp/transport' });
});
