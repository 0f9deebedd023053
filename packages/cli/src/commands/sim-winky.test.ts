import { deepEqual, equal, ok } from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { decodeGatewayMessage, type GatewayMessage } from '@kilowink/core/gateway';
import { connectMqtt } from '@kilowink/server/mqtt-client';
import { freePort } from '../../../../tools/lib/free-port.ts';
import { Workplace } from '../testing.ts';

/** A real broker, of which everyone may make use. */
async function startBroker(port: number): Promise<ChildProcess> {
  const child = spawn('mosquitto', ['-p', String(port)], {
    stdio: 'ignore',
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` },
  });
  for (;;) {
    try {
      const client = await connectMqtt(`mqtt://127.0.0.1:${port}`, { connectTimeout: 1_000 });
      await client.endAsync();
      return child;
    } catch {
      if (child.exitCode !== null) return child;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function stopBroker(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill();
  await exited;
}

/** Hears everything until it is told to stop. */
async function listen(port: number, heard: { topic: string; message: GatewayMessage }[]) {
  const client = await connectMqtt(`mqtt://127.0.0.1:${port}`);
  client.on('error', () => {});
  client.on('message', (topic, bytes) => {
    const decoded = decodeGatewayMessage(bytes);
    ok(decoded.ok);
    heard.push({ topic, message: decoded.value });
  });
  await client.subscribeAsync('kilowink/+/tic', { qos: 1 });
  return client;
}

describe('kilowink sim winky', { timeout: 120_000 }, () => {
  it('is a fleet on a real broker, and tells the truth about its meters', async () => {
    using place = new Workplace();
    const port = await freePort();
    const broker = await startBroker(port);
    try {
      const heard: { topic: string; message: GatewayMessage }[] = [];
      const listener = await listen(port, heard);
      const truthPath = place.path('truth.json');
      const fleet = ['--count', '5', '--mixed', '--watts', '2000', '--charged', '--duration', '400'];
      const { exitCode, stderr } = await place.run(
        ...['sim', 'winky', '--to', `mqtt://127.0.0.1:${port}`, '--speed', '1000'],
        ...[...fleet, '--truth', truthPath],
      );
      equal(exitCode, 0, stderr);
      await listener.endAsync();
      const truth = JSON.parse(readFileSync(truthPath, 'utf8'));
      equal(truth.length, 5);
      for (const { sensor, serial, stored, lastSequence, lastGroups } of truth) {
        const own = heard.filter(({ topic }) => topic === `kilowink/${sensor}/tic`);
        equal(own.length, stored);
        ok(stored >= 9, `${stored} messages`);
        deepEqual(own.at(-1)?.message.groups, lastGroups);
        equal(lastSequence, stored);
        equal(lastGroups.ADCO ?? lastGroups.ADSC, serial);
      }
    } finally {
      await stopBroker(broker);
    }
  });

  it('goes on through a broker that is away, and tells the minutes it missed', async () => {
    using place = new Workplace();
    const port = await freePort();
    let broker = await startBroker(port);
    const heard: { topic: string; message: GatewayMessage }[] = [];
    let listener = await listen(port, heard);
    const child = place.start([
      ...['sim', 'winky', '--to', `mqtt://127.0.0.1:${port}`],
      ...['--watts', '1000', '--speed', '120', '--charged'],
    ]);
    const closed = once(child, 'close');
    try {
      const until = async (condition: () => boolean) => {
        while (!condition()) {
          equal(child.exitCode, null, 'it runs until it is told to stop');
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      };
      await until(() => heard.length >= 3);
      await stopBroker(broker);
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      const before = heard.length;
      broker = await startBroker(port);
      listener = await listen(port, heard);
      await until(() => heard.slice(before).some(({ message }) => message.past !== null));
      const told = heard.slice(before).find(({ message }) => message.past !== null)?.message.past;
      const measured = told?.mean.filter((meanVa) => meanVa !== null) ?? [];
      ok(measured.length >= 1);
      for (const meanVa of measured) equal(meanVa, 1_040);
    } finally {
      child.kill();
      await closed;
      listener.end(true);
      await stopBroker(broker);
    }
  });
});
