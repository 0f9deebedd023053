import { join } from 'node:path';
import type { HealthInfo, SiteInfo } from '@kilowink/api';
import { liveQuery, operations } from '@kilowink/api';
import { assert } from '@kilowink/core/error';
import type { Clock } from '@kilowink/core/time';
import type { Store, StoreReader } from '@kilowink/store';
import Fastify, { type FastifyInstance } from 'fastify';
import { AdminSessions, addAdminRoutes } from '../admin/index.ts';
import type { LoadedConfig } from '../config/index.ts';
import { serverError } from '../errors.ts';
import {
  addPageRoutes,
  addSiteRoutes,
  addWarmUp,
  answerWithProblems,
  reachableAddresses,
  type SensorHandler,
  sensorHandler,
} from '../http/index.ts';
import { readInput } from '../http/query.ts';
import { AdvertIngest, Ingest, ReportGuard } from '../ingest/index.ts';
import type { MachineClock } from '../ingest/machine-clock.ts';
import { KeyRing } from '../keys/index.ts';
import { Live } from '../live/index.ts';
import { EnergyReader } from '../truth/index.ts';
import { Bluetooth } from './bluetooth.ts';
import { Care } from './care.ts';
import { systemClock } from './clock.ts';
import { ClockWatch } from './clock-watch.ts';
import { describeHealth } from './health.ts';
import { Housekeeping } from './housekeeping.ts';
import type { Meters, MetersOptions } from './meters.ts';
import { Truth } from './truth.ts';
import { UsbSensors } from './usb-sensors.ts';

