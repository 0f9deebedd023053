import {
  type FirmwareImage,
  type FirmwareInfo,
  type FirmwareRun,
  firmwareImageParameters,
  firmwareUpdateBody,
  firmwareUploadQuery,
  IMAGE_BYTES_MAX,
  operations,
} from '@kilowink/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RequireAdmin } from '../admin/index.ts';
import { serverError } from '../errors.ts';
import { fastifyPath } from '../http/paths.ts';
import { readInput } from '../http/query.ts';
import type { ImageStore } from './image-store.ts';
import type { SensorTarget } from './targets.ts';
import type { FirmwareUpdates } from './updates.ts';

export interface FirmwareRoutes {
  readonly images: ImageStore;
  readonly updates: FirmwareUpdates;
  readonly targets: () => readonly SensorTarget[];
  readonly requireAdmin: RequireAdmin;
}

/** Firmware of sensors: all of it is the administrator's. */
export function addFirmwareRoutes(app: FastifyInstance, routes: FirmwareRoutes): void {
  const { images, updates, targets, requireAdmin } = routes;
  // Asked before the body is read: nobody else's four megabytes are taken in.
  const onRequest = async (request: FastifyRequest) => requireAdmin(request);
  const info = (): FirmwareInfo => ({
    images: images.list(),
    keys: images.keyIds(),
    targets: [...targets()],
    runs: [...updates.runs],
  });

  app.addContentTypeParser(
    'application/octet-stream',
    { parseAs: 'buffer', bodyLimit: IMAGE_BYTES_MAX },
    (_request, body, done) => done(null, body),
  );
  app.get(operations.readFirmware.path, { onRequest }, info);
  app.post(
    operations.addFirmwareImage.path,
    { onRequest, bodyLimit: IMAGE_BYTES_MAX },
    (request): FirmwareImage => {
      const { name = 'firmware.bin' } = readInput(firmwareUploadQuery, request.query);
      const file = Buffer.isBuffer(request.body) ? new Uint8Array(request.body) : new Uint8Array(0);
      return images.add(name, file);
    },
  );
  app.delete(fastifyPath(operations.removeFirmwareImage.path), { onRequest }, (request): FirmwareInfo => {
    const { hash } = readInput(firmwareImageParameters, request.params);
    if (updates.isUsing(hash)) throw serverError('firmware/in-use');
    images.remove(hash);
    return info();
  });
  app.post(operations.startFirmwareUpdate.path, { onRequest }, (request): FirmwareRun => {
    return updates.start(readInput(firmwareUpdateBody, request.body ?? {}));
  });
  app.delete(operations.cancelFirmwareUpdate.path, { onRequest }, (): FirmwareInfo => {
    updates.cancel();
    return info();
  });
}
