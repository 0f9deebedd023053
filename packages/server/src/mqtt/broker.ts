import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Clock, HOUR_MS } from '@kilowink/core/time';
import type { Aedes, AuthenticateError, Client, PublishPacket } from 'aedes';
import { serverError } from '../errors.ts';
import { boundSessions, type Persistence } from './bound-sessions.ts';
import { forwardOnce } from './forward-once.ts';
import { type Anonymous, Gatekeeper, type Guest } from './gatekeeper.ts';
import { type HeldAcks, pubackBytes } from './held-acks.ts';
import { type BoundListener, type ListenerOptions, openListeners } from './listeners.ts';
import type { MqttMessage, Publish, TakeMessage } from './message.ts';
import { readWhole } from './read-whole.ts';
import { RetainedMessages } from './retained-file.ts';

export interface BrokerOptions extends ListenerOptions {
  /** Where users and kept messages are. */
  readonly folder: string;
  /** First level of our topics. */
  readonly base: string;
  readonly anonymous: Anonymous;
  readonly packetBytesMax: number;
  readonly connectionsMax: number;
  readonly acks: HeldAcks;
  readonly take: TakeMessage;
  readonly clock: Clock;
  readonly log: (line: string) => void;
}

export interface BrokerCounters {
  connections: number;
  connectionsRefused: number;
  loginsRefused: number;
  messages: number;
  messagesRefused: number;
  protocolErrors: number;
}

/** Return code of CONNACK. */
const NOT_AUTHORIZED: AuthenticateError['returnCode'] = 5;
const SAVE_MS = 1_000;
/** A gateway that is refused tries again every few seconds. */
const FULL_LOG_MS = HOUR_MS;

/**
 * The embedded broker. A QoS 1 message that is to be stored is acknowledged when it is in a file. aedes 1.2.0 acknowledges
 * as soon as a message may be published, and reads no more of a client while it is asked that; so the message passes it as
 * QoS 0, gets its QoS back on its way to the subscribers, and is acknowledged from here.
 */
export class Broker {
  readonly counters: BrokerCounters = {
    connections: 0,
    connectionsRefused: 0,
    loginsRefused: 0,
    messages: 0,
    messagesRefused: 0,
    protocolErrors: 0,
  };
  readonly #options: BrokerOptions;
  readonly #aedes: Aedes;
  readonly #gate: Gatekeeper;
  readonly #retained: RetainedMessages;
  readonly #guests = new WeakMap<Client, Guest>();
  readonly #acknowledgedHere = new WeakSet<object>();
  readonly #sockets = new Set<Duplex>();
  readonly #letOrderGo: (client: Client) => void;
  /** What we publish behind a kept message that is still being stored; null while none is. */
  #following: Parameters<Publish>[0][] | null = null;
  #listeners: readonly BoundListener[] = [];
  #saving: ReturnType<typeof setInterval> | null = null;
  /** When it was last told that a connection was one too many. */
  #fullLogMs: number | null = null;

  private constructor(options: BrokerOptions, aedes: Aedes) {
    this.#options = options;
    this.#aedes = aedes;
    this.#gate = new Gatekeeper({ ...options, onError: options.log });
    this.#retained = new RetainedMessages(options.folder);
    this.#letOrderGo = forwardOnce(aedes);
  }

  /** Throws `mqtt/port-taken`, `mqtt/certificate`, `mqtt/users-unreadable`, `mqtt/retained-unreadable`. */
  static async open(options: BrokerOptions): Promise<Broker> {
    const { Aedes } = await import('aedes');
    const aedes = new Aedes({ maxClientsIdLength: 256 });
    const broker = new Broker(options, aedes);
    try {
      await broker.#start();
    } catch (error) {
      await broker.close();
      throw error;
    }
    return broker;
  }

  get listeners(): readonly { readonly kind: string; readonly port: number }[] {
    return this.#listeners.map(({ kind, port }) => ({ kind, port }));
  }

  get clientCount(): number {
    return this.#sockets.size;
  }

