import { readFileSync } from 'node:fs';
import type { Clock, EpochMs } from '@kilowink/core/time';
import type { IClientOptions, IPublishPacket, MqttClient } from 'mqtt';
import type { MqttConfig } from '../config/index.ts';
import { type HeldAcks, pubackBytes } from './held-acks.ts';
import type { Publish, TakeMessage } from './message.ts';

export interface ExternalBrokerOptions {
  readonly config: MqttConfig & { readonly url: string };
  readonly filters: readonly string[];
  readonly acks: HeldAcks;
  readonly take: TakeMessage;
  readonly clock: Clock;
  /** Called each time a session stands: what must be published anew is. */
  readonly onOnline?: () => void;
  readonly log: (line: string) => void;
}

/** What is known of the connection to an external broker. */
export interface ExternalBrokerState {
  readonly url: string;
  readonly connected: boolean;
  readonly version: 4 | 5;
  readonly connects: number;
  readonly messages: number;
  readonly lastError: string | null;
  readonly lastMessageMs: EpochMs | null;
}

const RECONNECT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** How long the broker keeps what comes while the server is away, s. */
const SESSION_S = 30 * 86_400;
/** Messages under way to us at most; Mosquitto sends no more than 20 unless told otherwise. */
const RECEIVE_MAX = 200;
const MQTT_5 = 5;
const MQTT_3 = 4;
/** CONNACK of a broker that does not know MQTT 5. */
const UNACCEPTABLE = 1;
const UNSUPPORTED = 132;

/**
 * An external broker: a session that it keeps while the server is away, and messages acknowledged when they are in a file.
 * mqtt.js 5.16.0 handles one packet after the other, so one whose acknowledgement waits would stop all others; therefore a
 * QoS 1 message passes it as QoS 0 and is acknowledged from here, on the connection it came on.
 */
export class ExternalBroker {
  readonly #options: ExternalBrokerOptions;
  readonly #client: MqttClient;
  #version: 4 | 5 = MQTT_5;
  #connects = 0;
  #messages = 0;
  #lastError: string | null = null;
  #lastMessageMs: EpochMs | null = null;

  private constructor(options: ExternalBrokerOptions, client: MqttClient) {
    this.#options = options;
    this.#client = client;
    client.on('connect', () => this.#connected());
    client.on('packetreceive', (packet) => {
      if (packet.cmd === 'publish') this.#receive(packet);
    });
    client.on('error', (error) => this.#failed(error));
    client.on('close', () => {
      this.#lastError ??= 'the connection was closed';
    });
  }

  /** Starts to connect, and goes on until it is closed. */
  static async open(options: ExternalBrokerOptions): Promise<ExternalBroker> {
    const { connect } = await import('mqtt');
    return new ExternalBroker(options, connect(options.config.url, clientOptions(options.config)));
  }

  get state(): ExternalBrokerState {
    return {
      url: plainUrl(this.#options.config.url),
      connected: this.#client.connected,
      version: this.#version,
      connects: this.#connects,
      messages: this.#messages,
      lastError: this.#client.connected ? null : this.#lastError,
      lastMessageMs: this.#lastMessageMs,
    };
  }

  /** While the broker is away nothing is kept: what is published is a state, and all of it follows at the next session. */
  readonly publish: Publish = ({ topic, payload, retain = false }) => {
    if (this.#client.connected) this.#client.publish(topic, payload, { qos: 1, retain }, () => {});
  };

  async close(): Promise<void> {
    if (this.#client.connected) {
      const topic = statusTopic(this.#options.config);
      await this.#client.publishAsync(topic, 'offline', { qos: 1, retain: true }).catch(() => {});
    }
    await new Promise<void>((resolve) => this.#client.end(true, {}, () => resolve()));
  }

  #connected(): void {
    const { config, filters, onOnline, log } = this.#options;
    this.#connects += 1;
    this.#lastError = null;
    log(`MQTT: connected to ${plainUrl(config.url)} (version ${this.#version === MQTT_5 ? '5' : '3.1.1'}).`);
    const isShared = config.share !== undefined && this.#version === MQTT_5;
    const wanted = filters.map((filter) => (isShared ? `$share/${config.share}/${filter}` : filter));
    this.#client.subscribe([...wanted], { qos: 1 }, (error, granted) => {
      const refused = granted?.filter(({ qos }) => (qos as number) >= 128) ?? [];
      for (const { topic } of refused) log(`MQTT: the broker refused the subscription to ${topic}.`);
      if (error !== null && error !== undefined) this.#lastError = error.message;
    });
    this.publish({ topic: statusTopic(config), payload: 'online', retain: true });
    onOnline?.();
  }

  #receive(packet: IPublishPacket): void {
    const { clock, take, acks } = this.#options;
    const { messageId, qos, retain } = packet;
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    this.#messages += 1;
    this.#lastMessageMs = clock.wallMs();
    const message = { topic: packet.topic, payload, isRetained: retain, receivedMs: this.#lastMessageMs };
    const taken = take(message);
    const { stream } = this.#client;
    if (qos !== 1 || messageId === undefined || taken === 'other' || taken === 'done') return;
    packet.qos = 0;
    if (taken === 'failed') {
      stream.destroy();
      return;
    }
    acks.hold(message, taken, () => {
      if (this.#client.connected && this.#client.stream === stream) stream.write(pubackBytes(messageId));
    });
  }

  #failed(error: Error): void {
    const { code } = error as { code?: unknown };
    this.#lastError = error.message;
    if (this.#version === MQTT_5 && this.#connects === 0 && (code === UNACCEPTABLE || code === UNSUPPORTED)) {
      this.#version = MQTT_3;
      Object.assign(this.#client.options, { protocolVersion: MQTT_3, properties: undefined });
      this.#options.log('MQTT: the broker does not speak version 5; trying 3.1.1.');
    }
  }
}

/** Where the server tells whether it is there, at the embedded broker too. */
export function statusTopic({ topic }: MqttConfig): string {
  return `${topic}/server/status`;
}

function clientOptions(config: MqttConfig): IClientOptions {
  const { clientId, username, password, caFile } = config;
  return {
    clientId,
    clean: false,
    protocolVersion: MQTT_5,
    properties: { sessionExpiryInterval: SESSION_S, receiveMaximum: RECEIVE_MAX },
    reconnectPeriod: RECONNECT_MS,
    reconnectOnConnackError: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    resubscribe: false,
    queueQoSZero: false,
    will: { topic: statusTopic(config), payload: Buffer.from('offline'), qos: 1, retain: true },
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
  };
}

/** Without what is secret in it. */
function plainUrl(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
