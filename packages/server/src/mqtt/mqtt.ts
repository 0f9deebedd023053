import type { HealthInfo } from '@kilowink/api';
import type { Clock } from '@kilowink/core/time';
import type { Store } from '@kilowink/store';
import type { MqttConfig } from '../config/index.ts';
import type { TicIngest } from '../ingest/tic-ingest.ts';
import type { Broker, BrokerOptions } from './broker.ts';
import type { ExternalBroker } from './client.ts';
import { statusTopic } from './client.ts';
import { HeldAcks } from './held-acks.ts';
import type { Publish, TakeMessage } from './message.ts';
import { MessageLog } from './message-log.ts';
import { MqttRouter, type TopicHandler } from './router.ts';

export interface MqttOptions {
  readonly config: MqttConfig;
  /** Where users and kept messages are. */
  readonly folder: string;
  readonly store: Store;
  readonly tic: TicIngest;
  /** What is acknowledged must be on the medium, not only with the system. */
  readonly isPushed?: boolean;
  /** Topics of other parts of the server. */
  readonly handlers?: readonly TopicHandler[];
  readonly clock: Clock;
  readonly log: (line: string) => void;
  /** Called each time the external broker stands: what others are to know of is published anew. */
  readonly onOnline?: () => void;
}

/** MQTT as configured: the embedded broker, an external one, both, or neither. */
export class Mqtt {
  readonly #router: MqttRouter;
  readonly #acks: HeldAcks;
  #broker: Broker | null = null;
  #external: ExternalBroker | null = null;

  private constructor(router: MqttRouter, acks: HeldAcks) {
    this.#router = router;
    this.#acks = acks;
  }

  /** Null when nothing is configured: then nothing of it is loaded. Throws as `Broker.open` does. */
  static async open(options: MqttOptions): Promise<Mqtt | null> {
    const { config, folder, store, tic, handlers, clock, log, onOnline } = options;
    if (!config.broker.enabled && config.url === undefined) return null;
    const onError = (error: unknown) =>
      log(`MQTT: ${error instanceof Error ? error.message : String(error)}`);
    const router = new MqttRouter({ config, tic, log, ...(handlers === undefined ? {} : { handlers }) });
    const messages = new MessageLog(folder, options.isPushed ?? false);
    const acks = new HeldAcks({ store, log: messages, take: router.take, onError });
    const mqtt = new Mqtt(router, acks);
    const take = guarded(acks, log);
    const left = acks.takeLeft(take);
    if (left > 0) log(`MQTT: ${left} messages of the last run were taken again.`);
    const of = { acks, clock, log, take };
    try {
      if (config.broker.enabled) mqtt.#broker = await openBroker({ ...of, ...brokerPlace(config), folder });
      if (config.url !== undefined) {
        const { ExternalBroker: External } = await import('./client.ts');
        const external = { ...config, url: config.url };
        mqtt.#external = await External.open({
          ...of,
          ...{ config: external, filters: router.filters },
          ...(onOnline === undefined ? {} : { onOnline }),
        });
      }
    } catch (error) {
      await mqtt.close();
      throw error;
    }
    mqtt.#broker?.publish({ topic: statusTopic(config), payload: 'online', retain: true });
    return mqtt;
  }

  /** Where the embedded broker listens; empty without one. */
  get listeners(): readonly { readonly kind: string; readonly port: number }[] {
    return this.#broker?.listeners ?? [];
  }

  get health(): NonNullable<HealthInfo['mqtt']> {
    const broker = this.#broker;
    const external = this.#external;
    return {
      broker:
        broker === null
          ? null
          : {
              listeners: broker.listeners.map((listener) => ({ ...listener })),
              clients: broker.clientCount,
              ...broker.counters,
            },
      external: external === null ? null : { ...external.state },
      ...this.#router.counters,
      waiting: this.#acks.count,
      refused: this.#router.refusals.map((refusal) => ({ ...refusal })),
    };
  }

  readonly publish: Publish = (message) => {
    this.#broker?.publish(message);
    this.#external?.publish(message);
  };

  /** Writes what is taken, acknowledges it, and goes. */
  async close(): Promise<void> {
    this.#acks.flush();
    await Promise.all([this.#broker?.close(), this.#external?.close()]);
    this.#acks.close();
  }
}

async function openBroker(options: BrokerOptions): Promise<Broker> {
  const { Broker: Embedded } = await import('./broker.ts');
  return Embedded.open(options);
}

/** Home Assistant, what looks on, and gateways that come back before their old connection is given up. */
const CONNECTIONS_BESIDE = 50;

function brokerPlace({ topic, broker, metersMax }: MqttConfig) {
  return {
    host: broker.host,
    port: broker.plain ? broker.port : null,
    tlsPort: broker.tlsPort ?? null,
    webSocketPort: broker.webSocketPort ?? null,
    certFile: broker.certFile ?? null,
    keyFile: broker.keyFile ?? null,
    base: topic,
    anonymous: broker.anonymous,
    packetBytesMax: broker.packetBytesMax,
    connectionsMax: broker.connectionsMax ?? metersMax + CONNECTIONS_BESIDE,
  };
}

/** A message that the store can not take is not acknowledged: its sender has it still, and sends it again. */
function guarded(acks: HeldAcks, log: (line: string) => void): TakeMessage {
  return (message) => {
    try {
      return acks.take(message);
    } catch (error) {
      log(`MQTT: ${message.topic} could not be stored: ${error instanceof Error ? error.message : error}`);
      return 'failed';
    }
  };
}
