// Frames of TIC gateways a second over MQTT at QoS 1, each acknowledged only once it is in the file, against the bare aedes
// broker, which acknowledges at once and keeps nothing. Rounds alternate, so that a machine that slows down slows both.
import { fork } from 'node:child_process';
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
const folder = mkdtempSync(join(tmpdir(), 'kilowink-bench-'));

/** A gateway's frames, a second apart by its own clock, 1 Wh each. */
function messages(): () => Uint8Array {
  const startMs = Date.now();
  let sequence = 0;
  return () => {
    sequence += 1;
    const atMs = startMs + Math.min(sequence * 50, 110_000);
    const base = String(5_000_000 + Math.floor(sequence / 4)).padStart(9, '0');
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

async function publish(client: MqttClient, topic: string, untilMs: number): Promise<number> {
  const next = messages();
  let acknowledged = 0;
  const lane = async () => {
    while (performance.now() < untilMs) {
      await client.publishAsync(topic, Buffer.from(next()), { qos: 1 });
      acknowledged += 1;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return acknowledged;
}

async function rate(kind: 'bare' | 'kilowink'): Promise<number> {
  const data = mkdtempSync(join(folder, 'data-'));
  const server = fork(join(import.meta.dirname, 'lib/mqtt-server.ts'), [kind, data]);
  const { port } = await new Promise<{ port: number }>((resolve) => server.once('message', resolve));
  const url = `mqtt://127.0.0.1:${port}`;
  const clients = await Promise.all(Array.from({ length: GATEWAYS }, () => mqtt.connectAsync(url)));
  const startMs = performance.now();
  const untilMs = startMs + SECONDS * 1_000;
  const counts = await Promise.all(
    clients.map((client, at) => publish(client, `kilowink/gateway-${at}/tic`, untilMs)),
  );
  const seconds = (performance.now() - startMs) / 1_000;
  for (const client of clients) client.end(true);
  const exited = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await exited;
  return counts.reduce((sum, count) => sum + count, 0) / seconds;
}

const rates = { bare: [] as number[], kilowink: [] as number[] };
for (let round = 0; round < ROUNDS; round += 1) {
  rates.bare.push(await rate('bare'));
  rates.kilowink.push(await rate('kilowink'));
}
const ratios = rates.kilowink.map((own, round) => own / (rates.bare[round] ?? 1));
printTable([
  [`frames a second, ${GATEWAYS} gateways, QoS 1`, 'bare aedes', 'kilowink, stored', 'ratio'],
  [
    `${IN_FLIGHT} under way each`,
    ...[median(rates.bare), median(rates.kilowink)].map((value) => value.toFixed(0)),
    median(ratios).toFixed(2),
  ],
]);
rmSync(folder, { recursive: true });
