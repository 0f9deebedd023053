import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer, Ingest } from '../ingest/index.ts';

/** A version 1 report of a whole day's windows is a quarter of this. */
const REPORT_BYTES_MAX = 65_536;

/** Takes a request if it is a sensor's; false leaves it to the API. */
export type SensorHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * What sensors in the field send: no Content-Type, one connection a report, an answer in plain text with status 200
 * whatever it says. Without `ingest` the instance is read-only.
 *
 * This stands before the framework: thousands of sensors report every 15 s, each on a connection of its own, and a post of
 * 17 bytes needs no routing, hooks or serialisation. It doubles what one core takes in.
 */
export function sensorHandler(ingest: Ingest | null, onError: (error: unknown) => void): SensorHandler {
  /** A store that can not be written leaves the report to the sensor, which repeats its windows. */
  const attempt = (response: ServerResponse, take: () => Answer) => {
    try {
      answer(response, 200, take());
    } catch (error) {
      onError(error);
      answer(response, 503, 'not stored');
    }
  };
  return (request, response) => {
    if (request.method !== 'POST') return false;
    switch (request.url) {
      case '/sensor/up':
        request.resume();
        attempt(response, () => ingest?.up(addressOf(request)) ?? 'readonly');
        return true;
      case '/sensor/report':
        readBody(request, response, (body) =>
          attempt(response, () => ingest?.report(addressOf(request), body) ?? 'readonly'),
        );
        return true;
      default:
        return false;
    }
  };
}

function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? 'unknown';
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'content-length': text.length });
  response.end(text);
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
