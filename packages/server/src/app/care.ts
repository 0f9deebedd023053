import { assert } from '@kilowink/core/error';
import type { Clock } from '@kilowink/core/time';
import type { GattPort } from '@kilowink/link/ble';
import type { SmpClient } from '@kilowink/link/smp-client';
import type { Store } from '@kilowink/store';
import type { FastifyInstance } from 'fastify';
import type { RequireAdmin } from '../admin/index.ts';
import type { LoadedConfig } from '../config/index.ts';
import {
  addFirmwareRoutes,
  FirmwareLog,
  FirmwareUpdates,
  type Heard,
  ImageStore,
  type SensorTarget,
  sensorTargets,
} from '../firmware/index.ts';
import type { Ingest } from '../ingest/index.ts';
import type { Live } from '../live/index.ts';
import { addSensorCareRoutes, SensorWatch } from '../sensors/index.ts';

export interface CareOptions {
  readonly config: LoadedConfig['config'];
  readonly store: Store;
  readonly clock: Clock;
  readonly live: Live;
  readonly ingest: Ingest;
  readonly log: (line: string) => void;
  /** Where Bluetooth connections are made; null where this machine hears none. */
  readonly gatt: () => GattPort | null;
  /** How long a sensor may take to report with new firmware, ms; the default of `FirmwareUpdates`, when left out. */
  readonly reportMsMax?: number | undefined;
}

/** Looking after sensors, wired: what they say of themselves, and their firmware. */
export class Care {
  readonly #options: CareOptions;
  readonly #watch: SensorWatch;
  readonly #images: ImageStore;
  readonly #updates: FirmwareUpdates;

  constructor(options: CareOptions) {
    const { config, store, clock, live, ingest, log, reportMsMax } = options;
    const { dataDir, firmware } = config;
    this.#options = options;
    this.#watch = new SensorWatch({ store, clock, log, sensors: () => ingest.sensors() });
    this.#images = new ImageStore({ dataDir, clock, keys: firmware.keys });
    this.#updates = new FirmwareUpdates({
      ...{ images: this.#images, clock, onError: log },
      log: new FirmwareLog({ dataDir, nowMs: clock.wallMs(), onError: log }),
      targets: () => this.#targets(),
      heard: (source) => this.#heard(source),
      connect: (device) => this.#connect(device),
      onChange: (run) => live.firmware(run),
      putEvent: (event) => {
        store.putEvents([event]);
        live.push();
      },
      ...(reportMsMax === undefined ? {} : { reportMsMax }),
    });
  }

  addRoutes(app: FastifyInstance, requireAdmin: RequireAdmin): void {
    addSensorCareRoutes(app, { light: (source) => this.#watch.light(source) });
    const targets = () => this.#targets();
    addFirmwareRoutes(app, { images: this.#images, updates: this.#updates, targets, requireAdmin });
    this.#watch.start();
  }

  /** Breaks off an update that is under way, and puts it down. */
  async close(): Promise<void> {
    await this.#updates.close();
    this.#watch.close();
  }

  #targets(): SensorTarget[] {
    const { config, ingest, store } = this.#options;
    const names = new Map(store.listEntries().map(({ id, name }) => [id, name]));
    const heard = ingest
      .sensors()
      .map(({ source, series }) => ({ source, name: names.get(series) ?? source }));
    return sensorTargets(config.sensors, heard);
  }

  #heard(source: string): Heard | null {
    return this.#options.ingest.sensors().find((known) => known.source === source)?.counters ?? null;
  }

  async #connect(device: string): Promise<SmpClient> {
    const { connectSmp, parseTarget } = await import('@kilowink/link/smp-client');
    const target = parseTarget(device);
    assert(target !== null, `${device} passed the configuration's check, and is no device`);
    const gatt = this.#options.gatt();
    return connectSmp(target, gatt === null ? undefined : async () => gatt);
  }
}
