import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { linkError } from '../errors.ts';

/** One peer over UDP: what comes from others is not heard. */
export class UdpPort {
  readonly host: string;
  readonly port: number;
  readonly #socket: Socket;
  readonly #onMessage: Set<(bytes: Uint8Array) => void> = new Set();
  #isClosed = false;

  private constructor(host: string, port: number, socket: Socket) {
    this.host = host;
    this.port = port;
    this.#socket = socket;
    socket.on('message', (bytes) => {
      for (const listener of this.#onMessage) listener(new Uint8Array(bytes));
    });
    // A peer that is not there yet refuses a packet: that is a packet lost, and is met as one.
    socket.on('error', () => {});
  }

  /** Finds the peer's address. Throws `smp/transport` when its name is not known. */
  static async open(host: string, port: number): Promise<UdpPort> {
    const target = `udp://${host}:${port}`;
    const { address, family } = await lookup(host).catch((cause: Error) => {
      throw linkError('smp/transport', { target, reason: cause.message }, cause);
    });
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    socket.connect(port, address);
    try {
      await once(socket, 'connect');
    } catch (cause) {
      socket.close();
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw linkError('smp/transport', { target, reason }, cause);
    }
    return new UdpPort(host, port, socket);
  }

  /** Sends one packet; whether it arrives nobody knows. */
  send(bytes: Uint8Array): void {
    if (this.#isClosed) throw linkError('smp/closed', { target: `udp://${this.host}:${this.port}` });
    this.#socket.send(bytes, () => {});
  }

  /** Calls back for each packet of the peer. Returns what stops it. */
  onMessage(listener: (bytes: Uint8Array) => void): () => void {
    this.#onMessage.add(listener);
    return () => this.#onMessage.delete(listener);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }
}
