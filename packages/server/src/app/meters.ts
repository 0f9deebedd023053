import type { HealthInfo, MeterInfo } from '@kilowink/api';
import { readFrame } from '@kilowink/core/tic';
import type { Clock } from '@kilowink/core/time';
import type { TicReceiver } from '@kilowink/link/tic-receiver';
import type { SeriesId, Store } from '@kilowink/store';
import type { LoadedConfig } from '../config/index.ts';
import { TicIngest } from '../ingest/tic-ingest.ts';
import type { Live } from '../live/index.ts';
import { Mqtt, type TopicHandler } from '../mqtt/index.ts';
import type { EnergyReader } from '../truth/index.ts';
import { HomeSide } from './home-side.ts';

export interface MetersOptions {
  readonly config: LoadedConfig['config'];
  readonly store: Store;
  readonly reader: EnergyReader;
  readonly clock: Clock;
  readonly live: Live;
  readonly log: (line: string) => void;
  readonly version: string;
  /** Topics of other parts of the server. */
  readonly handlers?: readonly TopicHandler[];
}

/** The meters that speak for themselves, whichever way they come: dongles, the embedded broker, an external one. */
export class Meters {
  readonly #options: MetersOptions;
  readonly #tic: TicIngest;
  readonly #receivers: { readonly meter: string; readonly receiver: TicReceiver }[] = [];
  readonly #home: HomeSide;
  #mqtt: Mqtt | null = null;

  private constructor(options: MetersOptions) {
    const { config, store, reader, clock, version, log } = options;
    this.#options = options;
    const publish: Mqtt['publish'] = (message) => this.#mqtt?.publish(message);
    this.#home = new HomeSide({ config, reader, clock, version, log, publish });
    const names = new Map(config.tic.map(({ id, name }) => [id, name]));
    this.#tic = new TicIngest({
      store,
      metersMax: config.mqtt.metersMax,
      nameOf: (meter) => names.get(meter),
      isHeard: () => config.homeAssistant.enabled || options.live.clientCount > 0,
      onFrame: (meter, touched) => this.#show(meter, touched),
    });
  }

  /** Opens what is configured, and nothing else. Throws as `Mqtt.open` does. */
  static async open(options: MetersOptions): Promise<Meters> {
    const meters = new Meters(options);
    const { config, store, clock, log, handlers = [] } = options;
    meters.#mqtt = await Mqtt.open({
      ...{ config: config.mqtt, folder: config.dataDir, store, tic: meters.#tic, clock, log },
      isPushed: config.store.synchronous === 'full',
      handlers: [...handlers, ...meters.#home.handlers],
      onOnline: () => meters.#home.refresh(),
    });
    if (meters.mqttListeners.length > 0) meters.#home.refresh();
    await meters.#openReceivers();
    return meters;
  }

  get list(): MeterInfo[] {
    return this.#tic.meters();
  }

  /** Where the embedded broker listens. */
  get mqttListeners(): Mqtt['listeners'] {
    return this.#mqtt?.listeners ?? [];
  }

  get health(): Pick<HealthInfo, 'mqtt' | 'receivers'> {
    const receivers = this.#receivers.map(({ meter, receiver }) => {
      const { counters, ...state } = receiver.state;
      return { meter, ...state, counters: { ...counters } };
    });
    return {
      ...(this.#mqtt === null ? {} : { mqtt: this.#mqtt.health }),
      ...(receivers.length === 0 ? {} : { receivers }),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#receivers.map(({ receiver }) => receiver.close()));
    this.#home.close();
    this.#tic.settle();
    await this.#mqtt?.close();
  }

  async #openReceivers(): Promise<void> {
    const { config, clock, log } = this.#options;
    const local = config.tic.filter(({ path }) => path !== undefined);
    if (local.length === 0) return;
    const { TicReceiver: Receiver } = await import('@kilowink/link/tic-receiver');
    for (const { id: meter, path = '' } of local) {
      const onFrame: ConstructorParameters<typeof Receiver>[0]['onFrame'] = (frame) => {
        try {
          this.#tic.take({ meter, reading: readFrame(frame), receivedMs: clock.wallMs(), way: 'serial' });
        } catch (error) {
          log(`A frame of ${meter} could not be stored: ${error instanceof Error ? error.message : error}`);
        }
      };
      this.#receivers.push({ meter, receiver: new Receiver({ path, onFrame, log }) });
    }
  }

  /** An overload is on every open page with its frame. */
  #show(meter: MeterInfo, touched: readonly SeriesId[]): void {
    const { live } = this.#options;
    live.meter(meter);
    this.#home.show(meter);
    live.push();
    for (const series of touched) live.heard(series);
  }
}
