// The gateway's MQTT in C against a real broker, and against bytes that are none.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { connectMqtt } from '../packages/server/src/mqtt-client/index.ts';
import { C_WARNINGS } from './lib/core-c.ts';
import { freePort } from './lib/free-port.ts';

const core = join(import.meta.dirname, '../firmware/core');
const folder = mkdtempSync(join(tmpdir(), 'kilowink-winky-mqtt-'));
after(() => rmSync(folder, { recursive: true }));
const program = join(folder, 'winky_mqtt_host');
const built = spawnSync(process.env['CC'] ?? 'gcc', [
  ...[...C_WARNINGS, '-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
  ...[`-I${join(core, 'include')}`, join(core, 'src/winky_mqtt.c'), join(core, 'test/winky_mqtt_host.c')],
  ...['-o', program],
]);

/** A real broker, once it answers. */
async function startBroker(port: number): Promise<ChildProcess> {
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` };
  const child = spawn('mosquitto', ['-p', String(port)], { stdio: 'ignore', env });
  while (child.exitCode === null) {
    const socket = connect(port, '127.0.0.1');
    const isUp = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isUp) break;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return child;
}

test('a real broker takes what it says, and it takes what the broker kept for it', {
  timeout: 60_000,
}, async () => {
  assert.equal(built.status, 0, String(built.stderr));
  const port = await freePort();
  const broker = await startBroker(port);
  try {
    const server = await connectMqtt(`mqtt://127.0.0.1:${port}`);
    await server.publishAsync('kilowink/cellar/set', '{"sleepS":60}', { qos: 1, retain: true });
    await server.subscribeAsync('kilowink/+/tic', { qos: 1 });
    const payload = `{"v":1,"text":"${'x'.repeat(3_000)}"}`;
    const heard = new Promise<[string, Buffer]>((resolve) =>
      server.once('message', (topic, message) => resolve([topic, message])),
    );
    const child = spawn(program, [
      'winky-1',
      'me',
      'secret',
      'kilowink/cellar/set',
      'kilowink/cellar/tic',
      payload,
    ]);
    const socket = connect(port, '127.0.0.1');
    child.stdout.pipe(socket).pipe(child.stdin);
    const exited = once(child, 'close');
    const said = (await child.stderr.toArray()).join('');
    const [code] = await exited;
    socket.destroy();
    assert.equal(said, 'connack 0\nkilowink/cellar/set {"sleepS":60}\npuback 2\n');
    assert.equal(code, 0);
    const [topic, bytes] = await heard;
    assert.equal(topic, 'kilowink/cellar/tic');
    assert.equal(String(bytes), payload);
    await server.endAsync();
  } finally {
    const exited = once(broker, 'exit');
    broker.kill();
    await exited;
  }
});

test('no bytes that are not MQTT do it harm', () => {
  let seed = 12_345;
  const random = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed >>> 16;
  };
  for (let round = 0; round < 40; round++) {
    const head = round % 2 === 0 ? [0x20, 2, 0, 0, 0x30, random() & 0x7f] : [];
    const input = Buffer.from([...head, ...Array.from({ length: 700 }, () => random() & 0xff)]);
    const run = spawnSync(program, ['a', '', '', 'b', 'c', 'd'], { input });
    assert.ok(run.status === 0 || run.status === 1, String(run.stderr));
    assert.equal(String(run.stderr).includes('Sanitizer'), false, String(run.stderr));
  }
});
