import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { announceServer, type RunningServer, startServer, systemClock } from '@kilowink/server/app';
import { type LoadedConfig, loadConfig } from '@kilowink/server/config';
import { openSqliteStore, openSqliteStoreReadOnly, type Store, type StoreReader } from '@kilowink/store';
import { Command } from 'commander';
import type { FilledDemo } from '../demo/index.ts';
import { progressBar } from '../term/progress.ts';
import { VERSION } from '../version.ts';

/** Reports that come from this machine are the demo's. */
const DEMO_SENSOR = { id: 'demo', address: '127.0.0.1', name: 'A house in Sceaux' } as const;

interface ServeOptions {
  port?: string;
  readOnly?: boolean;
  data?: string;
  host?: string;
  verbose?: boolean;
  config?: string;
  demo?: boolean;
}

/** `kilowink serve`: takes reports, keeps everything, shows it. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('Take reports, keep every measurement, show them at /stats')
    .option('-p, --port <port>', 'port to listen on (8087)')
    .option(
      '-r, --read-only',
      'show only: refuse reports, write nothing; may run beside the server that writes',
    )
    .option('-d, --data <folder>', 'where the measurements are (default: the XDG data folder)')
    .option('--host <address>', 'address to listen on (0.0.0.0)')
    .option('-v, --verbose', 'log each report')
    .option('--config <file>', 'configuration file (YAML)')
    .option('--demo', 'a temporary store with a real French house and a simulated sensor')
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  const demoFolder = options.demo === true ? mkdtempSync(join(tmpdir(), 'kilowink-demo-')) : null;
  const stops: (() => void | Promise<void>)[] = [];
  if (demoFolder !== null) stops.push(() => rmSync(demoFolder, { recursive: true, force: true }));
  stopOnSignal(stops);
  try {
    const loaded = load(options, demoFolder);
    const { config } = loaded;
    const store = openStore(loaded);
    const demo = demoFolder === null || store.readOnly ? null : await fill(store as Store, config.site.zone);
    const server = await startServer({ config, store, version: VERSION, demo: demo !== null, log });
    stops.unshift(() => server.close());
    if (demo !== null) stops.unshift(await startSensor(demo, server));
    announce(server, loaded, demoFolder !== null);
    // Sensors that look for a server must not find a demonstration.
    if (demoFolder !== null) return;
    const { host, port } = server;
    const announced = await announceServer({ config, version: VERSION, host, port, log });
    stops.unshift(() => announced?.close());
  } catch (error) {
    for (const stop of stops) await stop();
    throw error;
  }
}

/** The demo's house, with a bar while it fills. */
async function fill(store: Store, zone: string): Promise<FilledDemo> {
  const { fillDemo } = await import('../demo/index.ts');
  const bar = progressBar('Filling the demonstration with a house in Sceaux');
  const nowMs = systemClock.wallMs();
  const source = `optical/${DEMO_SENSOR.id}`;
  const filled = fillDemo(store, { source, name: DEMO_SENSOR.name, nowMs, zone, onProgress: bar.update });
  bar.end();
  return filled;
}

/** The simulated sensor lives in this process; the address it comes from is mapped to the demo's series. */
async function startSensor(demo: FilledDemo, server: RunningServer): Promise<() => Promise<void>> {
  const { demoSensor } = await import('../demo/index.ts');
  return demoSensor({ url: `http://127.0.0.1:${server.port}`, load: demo.load }).stop;
}

function load(options: ServeOptions, demoFolder: string | null): LoadedConfig {
  const given = (flag: string, value: unknown) => (value === undefined ? undefined : { flag, value });
  return loadConfig({
    env: process.env,
    file: options.config,
    options: {
      port: given('--port', options.port === undefined ? undefined : Number(options.port)),
      readOnly: given('--read-only', options.readOnly),
      dataDir: given(demoFolder === null ? '--data' : '--demo', demoFolder ?? options.data),
      host: given('--host', options.host),
      verbose: given('--verbose', options.verbose),
      sensors: given('--demo', demoFolder === null ? undefined : [DEMO_SENSOR]),
    },
  });
}

function openStore({ config }: LoadedConfig): Store | StoreReader {
  const folder = config.dataDir;
  if (config.readOnly) return openSqliteStoreReadOnly({ folder, clock: systemClock });
  const { groupMs, synchronous } = config.store;
  return openSqliteStore({
    folder,
    clock: systemClock,
    groupMs,
    synchronous,
    onError: (error) => log(error.message),
  });
}

function announce(server: RunningServer, { config }: LoadedConfig, demo: boolean): void {
  console.log(`Kilowink ${VERSION}${config.readOnly ? ', read-only' : ''}${demo ? ', demonstration' : ''}`);
  console.log(`  page     ${server.url}/stats`);
  console.log(`  data     ${config.dataDir}${demo ? ' (removed at the end)' : ''}`);
  if (!config.readOnly) console.log(`  sensors  POST to port ${server.port}, /sensor/report`);
  for (const { kind, port } of server.mqttListeners) console.log(`  mqtt     port ${port}, ${kind}`);
}

/** One stop, however many signals: what was taken is written before the process ends. */
function stopOnSignal(stops: (() => void | Promise<void>)[]): void {
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    for (const step of stops) await step();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop());
}

function log(line: string): void {
  console.error(`${new Date().toISOString()} ${line}`);
}
