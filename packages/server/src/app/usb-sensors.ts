import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import type { HealthInfo } from '@kilowink/api';
import { decodeReportV2, isVersion2 } from '@kilowink/core/report';
import type { Clock } from '@kilowink/core/time';
import type { SensorReceiver } from '@kilowink/link/sensor-receiver';
import type { UsbConfig } from '../config/index.ts';
import { AUTO } from '../config/usb-schema.ts';
import { type Ingest, unreadAnswer } from '../ingest/index.ts';

export interface UsbSensorsOptions {
  readonly config: UsbConfig;
  readonly ingest: Ingest;
  readonly clock: Clock;
  readonly log: (line: string) => void;
  /** Where devices are; `/dev` when left out. */
  readonly deviceFolder?: string;
  /** How often is looked for sensors that were plugged in; 5 s when left out. */
  readonly lookMs?: number;
}

type Link = typeof import('@kilowink/link/sensor-receiver');

const LOOK_MS = 5_000;
/** Names may change with every plug on a broken hub; not without end. */
const FOUND_MAX = 32;
const NO_ANSWER = new Uint8Array(0);

/** Sensors on serial lines of this machine: their reports are taken as those over HTTP are, and answered on the line. */
export class UsbSensors {
  readonly #options: UsbSensorsOptions;
  readonly #receivers = new Map<string, { readonly name: string; readonly receiver: SensorReceiver }>();
  #timer: ReturnType<typeof setInterval> | null = null;

  private constructor(options: UsbSensorsOptions) {
    this.#options = options;
  }

  /** Never throws for a device that is away: what is in the way is shown in health. */
  static async open(options: UsbSensorsOptions): Promise<UsbSensors> {
    const sensors = new UsbSensors(options);
    const { config, lookMs = LOOK_MS } = options;
    if (config.length === 0) return sensors;
    const link = await import('@kilowink/link/sensor-receiver');
    for (const { path, name } of config) if (path !== AUTO) sensors.#listen(link, path, name);
    if (config.some(({ path }) => path === AUTO)) {
      sensors.#look(link);
      sensors.#timer = setInterval(() => sensors.#look(link), lookMs);
      sensors.#timer.unref();
    }
    return sensors;
  }

  /** For `GET /api/v1/health`: nothing where none is configured. */
  get health(): Pick<HealthInfo, 'usb'> {
    if (this.#options.config.length === 0) return {};
    return { usb: [...this.#receivers.values()].map(({ name, receiver }) => ({ name, ...receiver.state })) };
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await Promise.all([...this.#receivers.values()].map(({ receiver }) => receiver.close()));
  }

  /** A device that is configured by another of its names is not opened twice. */
  #look(link: Link): void {
    const { config, deviceFolder } = this.#options;
    const given = new Set(config.map(({ path }) => deviceOf(path)));
    for (const path of link.sensorPorts(deviceFolder)) {
      if (this.#receivers.size - config.length >= FOUND_MAX) return;
      if (!given.has(deviceOf(path))) this.#listen(link, path);
    }
  }

  #listen(link: Link, path: string, given?: string): void {
    if (this.#receivers.has(path)) return;
    const name = given ?? basename(path);
    const receiver = new link.SensorReceiver({
      path,
      log: this.#options.log,
      onReport: (report) => this.#take(`usb/${name}`, report),
    });
    this.#receivers.set(path, { name, receiver });
  }

  /** A store that can not be written leaves the report to the sensor, which repeats its windows. */
  #take(way: string, report: Uint8Array): Uint8Array {
    const { ingest, clock, log } = this.#options;
    if (!isVersion2(report)) {
      // Version 1 names no sensor: it is known by its address, which a serial line does not have.
      const read = decodeReportV2(report);
      if (!read.ok) ingest.refuse(way, read.fault, way);
      return NO_ANSWER;
    }
    try {
      const answer = ingest.report(way, report, { name: way, rssiDbm: null });
      return typeof answer === 'string' ? NO_ANSWER : answer;
    } catch (error) {
      log(`A report could not be stored: ${error instanceof Error ? error.message : error}`);
      return unreadAnswer('retry', clock.wallMs());
    }
  }
}

/** The device a name leads to; itself while that is not plugged in. */
function deviceOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
