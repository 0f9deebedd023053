import {
  API_PREFIX,
  type HealthInfo,
  healthQuery,
  type MeterInfo,
  openApiDocument,
  operations,
  type SiteInfo,
} from '@kilowink/api';
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { readInput } from './query.ts';

export interface SiteRoutes {
  readonly version: string;
  readonly site: () => SiteInfo;
  readonly health: (query: z.output<typeof healthQuery>) => HealthInfo;
  readonly meters: () => MeterInfo[];
}

/** What is not about one series: the site, the server's health, the API's own description. */
export function addSiteRoutes(app: FastifyInstance, routes: SiteRoutes): void {
  let document: ReturnType<typeof openApiDocument> | null = null;
  app.get(`${API_PREFIX}/openapi.json`, () => {
    document ??= openApiDocument(routes.version);
    return document;
  });
  app.get(operations.readSite.path, routes.site);
  app.get(operations.readHealth.path, (request) => routes.health(readInput(healthQuery, request.query)));
  app.get(operations.listMeters.path, () => ({ meters: routes.meters() }));
}
