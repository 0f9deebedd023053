import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHex } from '@kilowink/core/bytes';
import { assert } from '@kilowink/core/error';
import { setAdminPassword } from '@kilowink/server/admin';
import { announceServer, type RunningServer, startServer, systemClock } from '@kilowink/server/app';
import { type LoadedConfig, loadConfig } from '@kilowink/server/config';
import { addKey } from '@kilowink/server/keys';
import { openSqliteStore, openSqliteStoreReadOnly, type Store, type StoreReader } from '@kilowink/store';
import { Command } from 'commander';
import type { FilledDemo } from '../demo/index.ts';
import { progressBar } from '../term/progress.ts';
import { VERSION } from '../version.ts';

/** The demo's sensor; its identity is one that no hardware has. */
const DEMO_SENSOR = { id: '51a0de0000000001', name: 'A house in Sceaux' } as const;

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
    .option('-d, --data <folder>', 'where the measurements are (default: `dataDir` of the configuration)')
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
    if (demo !== null) stops.unshift(await startSensor(demo, server, config.dataDir));
    announce(server, loaded, demoFolder !== null);
    if (demo !== null) await announcePassword(config.dataDir);
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

/** The simulated sensor lives in this process. It has a key, as a sensor should. */
async function startSensor(
  { load }: FilledDemo,
  { port }: RunningServer,
  folder: string,
): Promise<() => Promise<void>> {
  const { demoSensor } = await import('../demo/index.ts');
  const { id } = DEMO_SENSOR;
  const key = parseHex(addKey(folder, DEMO_SENSOR, systemClock.wallMs()));
  assert(key !== null, 'a key is hexadecimal');
  return demoSensor({ url: `http://127.0.0.1:${port}`, load, numbered: { sensorId: id, key } }).stop;
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
    verified: 'later',
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

/** Whoever tries the demo tries imports and corrections, too; they are asked for where a real server asks. */
async function announcePassword(folder: string): Promise<void> {
  const password = await setAdminPassword(folder, { nowMs: systemClock.wallMs() });
  console.log(`  password ${password} (to log in on the page and change things)`);
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
