import type { FirmwareSensor } from '@kilowink/api';
import { type Clock, type EpochMs, MINUTE_MS } from '@kilowink/core/time';
import type { SmpClient, UpdateOutcome } from '@kilowink/link/smp-client';
import { serverError } from '../errors.ts';
import type { KeptImage } from './image-store.ts';

/** Sensors on a battery report every few minutes. */
const REPORT_MS_MAX = 10 * MINUTE_MS;
const LOOK_MS = 250;

/** What is known of a sensor by its reports. */
export interface Heard {
  readonly lastReportMs: EpochMs | null;
  /** When it started, by its latest report; null where that does not tell. */
  readonly bootedMs: EpochMs | null;
  /** Starts seen since the server started. */
  readonly boots: number;
}

export interface SensorUpdateOptions {
  readonly clock: Clock;
  readonly name: string;
  readonly kept: KeptImage;
  readonly signal: AbortSignal;
  readonly connect: () => Promise<SmpClient>;
  readonly heard: () => Heard | null;
  readonly change: (change: Partial<FirmwareSensor>) => void;
  readonly reportMsMax?: number;
}

/** Brings an image onto one sensor, and lets it stay once the sensor has reported with it. */
export class SensorUpdate {
  readonly #options: SensorUpdateOptions;
  /** When it was told to restart; null where it ran the image already. */
  #resetMs: EpochMs | null = null;
  #bootsBefore = 0;
  readonly #startedMs: EpochMs;

  constructor(options: SensorUpdateOptions) {
    this.#options = options;
    this.#startedMs = options.clock.wallMs();
  }

  /** Throws `smp/…`, `ble/…`, `serial/…`, `firmware/no-report` and the signal's reason. */
  async run(): Promise<UpdateOutcome> {
    const { kept, connect, change, signal, heard, clock } = this.#options;
    // Loaded when it is wanted: most servers never update anything.
    const { updateFirmware } = await import('@kilowink/link/smp-client');
    return await updateFirmware({
      ...{ connect, signal, image: kept.image, file: kept.file },
      onLook: (before) => change({ before }),
      onStep: (step) => {
        if (step === 'reset') {
          this.#resetMs = clock.wallMs();
          this.#bootsBefore = heard()?.boots ?? 0;
        }
        change({ step });
      },
      onProgress: ({ doneBytes, totalBytes }) => change({ doneBytes, totalBytes }),
      isGood: (client) => this.#waitForReport(client),
    });
  }

  async #waitForReport(client: SmpClient): Promise<boolean> {
    const { clock, name, signal, reportMsMax = REPORT_MS_MAX } = this.#options;
    const endMs = clock.monotonicMs() + reportMsMax;
    while (!this.#hasReported()) {
      signal.throwIfAborted();
      if (clock.monotonicMs() > endMs) {
        await this.#goBack(client);
        const minutes = Math.round((10 * reportMsMax) / MINUTE_MS) / 10;
        throw serverError('firmware/no-report', { name, minutes });
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    return true;
  }

  /** A report of before the restart may still be on its way: it does not count. */
  #hasReported(): boolean {
    const heard = this.#options.heard();
    if (heard === null || heard.lastReportMs === null) return false;
    if (this.#resetMs === null) return heard.lastReportMs >= this.#startedMs;
    const { lastReportMs, bootedMs, boots } = heard;
    if (lastReportMs < this.#resetMs) return false;
    return boots > this.#bootsBefore || (bootedMs !== null && bootedMs >= this.#resetMs);
  }

  /** Firmware on trial is gone after a restart; a sensor that does not measure must not wait for one by chance. */
  async #goBack(client: SmpClient): Promise<void> {
    const { osReset } = await import('@kilowink/core/smp');
    await client.request(osReset, {}).catch(() => {});
  }
}
