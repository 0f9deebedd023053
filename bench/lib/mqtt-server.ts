// A broker for the MQTT benchmark, as a process of its own: `mqtt-server.ts bare|kilowink FOLDER`. It is told the time.
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import type { StoreReader } from '../../packages/store/src/index.ts';
import { tellProcessor } from './processor.ts';

const [kind = 'bare', folder = ''] = process.argv.slice(2);

/** aedes as it comes: acknowledges at once, keeps nothing. */
async function bare(): Promise<number> {
  const { Aedes } = await import('aedes');
  const broker = await Aedes.createBroker();
  const server = createServer((socket) => broker.handle(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.on('SIGTERM', () => void leave());
  return (server.address() as AddressInfo).port;
}

/** Ours: each message decoded, checked, stored, and acknowledged when it is in the file. */
async function kilowink(): Promise<number> {
  const { startServer } = await import('../../packages/server/src/app/index.ts');
  const { loadConfig } = await import('../../packages/server/src/config/index.ts');
  const { openSqliteStore, openSqliteStoreReadOnly } = await import('../../packages/store/src/index.ts');
  const mqtt = { broker: { enabled: true, host: '127.0.0.1', port: 0 } };
  const given = { dataDir: folder, port: 0, host: '127.0.0.1', mqtt };
  const options = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, { value, flag: 'bench' }]),
  );
  const { config } = loadConfig({ env: {}, options });
  const clock = { wallMs: () => nowMs, monotonicMs: () => nowMs };
  // Writes are grouped in real time, as they are in the field.
  const storeClock = { ...clock, monotonicMs: () => performance.now() };
  const store = openSqliteStore({ folder, clock: storeClock, groupMs: config.store.groupMs });
  const server = await startServer({ config, store, version: 'bench', clock });
  const end = async () => {
    await server.close();
    return { points: pointCount(openSqliteStoreReadOnly({ folder, clock: storeClock })) };
  };
  process.on('SIGTERM', () => void leave(end));
  return server.mqttListeners[0]?.port ?? 0;
}

/** What of the gateways is in the file. */
function pointCount(reader: StoreReader): number {
  let count = 0;
  for (const { id } of reader.listSeries()) {
    for (const { starts } of reader.readPoints(id, 0, 4e12)) count += starts.length;
  }
  return count;
}

let nowMs = Date.now();
const leave = tellProcessor();
const port = await (kind === 'bare' ? bare() : kilowink());
process.on('message', (told: 'count' | { nowMs: number }) => {
  if (told !== 'count') nowMs = told.nowMs;
});
process.send?.({ port });