export interface ServerOptions {
  readonly config: LoadedConfig['config'];
  /** A store makes a server that takes reports; a reader makes a read-only one. */
  readonly store: Store | StoreReader;
  readonly version: string;
  readonly demo?: boolean;
  readonly clock?: Clock;
  /** Goes on from one process to the next; whoever gives a clock of their own gives this as well. */
  readonly machine?: MachineClock;
  /** One line for the person who runs it. */
  readonly log?: (line: string) => void;
  /** How long a sensor may take to report with new firmware, ms. */
  readonly reportMsMax?: number;
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

// An import would read every export, and one of them loads a WebSocket client that is never used: 14 MB and 25 ms.
const { createServer } = process.getBuiltinModule('node:http');

/** Where the web build puts the page. */
export const PAGE_FOLDER = join(import.meta.dirname, '../../../web/dist');

/** Wires the parts together and listens. Throws `http/port-taken`. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { config, store, version, clock = systemClock, log = () => {} } = options;
  const startedMs = clock.monotonicMs();
  const watch = new ClockWatch(clock);
  const writable = isWritable(store) ? store : null;
  const reader = new EnergyReader(store, config.measurements);
  const live = new Live({ reader, version, nowMs: () => clock.wallMs() });
  const parts = writable === null ? null : createIngest({ ...options, store: writable, clock, live, log });
  const ingest = parts?.ingest ?? null;
  const housekeeping = new Housekeeping({
    reader: store,
    writer: writable === null ? null : { store: writable, ...config.store },
    live,
    clock: watch,
    beforeSeal: [() => truth.look(), (beforeMs) => ingest?.saveBefore(beforeMs)],
    onError: (message, error) => log(`${message} ${String(error)}`),
  });

  const reportFailed = (error: unknown) => {
    log(`a report could not be stored: ${String(error)}`);
    housekeeping.reportFailed(error);
  };
  const app = createApp(sensorHandler(ingest, clock, reportFailed));
  let meters: Meters | null = null;
  let usb: UsbSensors | null = null;
  let address = { host: config.host, port: config.port };
  answerWithProblems(app, log);
  const requireAdmin = addAdminRoutes(app, new AdminSessions(config.dataDir, clock));
  const truth = new Truth({
    ...{ config, reader, writer: writable, clock, live, log },
    meters: () => meters?.list ?? [],
  });
  truth.addRoutes(app, { requireAdmin, lastReportMs: lastReportOf(ingest) });
  addSiteRoutes(app, {
    version,
    site: () => describeSite(options, { serverMs: clock.wallMs(), address }),
    health: (query): HealthInfo =>
      describeHealth({
        ...{ query, store, ingest, watch, version, housekeeping, clock, startedMs },
        groupMs: config.store.groupMs,
        ...(meters === null ? {} : { meters: meters.health }),
        truth: truth.health,
        ...(usb === null ? {} : { usb: usb.health }),
        ...(parts === null ? {} : { bluetooth: parts.bluetooth.health }),
      }),
    meters: () => meters?.list ?? [],
  });
  addLiveRoute(app, live);
  addWarmUp(app, { reader, zone: config.site.zone, clock });
  parts?.care.addRoutes(app, requireAdmin);
  addPageRoutes(app, options.pageFolder ?? PAGE_FOLDER);
  address = await listen(app, config);
  if (parts !== null && writable !== null) {
    meters = await openMeters(
      app,
      { config, store: writable, reader, clock, live, log, version },
      parts.bluetooth,
    );
    usb = await UsbSensors.open({ config: config.usb, ingest: parts.ingest, clock, log });
  }
  housekeeping.start();
  truth.start();

  return {
    ...address,
    url: `http://${address.host === '0.0.0.0' ? 'localhost' : address.host}:${address.port}`,
    app,
    mqttListeners: meters?.mqttListeners ?? [],
    close: async () => {
      housekeeping.stop();
      live.close();
      await app.close();
      await usb?.close();
      await parts?.care.close();
      await meters?.close();
      parts?.bluetooth.close();
      truth.stop();
      housekeeping.finish();
      store.close();
      parts?.guard.close();
    },
  };
}

function describeSite(
  { config, store, demo = false, version }: ServerOptions,
  { serverMs, address }: { serverMs: number; address: { host: string; port: number } },
): SiteInfo {
  const addresses = reachableAddresses(address.host, address.port);
  return { ...config.site, readOnly: store.readOnly, demo, version, serverMs, addresses };
}

/** When a source was last heard since the start. */
function lastReportOf(ingest: Ingest | null): (source: string) => number | null {
  return (source) => ingest?.lastReportMs(source) ?? null;
}

/** What came in is checked by the contract's own schemas and no route has one of the framework's: its compilers stay unloaded. */
function buildNoSchema(): never {
  assert(false, 'a route has a schema of the framework');
}

/** Reports of sensors pass by the framework: they are many, and their answers are two letters. */
function createApp(sensors: SensorHandler): FastifyInstance {
  return Fastify({
    logger: false,
    forceCloseConnections: true,
    schemaController: { compilersFactory: { buildValidator: buildNoSchema, buildSerializer: buildNoSchema } },
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
  reportMsMax?: number;
  machine?: MachineClock;
}): { ingest: Ingest; bluetooth: Bluetooth; care: Care; guard: ReportGuard } {
  const { store, clock, config, live, log } = of;
  const guard = new ReportGuard(config.dataDir, () => store.writtenGroups);
  const keys = new KeyRing(config.dataDir, log);
  const common = { store, clock, keys, mappings: config.sensors };
  const ingest = new Ingest({
    ...common,
    ...(of.machine === undefined ? {} : { machine: of.machine }),
    guard,
    requireKeys: config.requireKeys,
    onTaken: (series, added) => {
      if (added > 0) live.push();
      live.heard(series);
    },
    ...(config.verbose ? { log } : {}),
  });
  const leftCount = ingest.takeLeft();
  if (leftCount > 0) {
    store.flush();
    guard.clear();
    log(`${leftCount} reports that were answered before the last end came into the file now.`);
  }
  const adverts = new AdvertIngest({
    ...common,
    ingest,
    acceptUnknown: config.bluetooth.acceptUnknown,
    onStored: (touched) => {
      live.push();
      for (const series of touched) live.heard(series);
    },
  });
  const bluetooth = new Bluetooth(config.bluetooth, adverts, log);
  const { reportMsMax } = of;
  const care = new Care({
    ...{ config, store, clock, live, ingest, log, reportMsMax },
    gatt: () => bluetooth.gatt,
  });
  return { ingest, guard, bluetooth, care };
}

/** What can not be opened ends the start whole: no half of a server is left listening. */
async function openMeters(
  app: FastifyInstance,
  options: MetersOptions,
  bluetooth: Bluetooth,
): Promise<Meters | null> {
  const { mqtt, tic } = options.config;
  try {
    // A server of optical sensors alone does without what meters need, in memory too.
    const isWanted = mqtt.broker.enabled || mqtt.url !== undefined || tic.length > 0;
    const opened = isWanted ? await import('./meters.ts') : null;
    const meters = (await opened?.Meters.open({ ...options, handlers: bluetooth.handlers })) ?? null;
    await bluetooth.open();
    return meters;
  } catch (error) {
    await app.close();
    throw error;
  }
}

function addLiveRoute(app: FastifyInstance, live: Live): void {
  app.get(operations.readLive.path, (request, reply) => {
    const { cursor } = readInput(liveQuery, request.query);
    const last = request.headers['last-event-id'];
    reply.hijack();
    live.open(reply.raw, (typeof last === 'string' ? last : cursor) ?? null);
  });
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
