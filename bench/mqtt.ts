// Frames of TIC gateways a second over MQTT at QoS 1, each acknowledged only once it is in the file, against the bare aedes
// broker, which acknowledges at once and keeps nothing. Rounds alternate, so that a machine that slows down slows both.
// Time passes with the frames, a second from one of a gateway to its next: at the same time twice a frame says nothing new,
// and costs its server less than one in the field does.
import './lib/help.ts';
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { encodeGatewayMessage } from '../packages/core/src/gateway/index.ts';
import { median, printTable } from './lib/figures.ts';

const GATEWAYS = 20;
const IN_FLIGHT = 10;
const SECONDS = 3;
const ROUNDS = 3;
/** Frames that do not count: a server runs for months, not for seconds. */
const WARM = 20_000;
/** How far a gateway's frames are apart. */
const FRAME_MS = 1_000;
/** The server is told the time once in so many frames, far sooner than a clock would seem wrong. */
const TOLD_FRAMES = 200;
const folder = mkdtempSync(join(tmpdir(), 'kilowink-bench-'));

interface Gateway {
  readonly client: MqttClient;
  readonly topic: string;
  readonly next: () => Uint8Array;
}

/** The time of the gateways and of their server: it passes with what they send. */
function passingTime(server: ChildProcess): () => number {
  const startMs = Date.now();
  let frames = 0;
  server.send({ nowMs: startMs });
  return () => {
    frames += 1;
    const nowMs = startMs + Math.round((frames * FRAME_MS) / GATEWAYS);
    if (frames % TOLD_FRAMES === 0) server.send({ nowMs });
    return nowMs;
  };
}

/** A gateway's frames: 900 W by its index, a power that is never that of the frame before. */
function messages(nextMs: () => number): () => Uint8Array {
  let sequence = 0;
  return () => {
    sequence += 1;
    const atMs = nextMs();
    const base = String(Math.floor(atMs / 4_000) % 1_000_000_000).padStart(9, '0');
    const groups = {
      ...{ ADCO: '061964123456', OPTARIF: 'BASE', ISOUSC: '45', BASE: base, PTEC: 'TH..', IINST: '016' },
      ...{ IMAX: '090', PAPP: `0${3_000 + (sequence % 600)}`, HHPHC: 'A', MOTDETAT: '000000' },
    };
    return encodeGatewayMessage({
      ...{ boot: 1, sequence, ageMs: 0, atMs, state: 'complete', groups, past: null },
      vitals: { rssiDbm: -60, framesOk: sequence },
    });
  };
}

/** Sends until `isOver` says so; returns how many were acknowledged. */
async function publish(
  { client, topic, next }: Gateway,
  isOver: (acknowledged: number) => boolean,
): Promise<number> {
  let acknowledged = 0;
  const lane = async () => {
    while (!isOver(acknowledged)) {
      await client.publishAsync(topic, Buffer.from(next()), { qos: 1 });
      acknowledged += 1;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return acknowledged;
}

/** Frames a second, and what each took of the server's processor: a machine that has other work to do spoils the first more. */
async function measure(kind: 'bare' | 'kilowink'): Promise<{ rate: number; cpuUs: number }> {
  const data = mkdtempSync(join(folder, 'data-'));
  const server = fork(join(import.meta.dirname, 'lib/mqtt-server.ts'), [kind, data]);
  const { port } = await new Promise<{ port: number }>((resolve) => server.once('message', resolve));
  const url = `mqtt://127.0.0.1:${port}`;
  const clients = await Promise.all(Array.from({ length: GATEWAYS }, () => mqtt.connectAsync(url)));
  const nextMs = passingTime(server);
  const gateways = clients.map((client, at) => {
    return { client, topic: `kilowink/gateway-${at}/tic`, next: messages(nextMs) };
  });
  await Promise.all(gateways.map((each) => publish(each, (count) => count >= WARM / GATEWAYS)));
  server.send('count');
  const startMs = performance.now();
  const isOver = () => performance.now() >= startMs + SECONDS * 1_000;
  const counts = await Promise.all(gateways.map((each) => publish(each, isOver)));
  const seconds = (performance.now() - startMs) / 1_000;
  for (const client of clients) client.end(true);
  const told = new Promise<{ cpuUs: number; points?: number }>((resolve) => server.once('message', resolve));
  const exited = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  const { cpuUs, points = 0 } = await told;
  await exited;
  const frames = counts.reduce((sum, count) => sum + count, 0);
  assert.ok(kind === 'bare' || points > frames, `${frames} frames left ${points} points`);
  return { rate: frames / seconds, cpuUs: cpuUs / frames };
}

const bare: Awaited<ReturnType<typeof measure>>[] = [];
const own: typeof bare = [];
for (let round = 0; round < ROUNDS; round += 1) {
  bare.push(await measure('bare'));
  own.push(await measure('kilowink'));
}
const row = (told: string, of: (each: (typeof bare)[number]) => number) => {
  const ratio = median(own.map((each, round) => of(each) / of(bare[round] ?? each)));
  return [told, ...[bare, own].map((each) => median(each.map(of)).toFixed(0)), ratio.toFixed(2)];
};
printTable([
  [`${GATEWAYS} gateways, QoS 1, ${IN_FLIGHT} under way each`, 'bare aedes', 'kilowink, stored', 'ratio'],
  row('frames a second', ({ rate }) => rate),
  row('processor a frame, µs', ({ cpuUs }) => cpuUs),
]);
rmSync(folder, { recursive: true });
