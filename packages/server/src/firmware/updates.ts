import type { FirmwareRun, FirmwareSensor } from '@kilowink/api';
import { AppError } from '@kilowink/core/error';
import type { Clock, EpochMs } from '@kilowink/core/time';
import type { SmpClient } from '@kilowink/link/smp-client';
import type { StoredEvent } from '@kilowink/store';
import { serverError } from '../errors.ts';
import { type FirmwareLog, interrupted } from './firmware-log.ts';
import type { ImageStore, KeptImage } from './image-store.ts';
import { type Heard, SensorUpdate } from './sensor-update.ts';
import type { SensorTarget } from './targets.ts';

/** How often pages are told how far an upload is. */
const PROGRESS_MS = 300;
/** How long the end of the server waits for the end of an update that it broke off. */
const CLOSE_MS = 2_000;

export interface FirmwareUpdatesOptions {
  readonly images: ImageStore;
  readonly log: FirmwareLog;
  readonly clock: Clock;
  readonly targets: () => readonly SensorTarget[];
  /** What was heard of a source last; null for one that was not heard since the server started. */
  readonly heard: (source: string) => Heard | null;
  readonly connect: (device: string) => Promise<SmpClient>;
  /** Shown to open pages: each change, and now and then how far an upload is. */
  readonly onChange: (run: FirmwareRun) => void;
  readonly putEvent: (event: StoredEvent) => void;
  readonly onError: (message: string) => void;
  /** How long a sensor may take to report with its new firmware. */
  readonly reportMsMax?: number;
}

interface Running {
  run: FirmwareRun;
  readonly kept: KeptImage;
  readonly devices: ReadonlyMap<string, string>;
  readonly abort: AbortController;
  isCancelled: boolean;
  shownMs: number;
  done: Promise<void>;
}

/** Brings firmware onto sensors one after the other: the first is the canary, the first failure ends it. */
export class FirmwareUpdates {
  readonly #options: FirmwareUpdatesOptions;
  #running: Running | null = null;

  constructor(options: FirmwareUpdatesOptions) {
    this.#options = options;
  }

  /** Newest first; the first may be running. */
  get runs(): readonly FirmwareRun[] {
    const running = this.#running?.run;
    return this.#options.log.runs.map((run) => (run.id === running?.id ? running : run));
  }

  /** Whether the image is being brought onto sensors. */
  isUsing(hash: string): boolean {
    return this.#running?.run.image.hash === hash;
  }

