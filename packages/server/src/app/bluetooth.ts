import type { HealthInfo } from '@kilowink/api';
import type { Advertisement } from '@kilowink/core/advert';
import type { BleReceiver, GattPort } from '@kilowink/link/ble';
import type { BluetoothConfig } from '../config/index.ts';
import type { AdvertIngest } from '../ingest/index.ts';
import { advertHandlers } from '../mqtt/advert-handlers.ts';
import type { TopicHandler } from '../mqtt/index.ts';

const ADDRESSES_MAX = 1_000;

/** Sensors heard by Bluetooth: by this machine's adapter where that is configured, and through gateways. */
export class Bluetooth {
  /** Topics of gateways. */
  readonly handlers: readonly TopicHandler[];
  readonly #config: BluetoothConfig;
  readonly #ingest: AdvertIngest;
  readonly #log: (line: string) => void;
  #receiver: BleReceiver | null = null;
  /** Of what was heard lately; a connection must name the kind of address. */
  readonly #addressTypes = new Map<string, 'public' | 'random'>();

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
        this.#noteAddress(advert);
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

  /** Where connections are made; null without an adapter of its own. */
  get gatt(): GattPort | null {
    const receiver = this.#receiver;
    if (receiver === null) return null;
    return {
      // A sensor of ours has a random static address; one whose kind was heard is asked as that.
      connect: (target, timeoutMs) => {
        const addressType = this.#addressTypes.get(target.address) ?? target.addressType ?? 'random';
        return receiver.connect({ ...target, addressType }, timeoutMs);
      },
    };
  }

  close(): void {
    this.#receiver?.close();
    this.#ingest.settle();
  }

  #noteAddress({ address, addressType }: Advertisement): void {
    if (addressType === null) return;
    this.#addressTypes.set(address, addressType);
    const oldest = this.#addressTypes.keys().next().value;
    if (this.#addressTypes.size > ADDRESSES_MAX && oldest !== undefined) this.#addressTypes.delete(oldest);
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
