import {
  API_PREFIX,
  type HealthInfo,
  type MeterInfo,
  openApiDocument,
  operations,
  type SiteInfo,
} from '@kilowink/api';
import type { FastifyInstance } from 'fastify';

export interface SiteRoutes {
  readonly version: string;
  readonly site: () => SiteInfo;
  readonly health: () => HealthInfo;
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
  app.get(operations.readHealth.path, routes.health);
  app.get(operations.listMeters.path, () => ({ meters: routes.meters() }));
}