  /**
   * Begins. Throws `firmware/busy`, `firmware/no-image`, `firmware/image`, `firmware/signature`, `firmware/no-sensor`,
   * `firmware/no-device`.
   */
  start(of: { image: string; sensors: readonly string[] }): FirmwareRun {
    if (this.#running !== null) throw serverError('firmware/busy');
    const { images, log, clock } = this.#options;
    const kept = images.open(of.image);
    const targets = [...new Set(of.sensors)].map((source) => this.#targetOf(source));
    const { hash, version, name } = kept.info;
    const run: FirmwareRun = {
      ...{ id: log.nextId, image: { hash, version, name }, state: 'running' },
      ...{ startedMs: clock.wallMs(), endedMs: null },
      sensors: targets.map(({ source, name: sensorName }) => newSensor(source, sensorName)),
    };
    const devices = new Map(targets.map(({ source, device }) => [source, device]));
    const more = { abort: new AbortController(), isCancelled: false, shownMs: 0, done: Promise.resolve() };
    // Written before anything is done: a log that can not be written must not come to light afterwards.
    log.put(run);
    const running: Running = { run, kept, devices, ...more };
    this.#running = running;
    this.#options.onChange(run);
    running.done = this.#work(running);
    return run;
  }

  /** Ends the update: at once before a sensor restarts, else when that one is done. Throws `firmware/none-running`. */
  cancel(): void {
    const running = this.#running;
    if (running === null) throw serverError('firmware/none-running');
    running.isCancelled = true;
    const step = running.run.sensors.find(({ state }) => state === 'running')?.step ?? null;
    // Once its new firmware is on trial, a sensor that nobody looks at would go back to the old one at any restart.
    if (step === null || step === 'look' || step === 'upload')
      running.abort.abort(serverError('firmware/cancelled'));
  }

  /** The server ends: what is under way is broken off and put down as that. */
  async close(): Promise<void> {
    const running = this.#running;
    if (running === null) return;
    running.run = interrupted(running.run, this.#options.clock.wallMs());
    this.#save(running);
    this.#running = null;
    running.abort.abort(serverError('firmware/stopped'));
    await Promise.race([running.done, new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref())]);
  }

  #targetOf(source: string): SensorTarget & { device: string } {
    const target = this.#options.targets().find((known) => known.source === source);
    if (target === undefined) throw serverError('firmware/no-sensor', { source });
    const { device, name } = target;
    if (device === null) throw serverError('firmware/no-device', { name });
    return { ...target, device };
  }

  async #work(running: Running): Promise<void> {
    for (const { source } of running.run.sensors) {
      if (running.isCancelled) break;
      const isGood = await this.#update(running, source);
      if (!isGood) break;
    }
    if (this.#running !== running) return;
    this.#end(running);
    this.#running = null;
  }

  async #update(running: Running, source: string): Promise<boolean> {
    const { clock, connect, heard, reportMsMax } = this.#options;
    const change = (change: Partial<FirmwareSensor>) => this.#change(running, source, change);
    change({ state: 'running', startedMs: clock.wallMs() });
    const sensor = running.run.sensors.find((each) => each.source === source);
    const update = new SensorUpdate({
      ...{ clock, change, name: sensor?.name ?? source, signal: running.abort.signal, kept: running.kept },
      connect: () => connect(running.devices.get(source) ?? ''),
      heard: () => heard(source),
      ...(reportMsMax === undefined ? {} : { reportMsMax }),
    });
    try {
      const { kind, before, after, resumes } = await update.run();
      change({ state: kind, before, after, resumes, endedMs: clock.wallMs() });
      if (kind === 'updated') this.#tell(running, source, { from: before, to: after, outcome: 'updated' });
      return true;
    } catch (error) {
      const isCancelled = error instanceof AppError && error.code === 'firmware/cancelled';
      const told = toProblem(error);
      change({ state: isCancelled ? 'cancelled' : 'failed', error: told, endedMs: clock.wallMs() });
      const from = running.run.sensors.find((each) => each.source === source)?.before ?? null;
      const to = running.run.image.version;
      if (!isCancelled) this.#tell(running, source, { from, to, outcome: 'failed', ...told });
      return false;
    }
  }

  #change(running: Running, source: string, change: Partial<FirmwareSensor>): void {
    // What a broken off update still does after the server's end is nobody's business any more.
    if (this.#running !== running) return;
    const sensors = running.run.sensors.map((each) =>
      each.source === source ? { ...each, ...change } : each,
    );
    running.run = { ...running.run, sensors };
    const isProgress = change.doneBytes !== undefined && change.step === undefined;
    if (!isProgress) {
      this.#save(running);
      this.#options.onChange(running.run);
      return;
    }
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - running.shownMs < PROGRESS_MS) return;
    running.shownMs = nowMs;
    this.#options.onChange(running.run);
  }

  #end(running: Running): void {
    const { sensors } = running.run;
    const has = (state: FirmwareSensor['state']) => sensors.some((sensor) => sensor.state === state);
    const isFailed = has('failed');
    const left = isFailed ? 'skipped' : 'cancelled';
    const state = isFailed ? 'failed' : has('cancelled') || has('waiting') ? 'cancelled' : 'done';
    running.run = {
      ...{ ...running.run, state, endedMs: this.#options.clock.wallMs() },
      sensors: sensors.map((sensor) => (sensor.state === 'waiting' ? { ...sensor, state: left } : sensor)),
    };
    this.#save(running);
    this.#options.onChange(running.run);
  }

  #save({ run }: Running): void {
    this.#attempt('The log of firmware updates could not be written', () => this.#options.log.put(run));
  }

  #tell(running: Running, source: string, data: Readonly<Record<string, unknown>>): void {
    if (this.#running !== running) return;
    const atMs: EpochMs = this.#options.clock.wallMs();
    this.#attempt('An update of firmware could not be noted', () =>
      this.#options.putEvent({ source, atMs, kind: 'firmwareUpdate', data }),
    );
  }

  #attempt(what: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.onError(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function newSensor(source: string, name: string): FirmwareSensor {
  const nothing = { step: null, before: null, after: null, startedMs: null, endedMs: null, error: null };
  return { source, name, state: 'waiting', ...nothing, resumes: 0, doneBytes: 0, totalBytes: 0 };
}

function toProblem(error: unknown): { code: string; message: string } {
  if (error instanceof AppError) return { code: error.code, message: error.message };
  return { code: 'http/unexpected', message: error instanceof Error ? error.message : String(error) };
}
