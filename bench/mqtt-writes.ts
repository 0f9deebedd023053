// What a day of gateways with a frame each 30 s writes to the medium, at the block layer as /proc/self/io counts it, by how it
// is made sure that an acknowledged frame is not lost: a group of the store for each message, groups cut short when a
// message has waited 2 s (with its gateway's radio on), or the log of messages with groups of their usual length. Measured
// over some hours; the files are pushed to the medium each 30 s, as Linux does by itself.
import './lib/help.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { encodeGatewayMessage } from '../packages/core/src/gateway/index.ts';
import { loadConfig } from '../packages/server/src/config/index.ts';
import { TicIngest } from '../packages/server/src/ingest/tic-ingest.ts';
import { HeldAcks } from '../packages/server/src/mqtt/held-acks.ts';
import { MESSAGE_LOG_FILE, MessageLog } from '../packages/server/src/mqtt/message-log.ts';
import { MqttRouter } from '../packages/server/src/mqtt/router.ts';
import { openSqliteStore } from '../packages/store/src/index.ts';
import { printTable } from './lib/figures.ts';
import { pushOut, writtenBytes } from './lib/written.ts';

const START = Date.UTC(2026, 0, 10);
const HOURS = 4;
const PERIOD_MS = 30_000;
const KERNEL_MS = 30_000;
const WAIT_MS = 2_000;

type Way = 'each' | 'waiting' | 'log';

/** A frame of a house at some 1.5 kW. */
function frameOf(gateway: number, sequence: number): Uint8Array {
  const base = String(5_000_000 + Math.floor(sequence * 12.5)).padStart(9, '0');
  const power = String(1_000 + (Math.imul(sequence, 7_919 + gateway) >>> 22)).padStart(5, '0');
  const groups = {
    ...{ ADCO: `0619641${String(gateway).padStart(5, '0')}`, OPTARIF: 'BASE', ISOUSC: '45', BASE: base },
    ...{ PTEC: 'TH..', IINST: '007', IMAX: '090', PAPP: power, HHPHC: 'A', MOTDETAT: '000000' },
  };
  const vitals = { capacitorMinMv: 3_800, capacitorMaxMv: 4_900, awakeMs: 3_500, rssiDbm: -60 };
  const of = { boot: 1, sequence, ageMs: 900, atMs: null, state: 'complete' as const, past: null };
  return encodeGatewayMessage({ ...of, groups, vitals });
}

/** Bytes a day. */
async function written(gateways: number, way: Way): Promise<number> {
  const folder = mkdtempSync(join(import.meta.dirname, '.disk-'));
  let nowMs = START;
  const clock = { wallMs: () => nowMs, monotonicMs: () => nowMs - START };
  const { config } = loadConfig({ env: {}, options: { dataDir: { value: folder, flag: 'bench' } } });
  const store = openSqliteStore({ folder, clock, groupMs: config.store.groupMs });
  const router = new MqttRouter({ config: config.mqtt, tic: new TicIngest({ store }), log: () => {} });
  const onError = (error: unknown) => {
    throw error;
  };
  const log = new MessageLog(folder, false);
  const acks = new HeldAcks({ store, log, take: router.take, onError });
  const paths = ['kilowink.db', 'kilowink.db-wal', 'kilowink.db-shm', MESSAGE_LOG_FILE];
  const files = paths.map((name) => join(folder, name));
  pushOut(files);
  const before = writtenBytes();
  let pushedMs = START;
  let waitingMs: number | null = null;
  const rounds = (HOURS * 3_600_000) / PERIOD_MS;
  for (let at = 1; at <= rounds * gateways; at += 1) {
    nowMs = START + Math.floor((at * PERIOD_MS) / gateways);
    if (waitingMs !== null && nowMs - waitingMs >= WAIT_MS) {
      store.flush();
      waitingMs = null;
    }
    const gateway = at % gateways;
    const payload = frameOf(gateway, Math.floor(at / gateways));
    const message = {
      topic: `kilowink/gateway-${gateway}/tic`,
      payload,
      isRetained: false,
      receivedMs: nowMs,
    };
    const taken = acks.take(message);
    if (way === 'each') store.flush();
    else if (way === 'waiting') waitingMs ??= nowMs;
    else if (typeof taken === 'number') {
      await new Promise<void>((resolve) => acks.hold(message, taken, resolve));
    }
    if (nowMs - pushedMs < KERNEL_MS) continue;
    pushOut(files);
    pushedMs = nowMs;
  }
  acks.close();
  store.close();
  pushOut(files);
  const bytes = writtenBytes() - before;
  rmSync(folder, { recursive: true });
  return (bytes * 24) / HOURS;
}

const mb = (bytes: number) => (bytes / 1e6).toFixed(1);
const rows = [['MB written a day, a frame each 30 s', '1 gateway', '20 gateways']];
const ways: readonly (readonly [Way, string])[] = [
  ['each', 'a group for each message'],
  ['waiting', 'groups when a message has waited 2 s'],
  ['log', 'the log, and groups of 7 min'],
];
for (const [way, told] of ways) rows.push([told, mb(await written(1, way)), mb(await written(20, way))]);
printTable(rows);
