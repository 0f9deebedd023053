import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer, systemClock } from '@kilowink/server/app';
import { loadConfig } from '@kilowink/server/config';
import { openSqliteStore, type SeriesId, type Store } from '@kilowink/store';
import { demoSensor, fillDemo } from '../../packages/cli/src/demo/index.ts';
import { createFlashes } from './flashes.ts';

const ZONE = 'Europe/Paris';

/** A server with its page, for as long as a test needs it. */
export interface Demo {
  readonly url: string;
  readonly port: number;
  readonly store: Store;
  /** Ends it; asking again changes nothing. */
  stop(): Promise<void>;
}

/** What the demo's house has. */
export interface DemoOptions {
  /**
   * `empty`: nothing was ever measured. `flashes`: three days of 5 s windows with gaps, and a heater at night. `house`:
   * the measured house of `--demo`, four years long, and the flashes as a second series.
   */
  readonly data: 'empty' | 'flashes' | 'house';
  /** A sensor that goes on reporting. */
  readonly isLive?: boolean;
  readonly port?: number;
  readonly zone?: string;
}

/** Starts a server of our own on a free port and a folder of its own. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-page-'));
  const zone = options.zone ?? ZONE;
  const config = loadConfig({
    env: { XDG_CONFIG_HOME: folder },
    options: {
      dataDir: { value: folder, flag: 'test' },
      host: { value: '127.0.0.1', flag: 'test' },
      port: { value: options.port ?? 0, flag: 'test' },
      'site.name': { value: 'Les Tilleuls', flag: 'test' },
      'site.zone': { value: zone, flag: 'test' },
      'site.offPeak': {
        value: [
          { from: '22:30', to: '06:00' },
          { from: '12:30', to: '14:00' },
        ],
        flag: 'test',
      },
      sensors: { value: [{ id: 'house', address: '127.0.0.1', name: 'House' }], flag: 'test' },
    },
  }).config;
  const store = openSqliteStore({ folder, clock: systemClock, groupMs: config.store.groupMs });
  const nowMs = Date.now();
  const filled =
    options.data === 'house'
      ? fillDemo(store, { source: 'optical/house', name: 'House', nowMs, zone })
      : null;
  if (options.data !== 'empty') addFlashes(store, nowMs);
  const server = await startServer({ config, store, version: '0.0.0-test' });
  const sensor =
    options.isLive === true && filled !== null
      ? demoSensor({ url: `http://127.0.0.1:${server.port}`, load: filled.load })
      : null;
  let stopping: Promise<void> | null = null;
  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    store,
    stop: () => {
      stopping ??= (async () => {
        await sensor?.stop();
        await server.close();
        rmSync(folder, { recursive: true, force: true });
      })();
      return stopping;
    },
  };
}

function addFlashes(store: Store, nowMs: number): SeriesId {
  const series = store.ensureSeries({
    source: 'optical/flashes',
    name: 'Workshop',
    quantity: 'energy',
    unit: 'Wh',
  });
  store.addPoints(series, createFlashes(nowMs));
  store.flush();
  return series;
}
