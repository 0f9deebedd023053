import { createServer } from 'node:http';
import { join } from 'node:path';
import type { HealthInfo, SiteInfo } from '@kilowink/api';
import { liveQuery, operations } from '@kilowink/api';
import type { Clock } from '@kilowink/core/time';
import type { Store, StoreReader } from '@kilowink/store';
import Fastify, { type FastifyInstance } from 'fastify';
import { AdminSessions, addAdminRoutes } from '../admin/index.ts';
import type { LoadedConfig } from '../config/index.ts';
import { serverError } from '../errors.ts';
import {
  addEventRoutes,
  addPageRoutes,
  addSeriesRoutes,
  addSiteRoutes,
  answerWithProblems,
  reachableAddresses,
  type SensorHandler,
  sensorHandler,
} from '../http/index.ts';
import { readInput } from '../http/query.ts';
import { Ingest } from '../ingest/index.ts';
import { KeyRing } from '../keys/index.ts';
import { Live } from '../live/index.ts';
import { systemClock } from './clock.ts';
import { ClockWatch } from './clock-watch.ts';
import { describeHealth } from './health.ts';
import { Housekeeping } from './housekeeping.ts';
import { Meters, type MetersOptions } from './meters.ts';

export interface ServerOptions {
  readonly config: LoadedConfig['config'];
  /** A store makes a server that takes reports; a reader makes a read-only one. */
  readonly store: Store | StoreReader;
  readonly version: string;
  readonly demo?: boolean;
  readonly clock?: Clock;
  /** One line for the person who runs it. */
  readonly log?: (line: string) => void;
  /** Folder of the built page. */
  readonly pageFolder?: string;
}

/** A running server. */
export interface RunningServer {
  readonly host: string;
  readonly port: number;
  /** For pages on this machine. */
  readonly url: string;
  readonly app: FastifyInstance;
  /** Where the embedded MQTT broker listens; empty without one. */
  readonly mqttListeners: Meters['mqttListeners'];
  /** Stops taking requests, makes everything durable and closes the store. */
  close(): Promise<void>;
}

/** Where the web build puts the page. */
export const PAGE_FOLDER = join(import.meta.dirname, '../../../web/dist');

/** Wires the parts together and listens. Throws `http/port-taken`. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { config, store, version } = options;
  const clock = options.clock ?? systemClock;
  const log = options.log ?? (() => {});
  const startedMs = clock.monotonicMs();
  const watch = new ClockWatch(clock);
  const writable = isWritable(store) ? store : null;
  const live = new Live({ store, version, nowMs: () => clock.wallMs() });
  const ingest = writable === null ? null : createIngest({ store: writable, clock, config, live, log });
  const housekeeping = new Housekeeping({
    reader: store,
    writer: writable === null ? null : { store: writable, ...config.store },
    live,
    clock: watch,
    onError: (message, error) => log(`${message} ${String(error)}`),
  });

  const reportFailed = (error: unknown) => log(`a report could not be stored: ${String(error)}`);
  const app = createApp(sensorHandler(ingest, clock, reportFailed));
  let meters: Meters | null = null;
  let address = { host: config.host, port: config.port };
  answerWithProblems(app, log);
  addSeriesRoutes(app, {
    store,
    zone: config.site.zone,
    nowMs: () => clock.wallMs(),
    lastReportMs: (source) =>
      ingest?.sensors().find((known) => known.source === source)?.counters.lastReportMs ?? null,
  });
  addEventRoutes(app, { store, zone: config.site.zone });
  addAdminRoutes(app, new AdminSessions(config.dataDir, clock));
  addSiteRoutes(app, {
    version,
    site: (): SiteInfo => ({
      ...config.site,
      readOnly: writable === null,
      demo: options.demo ?? false,
      version,
      serverMs: clock.wallMs(),
      addresses: reachableAddresses(address.host, address.port),
    }),
    health: (): HealthInfo =>
      describeHealth({
        store,
        ingest,
        watch,
        version,
        groupMs: config.store.groupMs,
        housekeeping,
        clock,
        startedMs,
        ...(meters === null ? {} : { meters: meters.health }),
      }),
    meters: () => meters?.list ?? [],
  });
  addLiveRoute(app, live);
  addPageRoutes(app, options.pageFolder ?? PAGE_FOLDER);
  address = await listen(app, config);
  if (writable !== null)
    meters = await openMeters(app, { config, store: writable, clock, live, log, version });
  housekeeping.start();

  return {
    ...address,
    url: `http://${address.host === '0.0.0.0' ? 'localhost' : address.host}:${address.port}`,
    app,
    mqttListeners: meters?.mqttListeners ?? [],
    close: async () => {
      housekeeping.stop();
      live.close();
      await app.close();
      await meters?.close();
      housekeeping.flush();
      store.close();
    },
  };
}

function addLiveRoute(app: FastifyInstance, live: Live): void {
  app.get(operations.readLive.path, (request, reply) => {
    const { cursor } = readInput(liveQuery, request.query);
    const last = request.headers['last-event-id'];
    reply.hijack();
    live.open(reply.raw, (typeof last === 'string' ? last : cursor) ?? null);
  });
}

/** Reports of sensors pass by the framework: they are many, and their answers are two letters. */
function createApp(sensors: SensorHandler): FastifyInstance {
  return Fastify({
    logger: false,
    forceCloseConnections: true,
    serverFactory: (api) =>
      createServer((request, response) => {
        if (!sensors(request, response)) api(request, response);
      }),
  });
}

function createIngest(of: {
  store: Store;
  clock: Clock;
  config: LoadedConfig['config'];
  live: Live;
  log: (line: string) => void;
}): Ingest {
  const { store, clock, config, live, log } = of;
  return new Ingest({
    store,
    clock,
    mappings: config.sensors,
    requireKeys: config.requireKeys,
    keys: new KeyRing(config.dataDir, log),
    onTaken: (series, added) => {
      if (added > 0) live.push();
      live.heard(series);
    },
    ...(config.verbose ? { log } : {}),
  });
}

/** What can not be opened ends the start whole: no half of a server is left listening. */
async function openMeters(app: FastifyInstance, options: MetersOptions): Promise<Meters> {
  try {
    return await Meters.open(options);
  } catch (error) {
    await app.close();
    throw error;
  }
}

async function listen(
  app: FastifyInstance,
  config: LoadedConfig['config'],
): Promise<{ host: string; port: number }> {
  try {
    await app.listen({ host: config.host, port: config.port });
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'EADDRINUSE') throw cause;
    throw serverError('http/port-taken', { host: config.host, port: config.port }, cause);
  }
  const bound = app.server.address();
  return { host: config.host, port: typeof bound === 'object' && bound !== null ? bound.port : config.port };
}

function isWritable(store: Store | StoreReader): store is Store {
  return !store.readOnly;
}
