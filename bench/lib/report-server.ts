// Ours for the ingest benchmark, as a process of its own: `report-server.ts FOLDER SENSORS`.
import { startServer } from '../../packages/server/src/app/index.ts';
import { loadConfig } from '../../packages/server/src/config/index.ts';
import { openSqliteStore } from '../../packages/store/src/index.ts';
import { tellProcessor } from './processor.ts';

const [folder = '', sensors = '1'] = process.argv.slice(2);

/** Ours, with durable grouping. Time passes with the reports, 15 s a round of all sensors, so that they are real ones. */
async function kilowink(): Promise<number> {
  let requests = 0;
  const elapsedMs = () => Math.floor((requests / Number(sensors)) * 15_000);
  const startMs = Date.now();
  const clock = { wallMs: () => startMs + elapsedMs(), monotonicMs: elapsedMs };
  const given = { dataDir: folder, port: 0, host: '127.0.0.1' };
  const options = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key, { value, flag: 'bench' }]),
  );
  const { config } = loadConfig({ env: {}, options });
  // Writes are grouped in real time, as they are in the field.
  const storeClock = { ...clock, monotonicMs: () => performance.now() };
  const store = openSqliteStore({ folder, clock: storeClock, groupMs: config.store.groupMs });
  const server = await startServer({ config, store, version: 'bench', clock });
  server.app.server.on('request', () => {
    requests += 1;
  });
  const leave = tellProcessor();
  const end = () => server.close().then(() => ({}));
  process.on('SIGTERM', () => void leave(end));
  return server.port;
}

process.send?.({ port: await kilowink() });
