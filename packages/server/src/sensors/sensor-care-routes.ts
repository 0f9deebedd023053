import { type LightAnswer, operations, sensorParameters } from '@kilowink/api';
import type { FastifyInstance } from 'fastify';
import { fastifyPath } from '../http/paths.ts';
import { readInput } from '../http/query.ts';

/** What sensors say of themselves beside their measurements. */
export function addSensorCareRoutes(
  app: FastifyInstance,
  of: { light: (source: string) => LightAnswer },
): void {
  app.get(fastifyPath(operations.readLight.path), (request): LightAnswer => {
    const { source } = readInput(sensorParameters, request.params);
    return of.light(source);
  });
}
