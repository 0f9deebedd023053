import { dirname } from 'node:path';
import { IMPORT_BYTES_MAX, type ImportAnswer, importQuery, operations } from '@kilowink/api';
import type { Store } from '@kilowink/store';
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import type { RequireAdmin } from '../admin/index.ts';
import { serverError } from '../errors.ts';
import { readInput } from '../http/query.ts';
import { Imports } from './imports.ts';

export interface ImportRoutes {
  /** Null in a read-only instance. */
  readonly writer: Store | null;
  readonly zone: string;
  readonly requireAdmin: RequireAdmin;
  /** Something was taken in: open pages are to be told. */
  readonly onChange: () => void;
}

/** The route that takes a file of measurements. */
export function addImportRoutes(app: FastifyInstance, routes: ImportRoutes): void {
  const imports = new Imports();
  app.addHook('onClose', () => imports.close());
  void app.register((scope, _options, done) => {
    // A file is taken as it is, whatever the one who sends it takes it for.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.setErrorHandler((error: FastifyError) => {
      throw error.code === 'FST_ERR_CTP_BODY_TOO_LARGE' ? tooLarge() : error;
    });
    // Asked before the body is read: nobody else's file is taken in.
    const onRequest = async (request: FastifyRequest) => {
      routes.requireAdmin(request);
      if (routes.writer === null) throw serverError('http/read-only');
      if (Number(request.headers['content-length'] ?? 0) > IMPORT_BYTES_MAX) throw tooLarge();
    };
    scope.post(
      operations.importFile.path,
      { onRequest, bodyLimit: IMPORT_BYTES_MAX },
      (request): Promise<ImportAnswer> => importFile(request, routes, imports),
    );
    done();
  });
}

async function importFile(
  request: FastifyRequest,
  { writer, zone, onChange }: ImportRoutes,
  imports: Imports,
): Promise<ImportAnswer> {
  if (writer === null) throw serverError('http/read-only');
  const query = readInput(importQuery, request.query);
  const bytes = Buffer.isBuffer(request.body) ? request.body : new Uint8Array(0);
  const job = {
    ...{ folder: dirname(writer.health().path), zone, file: { name: query.name, bytes } },
    ...{ stamps: query.stamps, seriesName: query.as, isWritten: query.write },
  };
  const answer = await imports.run(job, () => !request.raw.socket.destroyed);
  if (query.write) {
    writer.refresh();
    onChange();
  }
  return answer;
}

function tooLarge() {
  return serverError('file/too-large', { max: IMPORT_BYTES_MAX / 1_048_576 });
}