  /**
   * In the order of the calls: a kept message is stored before it is handed on, so what follows it waits that long. Home Assistant
   * must hear of a device before it hears its values.
   */
  readonly publish: Publish = (message) => {
    if (this.#following !== null) {
      this.#following.push(message);
      return;
    }
    this.#send(message);
    if (message.retain !== true) return;
    this.#following = [];
    setImmediate(() => {
      const following = this.#following ?? [];
      this.#following = null;
      for (const each of following) this.publish(each);
    });
  };

  readonly #send: Publish = ({ topic, payload, retain = false }) => {
    const packet = { cmd: 'publish' as const, topic, payload, qos: 1 as const, retain, dup: false };
    this.#aedes.publish(packet, () => {});
  };

  async close(): Promise<void> {
    if (this.#saving !== null) clearInterval(this.#saving);
    for (const listener of this.#listeners) listener.stop();
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#listeners.map((listener) => listener.closed));
    this.#save();
  }

  async #start(): Promise<void> {
    const aedes = this.#aedes;
    aedes.authenticate = (client, name, password, done) =>
      this.#authenticate(client, { name, password }, done);
    aedes.authorizePublish = (client, packet, done) => this.#authorize(client, packet, done);
    aedes.authorizeSubscribe = (client, subscription, done) => {
      const guest = this.#guests.get(client);
      done(
        null,
        guest !== undefined && this.#gate.maySubscribe(guest, subscription.topic) ? subscription : null,
      );
    };
    const publish = aedes.publish.bind(aedes) as (...given: unknown[]) => void;
    const restored = (packet: PublishPacket, ...rest: unknown[]) => {
      if (this.#acknowledgedHere.has(packet)) packet.qos = 1;
      publish(packet, ...rest);
    };
    aedes.publish = restored as Aedes['publish'];
    aedes.on('publish', (packet) => {
      if (!packet.retain || packet.topic.startsWith('$SYS/')) return;
      this.#retained.put({ topic: packet.topic, payload: Buffer.from(packet.payload), qos: packet.qos });
    });
    aedes.on('clientError', (client, error) => this.#protocolError(client, error));
    aedes.on('connectionError', (client, error) => this.#protocolError(client, error));
    await aedes.listen();
    boundSessions((aedes as unknown as { persistence: Persistence }).persistence);
    await this.#restore();
    this.#listeners = await openListeners(this.#options, (stream, request) => this.#accept(stream, request));
    this.#saving = setInterval(() => this.#save(), SAVE_MS);
  }

  async #restore(): Promise<void> {
    for (const message of this.#retained.messages) {
      const packet = { cmd: 'publish' as const, ...message, retain: true, dup: false };
      await new Promise<void>((resolve, reject) =>
        this.#aedes.publish(packet, (error) => {
          if (!error) resolve();
          else reject(serverError('mqtt/unready', { reason: error.message }, error));
        }),
      );
    }
  }

  #accept(stream: Duplex, request?: IncomingMessage): void {
    if (this.#sockets.size >= this.#options.connectionsMax) {
      this.counters.connectionsRefused += 1;
      this.#logFull();
      stream.destroy();
      return;
    }
    this.counters.connections += 1;
    this.#sockets.add(stream);
    stream.on('close', () => this.#sockets.delete(stream));
    readWhole(stream);
    const client = this.#aedes.handle(stream, request);
    this.#letOrderGo(client);
    this.#limitPackets(client, stream);
  }

  #logFull(): void {
    const { connectionsMax, clock, log } = this.#options;
    const nowMs = clock.monotonicMs();
    if (this.#fullLogMs !== null && nowMs - this.#fullLogMs < FULL_LOG_MS) return;
    this.#fullLogMs = nowMs;
    log(`MQTT: a connection was refused, for ${connectionsMax} are open: see mqtt.broker.connectionsMax.`);
  }

  /** The length of a packet is told in its head: one that is too long is not collected first. */
  #limitPackets(client: Client, stream: Duplex): void {
    const parser = (
      client as unknown as { _parser: { packet: { length: number } | null; parse(chunk: Buffer): number } }
    )._parser;
    const parse = parser.parse.bind(parser);
    parser.parse = (chunk) => {
      const left = parse(chunk);
      if ((parser.packet?.length ?? 0) > this.#options.packetBytesMax) {
        this.counters.messagesRefused += 1;
        stream.destroy();
      }
      return left;
    };
  }

  #authenticate(
    client: Client,
    login: { name: string | undefined; password: Readonly<Buffer> | undefined },
    done: (error: AuthenticateError | null, success: boolean | null) => void,
  ): void {
    const refuse = () => {
      this.counters.loginsRefused += 1;
      this.#options.log(`MQTT client ${client.id} refused: name or password.`);
      done(Object.assign(new Refused('not authorized'), { returnCode: NOT_AUTHORIZED }), false);
    };
    this.#gate.admit(login.name, login.password?.toString()).then((guest) => {
      if (guest === 'refused') {
        refuse();
        return;
      }
      this.#guests.set(client, guest);
      done(null, true);
    }, refuse);
  }

  #authorize(client: Client | null, packet: PublishPacket, done: (error?: Error | null) => void): void {
    const guest = client === null ? undefined : this.#guests.get(client);
    const topic = String(packet.topic);
    if (client === null || guest === undefined || !this.#gate.mayPublish(guest, topic)) {
      this.#refuse(`MQTT client ${client?.id ?? 'gone'} may not publish to ${topic}.`, done);
      return;
    }
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
    if (payload.length > this.#options.packetBytesMax) {
      this.#refuse(`MQTT client ${client.id}: ${payload.length} bytes for ${topic} are too many.`, done);
      return;
    }
    if (packet.retain && !this.#retained.put({ topic, payload, qos: packet.qos })) {
      this.#refuse(`MQTT client ${client.id}: no room to keep ${topic}.`, done);
      return;
    }
    this.counters.messages += 1;
    const receivedMs = this.#options.clock.wallMs();
    const message = { topic, payload, isRetained: false, receivedMs };
    const taken = this.#options.take(message);
    const isAcknowledged = packet.qos > 0 && packet.messageId !== undefined;
    // Settings that a sensor fetches at its next wake must be there after a power cut too.
    if (isAcknowledged && packet.retain) this.#save();
    if (taken === 'failed') this.#refuse(`MQTT client ${client.id}: ${topic} could not be stored.`, done);
    else if (!isAcknowledged || typeof taken !== 'number') done(null);
    else this.#acknowledgeLater({ client, packet, message, group: taken }, done);
  }

  #refuse(line: string, done: (error: Error) => void): void {
    this.counters.messagesRefused += 1;
    this.#options.log(line);
    done(new Refused(line));
  }

  #acknowledgeLater(
    of: { client: Client; packet: PublishPacket; message: MqttMessage; group: number },
    done: (error?: Error | null) => void,
  ): void {
    const { client, packet, message, group } = of;
    if (packet.qos === 2) {
      this.#options.acks.hold(message, group, () => done(null));
      return;
    }
    const { messageId = 0 } = packet;
    packet.qos = 0;
    this.#acknowledgedHere.add(packet);
    this.#options.acks.hold(message, group, () => {
      if (client.closed) return;
      const { conn } = client;
      // All of a turn go out at once.
      conn.cork();
      conn.write(pubackBytes(messageId));
      process.nextTick(() => conn.uncork());
    });
    done(null);
  }

  #protocolError(client: Client, error: Error): void {
    this.counters.protocolErrors += 1;
    if (!(error instanceof Refused)) this.#options.log(`MQTT client ${client.id ?? ''}: ${error.message}`);
  }

  #save(): void {
    try {
      this.#retained.save();
    } catch (error) {
      this.#options.log(error instanceof Error ? error.message : String(error));
    }
  }
}

/** Tells aedes no; it closes the connection. */
class Refused extends Error {
  override readonly name = 'Refused';
}
