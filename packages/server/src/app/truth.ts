import type { HealthInfo, MeterInfo } from '@kilowink/api';
import { type Clock, DAY_MS } from '@kilowink/core/time';
import type { SeriesEntry, Store } from '@kilowink/store';
import type { FastifyInstance } from 'fastify';
import type { RequireAdmin } from '../admin/index.ts';
import { addCalibrationRoutes } from '../calibration/calibration-routes.ts';
import type { LoadedConfig } from '../config/index.ts';
import { addEventRoutes, addSeriesRoutes, type SeriesRoutes } from '../http/index.ts';
import { addImportRoutes } from '../import/import-routes.ts';
import type { Live } from '../live/index.ts';
import { addTruthRoutes, disagreementsOf, type EnergyReader, Quarantine } from '../truth/index.ts';

/** How often what came is held against what physics allows. */
const LOOK_MS = 10_000;
/** Days whose disagreements the health answer tells. */
const HEALTH_DAYS = 7;

export interface TruthOptions {
  readonly config: LoadedConfig['config'];
  readonly reader: EnergyReader;
  /** Null in a read-only instance. */
  readonly writer: Store | null;
  readonly clock: Clock;
  readonly live: Live;
  readonly log: (line: string) => void;
  /** The meters heard so far, which tell their subscribed power. */
  readonly meters: () => readonly MeterInfo[];
}

/** What makes the stored true, wired: reads through corrections, the routes that change them, the quarantine. */
export class Truth {
  readonly #options: TruthOptions;
  readonly #quarantine: Quarantine | null;
  #timer: ReturnType<typeof setInterval> | null = null;
  /** The meters by what they are called, as they are for the time of one look; null outside of it. */
  #metersNow: Meters | null = null;

  constructor(options: TruthOptions) {
    const { writer, clock, live } = options;
    this.#options = options;
    this.#quarantine =
      writer === null
        ? null
        : new Quarantine({
            ...{ store: writer, clock, subscribedVaOf: (series) => this.#subscribedVaOf(series) },
            onMade: () => live.push(),
          });
  }

  /** The routes that read measurements, events and readings, take files in, compare them, and correct what is wrong. */
  addRoutes(
    app: FastifyInstance,
    of: { requireAdmin: RequireAdmin } & Pick<SeriesRoutes, 'lastReportMs'>,
  ): void {
    const { config, reader, writer, clock, live } = this.#options;
    const { store } = reader;
    const { zone } = config.site;
    const nowMs = () => clock.wallMs();
    addSeriesRoutes(app, { reader, zone, nowMs, lastReportMs: of.lastReportMs });
    addEventRoutes(app, { store, reader, zone });
    const routes = {
      ...{ reader, writer, requireAdmin: of.requireAdmin, zone, nowMs },
      subscribedVaOf: (series: SeriesEntry) => this.#subscribedVaOf(series),
      onChange: () => live.push(),
    };
    addTruthRoutes(app, routes);
    addCalibrationRoutes(app, routes);
    addImportRoutes(app, routes);
  }

  start(): void {
    if (this.#quarantine === null) return;
    this.look();
    this.#timer = setInterval(() => this.look(), LOOK_MS);
    this.#timer.unref();
  }

  /** Holds what came against what physics allows. A failure is told; the next look tries again. */
  look(): void {
    // Every series is asked for its meter: of thousands, each would have all meters described.
    this.#metersNow = byId(this.#options.meters());
    try {
      this.#quarantine?.look();
    } catch (error) {
      this.#options.log(`what came could not be judged: ${error instanceof Error ? error.message : error}`);
    } finally {
      this.#metersNow = null;
    }
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.look();
  }

  /** For `GET /api/v1/health`: nothing where no meter has several sensors. */
  get health(): Pick<HealthInfo, 'measurements'> {
    const { config, reader, clock } = this.#options;
    const toMs = clock.wallMs();
    const range = { fromMs: toMs - HEALTH_DAYS * DAY_MS, toMs };
    const measurements = reader.measurements().map(({ info, members }) => ({
      ...{ series: info.id, name: info.name, members: members.map(({ id }) => id) },
      disagreements: disagreementsOf(reader, info, { range, zone: config.site.zone }),
    }));
    return measurements.length === 0 ? {} : { measurements };
  }

  /** What the configuration says, or the TIC meter that a series is of, or that is on the same meter. */
  #subscribedVaOf(series: SeriesEntry): number | null {
    const { config, reader, meters } = this.#options;
    if (config.site.subscribedVa !== undefined) return config.site.subscribedVa;
    const known = this.#metersNow ?? byId(meters());
    if (known.size === 0) return null;
    for (const { source } of reader.onSameMeter(series)) {
      if (!source.startsWith(TIC)) continue;
      const meter = known.get(source.split('/')[1] ?? '');
      if (meter !== undefined && meter.subscribedVa !== null) return meter.subscribedVa;
    }
    return null;
  }
}

const TIC = 'tic/';

type Meters = ReadonlyMap<string, MeterInfo>;

function byId(meters: readonly MeterInfo[]): Meters {
  return new Map(meters.map((meter) => [meter.id, meter]));
}
