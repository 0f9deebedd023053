import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { serverError } from '../errors.ts';

// An import would also load a client for WebSockets, for which the server has no use.
const { createServer: createHttpServer } = process.getBuiltinModule('node:http');
const { createServer: createHttpsServer } = process.getBuiltinModule('node:https');

/** Where the broker listens. */
export interface ListenerOptions {
  readonly host: string;
  /** Plain; null is off, 0 takes a free one, as for all. */
  readonly port: number | null;
  readonly tlsPort: number | null;
  /** WebSocket; with TLS where there is a certificate. */
  readonly webSocketPort: number | null;
  /** Files with the certificate (chain) and its key, PEM. */
  readonly certFile: string | null;
  readonly keyFile: string | null;
}

export interface BoundListener {
  readonly kind: 'plain' | 'tls' | 'webSocket';
  readonly port: number;
  /** Takes no further connections. */
  stop(): void;
  /** Settled once it is stopped and its connections are gone. */
  readonly closed: Promise<void>;
}

type Accept = (stream: Duplex, request?: IncomingMessage) => void;

/** A packet that is longer than this in one WebSocket message is refused there already. */
const WEB_SOCKET_BYTES_MAX = 1_048_576;

/** Opens every listener that is wanted. Throws `mqtt/port-taken`, `mqtt/certificate`; then none is left open. */
export async function openListeners(options: ListenerOptions, accept: Accept): Promise<BoundListener[]> {
  const open: BoundListener[] = [];
  try {
    const { port, tlsPort, webSocketPort } = options;
    if (port !== null) open.push(await bind(createServer(accept), { ...options, kind: 'plain', port }));
    if (tlsPort !== null) {
      const server = certified(options, (pair) => createTlsServer(pair, accept));
      open.push(await bind(server, { ...options, kind: 'tls', port: tlsPort }));
    }
    if (webSocketPort !== null) {
      const server = await webSocketServer(options, accept);
      open.push(await bind(server, { ...options, kind: 'webSocket', port: webSocketPort }));
    }
    return open;
  } catch (error) {
    for (const listener of open) listener.stop();
    throw error;
  }
}

async function webSocketServer(options: ListenerOptions, accept: Accept): Promise<Server> {
  const { createWebSocketStream, WebSocketServer } = await import('ws');
  const server =
    options.certFile === null
      ? createHttpServer()
      : certified(options, (pair) => createHttpsServer(pair) as unknown as Server);
  const sockets = new WebSocketServer({
    server: server as ReturnType<typeof createHttpServer>,
    maxPayload: WEB_SOCKET_BYTES_MAX,
    handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
  });
  // Its errors are the server's, told there.
  sockets.on('error', () => {});
  sockets.on('connection', (socket, request) => accept(createWebSocketStream(socket), request));
  return server;
}

function certified(
  options: ListenerOptions,
  create: (pair: { cert: Buffer; key: Buffer }) => Server,
): Server {
  const { certFile, keyFile } = options;
  try {
    return create({ cert: readFileSync(certFile ?? ''), key: readFileSync(keyFile ?? '') });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw serverError(
      'mqtt/certificate',
      { cert: certFile ?? 'none', key: keyFile ?? 'none', reason },
      cause,
    );
  }
}

async function bind(
  server: Server,
  at: { host: string; port: number; kind: BoundListener['kind'] },
): Promise<BoundListener> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const isTaken = (cause as { code?: unknown }).code === 'EADDRINUSE';
      reject(isTaken ? serverError('mqtt/port-taken', { host: at.host, port: at.port }, cause) : cause);
    });
    server.listen(at.port, at.host, resolve);
  });
  const closed = new Promise<void>((resolve) => server.once('close', () => resolve()));
  const address = server.address() as AddressInfo;
  return { kind: at.kind, port: address.port, stop: () => server.close(), closed };
}
