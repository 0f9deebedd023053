import type { IncomingMessage, ServerResponse } from 'node:http';
import { isVersion2 } from '@kilowink/core/report';
import type { Clock } from '@kilowink/core/time';
import { type Answer, type Ingest, unreadAnswer } from '../ingest/index.ts';

/** A version 1 report of a whole day's windows is a quarter of this. */
const REPORT_BYTES_MAX = 65_536;

/**
 * So many reports are taken and answered together at most. Each holds its request and its answer: hundreds at once outlive
 * the young heap, and its collector copies them all.
 */
const TOGETHER_MAX = 16;

/** Takes a request if it is a sensor's; false leaves it to the API. */
export type SensorHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

/** What came, and where its answer goes. */
interface Waiting {
  readonly response: ServerResponse;
  readonly address: string;
  /** Null: a sensor has booted. */
  readonly bytes: Uint8Array | null;
}

/**
 * What sensors in the field send: no Content-Type, one connection a report, an answer in plain text with status 200
 * whatever it says; version 2 is answered in bytes. Without `ingest` the instance is read-only.
 *
 * This stands before the framework: thousands of sensors report every 15 s, each on a connection of its own, and a post of
 * 17 bytes needs no routing, hooks or serialisation. What came in one turn of the event loop is taken at its end, in order, or
 * once it is enough, and answered then, so that one write keeps all of it before any is answered. `npm run bench -- ingest` shows what is taken in.
 */
export function sensorHandler(
  ingest: Ingest | null,
  clock: Clock,
  onError: (error: unknown) => void,
): SensorHandler {
  let waiting: Waiting[] = [];
  const take = ({ address, bytes }: Waiting): Answer => {
    if (ingest === null) return isBinary(bytes) ? unreadAnswer('readOnly', clock.wallMs()) : 'readonly';
    return bytes === null ? ingest.up(address) : ingest.report(address, bytes);
  };
  /** A store that can not be written leaves the report to the sensor, which repeats its windows. */
  const attempt = (each: Waiting): Told => {
    try {
      return { status: 200, content: take(each) };
    } catch (error) {
      onError(error);
      const content = isBinary(each.bytes) ? unreadAnswer('retry', clock.wallMs()) : 'not stored';
      return { status: 503, content };
    }
  };
  const takeAll = () => {
    const came = waiting;
    if (came.length === 0) return;
    waiting = [];
    try {
      ingest?.keepAhead(came);
    } catch (error) {
      // Then each is kept by itself, or refused.
      onError(error);
    }
    const told = came.map(attempt);
    for (let at = 0; at < came.length; at += 1) answer((came[at] as Waiting).response, told[at] as Told);
  };
  const wait = (each: Waiting) => {
    waiting.push(each);
    if (waiting.length === 1) setImmediate(takeAll);
    else if (waiting.length === TOGETHER_MAX) takeAll();
  };
  return (request, response) => {
    if (request.method !== 'POST') return false;
    const address = addressOf(request);
    switch (request.url) {
      case '/sensor/up':
        request.resume();
        wait({ response, address, bytes: null });
        return true;
      case '/sensor/report':
        readBody(request, response, (bytes) => wait({ response, address, bytes }));
        return true;
      default:
        return false;
    }
  };
}

/** What is answered. */
interface Told {
  readonly status: number;
  readonly content: string | Uint8Array;
}

function isBinary(bytes: Uint8Array | null): boolean {
  return bytes !== null && isVersion2(bytes);
}

function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? 'unknown';
}

function answer(response: ServerResponse, { status, content }: Told): void {
  const type = typeof content === 'string' ? 'text/plain; charset=utf-8' : 'application/octet-stream';
  response.writeHead(status, { 'content-type': type, 'content-length': content.length });
  // As text of single bytes it leaves with the head in one string: bytes would be a second piece to write.
  response.end(typeof content === 'string' ? content : asBuffer(content).toString('latin1'), 'latin1');
}

/** Without a copy of the bytes. */
function asBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}

/** Gathers the body; one that is too long is answered 413 and cut off. */
function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  done: (body: Uint8Array) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= REPORT_BYTES_MAX) chunks.push(chunk);
    else if (!response.headersSent) {
      response.writeHead(413, { connection: 'close' }).end();
      request.destroy();
    }
  });
  request.on('end', () => {
    const [only] = chunks;
    done(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks));
  });
}
