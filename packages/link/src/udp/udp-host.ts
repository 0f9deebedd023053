import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { linkError } from '../errors.ts';
import { type Peer, PeerRunner } from './peer-runner.ts';

/** Where a hosted peer listens. */
export interface UdpHostOptions {
  /** A free one, when left out. */
  readonly port?: number;
  /** This machine only (127.0.0.1), when left out. */
  readonly host?: string;
}

/** A peer behind a UDP port: each packet is a frame; answers go to whoever asked last. */
export class UdpHost {
  readonly runner: PeerRunner;
  readonly port: number;
  readonly #socket: Socket;

  private constructor(socket: Socket, peer: Peer) {
    this.#socket = socket;
    this.port = socket.address().port;
    let asker: RemoteInfo | null = null;
    this.runner = new PeerRunner(peer, (kind, bytes) => {
      if (kind === 'frame' && asker !== null) socket.send(bytes, asker.port, asker.address, () => {});
    });
    socket.on('message', (bytes, from) => {
      asker = from;
      this.runner.receive(new Uint8Array(bytes));
    });
    socket.on('error', () => {});
  }

  /** Throws `smp/transport` when the port is taken. */
  static async open(peer: Peer, { port = 0, host = '127.0.0.1' }: UdpHostOptions = {}): Promise<UdpHost> {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.bind(port, host);
    try {
      await once(socket, 'listening');
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw linkError('smp/transport', { target: `udp://${host}:${port}`, reason }, cause);
    }
    return new UdpHost(socket, peer);
  }

  async close(): Promise<void> {
    this.runner.close();
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }
}
