import type { LightAnswer } from '@kilowink/api';
import { type Clock, DAY_MS, type EpochMs } from '@kilowink/core/time';
import type { Store } from '@kilowink/store';
import type { HeardSensor } from '../ingest/index.ts';
import { LIGHT_STEP_MS, LightRing } from './light-ring.ts';

/** Sensors report every 15 s at most. */
const LOOK_MS = 15_000;
/** As many sensors as are taken without a key. */
const SENSORS_MAX = 1_000;

interface Seen {
  lastReportMs: EpochMs | null;
  boots: number;
  light: LightRing | null;
}

export interface SensorWatchOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly sensors: () => readonly HeardSensor[];
  readonly log: (line: string) => void;
}

/** Looks at what sensors say of themselves: keeps how the light was, and when they started anew. */
export class SensorWatch {
  readonly #options: SensorWatchOptions;
  readonly #seen = new Map<string, Seen>();
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(options: SensorWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.#tryLook(), LOOK_MS);
    this.#timer.unref();
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#tryLook();
  }

  /** The light of a source over the last day; no rows where it never told. */
  light(source: string): LightAnswer {
    this.#tryLook();
    const ring = this.#seen.get(source)?.light ?? new LightRing();
    const columns = ring.columns(this.#options.clock.wallMs() - DAY_MS);
    return { source, stepMs: LIGHT_STEP_MS, columns };
  }

  #tryLook(): void {
    try {
      for (const sensor of this.#options.sensors()) this.#lookAt(sensor);
    } catch (error) {
      this.#options.log(
        `A sensor's start could not be noted: ${error instanceof Error ? error.message : error}`,
      );
    }
  }

  #lookAt({ source, counters, self }: HeardSensor): void {
    const seen = this.#seenOf(source);
    const { lastReportMs, boots, bootedMs } = counters;
    if (lastReportMs === null || (lastReportMs === seen.lastReportMs && boots === seen.boots)) return;
    const isNewBoot = boots > seen.boots;
    seen.lastReportMs = lastReportMs;
    seen.boots = boots;
    if (self?.light !== undefined) {
      seen.light ??= new LightRing();
      seen.light.note(lastReportMs, self.light);
    }
    if (!isNewBoot) return;
    const atMs = Math.round(bootedMs ?? lastReportMs);
    const { firmware } = self ?? {};
    const data =
      firmware === undefined ? {} : { firmware: `${firmware.major}.${firmware.minor}.${firmware.patch}` };
    this.#options.store.putEvents([{ source, atMs, kind: 'sensorBoot', data: { reason: null, ...data } }]);
  }

  #seenOf(source: string): Seen {
    const known = this.#seen.get(source);
    if (known !== undefined) return known;
    const made: Seen = { lastReportMs: null, boots: 0, light: null };
    this.#seen.set(source, made);
    const oldest = this.#seen.keys().next().value;
    if (this.#seen.size > SENSORS_MAX && oldest !== undefined) this.#seen.delete(oldest);
    return made;
  }
}
