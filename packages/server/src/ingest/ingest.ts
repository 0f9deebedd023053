import { decodeReportV1, WINDOW_V1_MS } from '@kilowink/core/report';
import type { Clock, EpochMs } from '@kilowink/core/time';
import type { SeriesId, Store } from '@kilowink/store';
import type { SensorMapping } from '../config/index.ts';
import { Sensor, type SensorCounters } from './sensor.ts';
import { isAt, type SensorKey, sensorKeyOf } from './source-key.ts';

/** What a sensor is answered, as the firmware in the field knows it. */
export type Answer = 'ok' | 'invalid' | 'readonly';

/** A kind of refusal since the server started. */
export interface Refusal {
  readonly code: string;
  readonly count: number;
  readonly lastMessage: string;
  readonly lastMs: EpochMs;
}

export interface IngestOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly mappings: readonly SensorMapping[];
  /** Called after a report was taken, with what was new. */
  readonly onTaken?: (series: SeriesId, added: number) => void;
  readonly log?: (line: string) => void;
}

/** Takes reports in: bytes and a remote address in, windows stored once, an answer out. Never throws on what came. */
export class Ingest {
  readonly #options: IngestOptions;
  readonly #sensors = new Map<string, Sensor>();
  readonly #refusals = new Map<string, Refusal>();
  readonly #refusedBySource = new Map<string, number>();

  constructor(options: IngestOptions) {
    this.#options = options;
  }

  /** A sensor has booted. It sends no bytes with that, so every known type at this address counts as booted. */
  up(address: string): Answer {
    const { store, mappings } = this.#options;
    const at = this.#now();
    for (const { source, name } of store.listSeries()) {
      if (isAt(source, address, mappings)) this.#load({ source, name }).up(at);
    }
    this.#options.log?.(`${address} up`);
    return 'ok';
  }

  report(address: string, bytes: Uint8Array): Answer {
    const decoded = decodeReportV1(bytes);
    if (!decoded.ok) {
      this.#refuse(address, decoded.fault.code, decoded.fault.message);
      return 'invalid';
    }
    const type = decoded.value.sensorType;
    const sensor = this.#load(sensorKeyOf({ address, type }, this.#options.mappings));
    const taken = sensor.report(decoded.value, this.#now());
    this.#options.onTaken?.(sensor.series, taken.added);
    this.#options.log?.(
      `${address} report: uptime ${decoded.value.uptimeS} s, ${taken.added} new, ${taken.repeated} repeated` +
        (taken.newRun ? ', new boot' : ''),
    );
    return 'ok';
  }

  sensors(): { source: string; series: SeriesId; counters: Readonly<SensorCounters>; refused: number }[] {
    return [...this.#sensors.values()].map(({ source, series, counters }) => ({
      source,
      series,
      counters,
      refused: this.#refusedBySource.get(source) ?? 0,
    }));
  }

  refusals(): Refusal[] {
    return [...this.#refusals.values()];
  }

  #load(key: SensorKey): Sensor {
    const known = this.#sensors.get(key.source);
    if (known !== undefined) return known;
    const sensor = new Sensor(this.#options.store, key, WINDOW_V1_MS);
    this.#sensors.set(key.source, sensor);
    return sensor;
  }

  #refuse(address: string, code: string, message: string): void {
    const before = this.#refusals.get(code);
    const { wallMs } = this.#now();
    const lastMessage = `${address}: ${message}`;
    this.#refusals.set(code, { code, count: (before?.count ?? 0) + 1, lastMessage, lastMs: wallMs });
    const { source } = sensorKeyOf({ address, type: 0 }, this.#options.mappings);
    this.#refusedBySource.set(source, (this.#refusedBySource.get(source) ?? 0) + 1);
    this.#options.log?.(`${lastMessage}`);
  }

  #now(): { wallMs: EpochMs; monotonicMs: number } {
    const { clock } = this.#options;
    return { wallMs: clock.wallMs(), monotonicMs: clock.monotonicMs() };
  }
}
