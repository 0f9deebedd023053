import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Answer, Ingest } from '../ingest/index.ts';

/** A version 1 report of a whole day's windows would not need more. */
const REPORT_BYTES_MAX = 65_536;

/**
 * What sensors in the field send: no Content-Type, one connection a report, an answer in plain text with status 200
 * whatever it says. Without `ingest` the instance is read-only.
 */
export function addSensorRoutes(app: FastifyInstance, ingest: Ingest | null): void {
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: REPORT_BYTES_MAX },
      (_request, body, parsed) => parsed(null, body),
    );
    scope.post('/sensor/up', (request) => (ingest === null ? 'readonly' : ingest.up(request.ip)));
    scope.post('/sensor/report', (request): Answer => {
      if (ingest === null) return 'readonly';
      return ingest.report(request.ip, bodyOf(request));
    });
    done();
  });
}

function bodyOf(request: FastifyRequest): Uint8Array {
  return request.body instanceof Uint8Array ? request.body : new Uint8Array(0);
}
