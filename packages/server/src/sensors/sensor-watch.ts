import type { LightAnswer } from '@kilowink/api';
import { type Clock, DAY_MS, type EpochMs } from '@kilowink/core/time';
import type { Store, StoredEvent } from '@kilowink/store';
import type { HeardSensor } from '../ingest/index.ts';
import { LIGHT_STEP_MS, LightRing } from './light-ring.ts';

/** Sensors report every 15 s at most. */
const LOOK_MS = 15_000;
interface Seen {
  lastReportMs: EpochMs | null;
  boots: number;
  light: LightRing | null;
}

interface NewStart {
  readonly seen: Seen;
  readonly boots: number;
  readonly event: StoredEvent;
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
      const starts = this.#options.sensors().flatMap((sensor) => this.#lookAt(sensor) ?? []);
      if (starts.length === 0) return;
      // After a start of the server all of thousands were started anew: they are put at once.
      this.#options.store.putEvents(starts.map(({ event }) => event));
      for (const { seen, boots } of starts) seen.boots = boots;
    } catch (error) {
      this.#options.log(
        `A sensor's start could not be noted: ${error instanceof Error ? error.message : error}`,
      );
    }
  }

  /** Takes note of the light; gives the start that is to be put, which is looked at again until it is. */
  #lookAt({ source, counters, self }: HeardSensor): NewStart | null {
    const seen = this.#seenOf(source);
    const { lastReportMs, boots, bootedMs } = counters;
    if (lastReportMs === null || (lastReportMs === seen.lastReportMs && boots === seen.boots)) return null;
    seen.lastReportMs = lastReportMs;
    if (self?.light !== undefined) {
      seen.light ??= new LightRing();
      seen.light.note(lastReportMs, self.light);
    }
    if (boots <= seen.boots) return null;
    const atMs = Math.round(bootedMs ?? lastReportMs);
    const { firmware } = self ?? {};
    const data =
      firmware === undefined ? {} : { firmware: `${firmware.major}.${firmware.minor}.${firmware.patch}` };
    const event = { source, atMs, kind: 'sensorBoot' as const, data: { reason: null, ...data } };
    return { seen, boots, event };
  }

  /** There are no more of them than the ingest knows, which is bounded: those without a key are. */
  #seenOf(source: string): Seen {
    const known = this.#seen.get(source);
    if (known !== undefined) return known;
    const made: Seen = { lastReportMs: null, boots: 0, light: null };
    this.#seen.set(source, made);
    return made;
  }
}
