import type { HealthInfo } from '@kilowink/api';
import type { Advertisement } from '@kilowink/core/advert';
import type { BleReceiver } from '@kilowink/link/ble';
import type { BluetoothConfig } from '../config/index.ts';
import type { AdvertIngest } from '../ingest/index.ts';
import { advertHandlers } from '../mqtt/advert-handlers.ts';
import type { TopicHandler } from '../mqtt/index.ts';

/** Sensors heard by Bluetooth: by this machine's adapter where that is configured, and through gateways. */
export class Bluetooth {
  /** Topics of gateways. */
  readonly handlers: readonly TopicHandler[];
  readonly #config: BluetoothConfig;
  readonly #ingest: AdvertIngest;
  readonly #log: (line: string) => void;
  #receiver: BleReceiver | null = null;

  constructor(config: BluetoothConfig, ingest: AdvertIngest, log: (line: string) => void) {
    this.#config = config;
    this.#ingest = ingest;
    this.#log = log;
    const take = (advert: Advertisement, way: string) => ingest.take(advert, way);
    this.handlers = advertHandlers(config.gateways, { take, log });
  }

  /** Begins to listen where that is configured. Never throws: what is in the way is shown in health. */
  async open(): Promise<void> {
    const { enabled, adapter, baudRate, dutyPercent } = this.#config;
    if (!enabled) return;
    const { BleReceiver: Receiver } = await import('@kilowink/link/ble');
    const way = `bluetooth/${adapter.split('/').at(-1)}`;
    this.#receiver = new Receiver({
      ...{ adapter, baudRate, dutyPercent },
      log: this.#log,
      onAdvert: (advert) => {
        try {
          this.#ingest.take(advert, way);
        } catch (error) {
          this.#log(
            `An advertisement could not be stored: ${error instanceof Error ? error.message : error}`,
          );
        }
      },
    });
  }

  get health(): NonNullable<HealthInfo['bluetooth']> {
    return {
      adapter: this.#adapterHealth(),
      sensors: this.#ingest
        .bthomeSensors()
        .map(({ ways, ...sensor }) => ({ ...sensor, ways: ways.map((way) => ({ ...way })) })),
      unknown: this.#ingest.unknown().map((sensor) => ({ ...sensor })),
    };
  }

  close(): void {
    this.#receiver?.close();
    this.#ingest.settle();
  }

  #adapterHealth(): NonNullable<HealthInfo['bluetooth']>['adapter'] {
    if (this.#receiver === null) return null;
    const { adapter: name, state, obstacle, abilities, adverts, restarts } = this.#receiver.status;
    return {
      ...{ name, state, adverts, restarts },
      obstacle: obstacle === null ? null : { ...obstacle },
      isExtended: abilities?.isExtended ?? null,
      isCoded: abilities?.isCoded ?? null,
    };
  }
}
