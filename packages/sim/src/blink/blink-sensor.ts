import { assert } from '@kilowink/core/error';
import { encodeReportV1, WINDOW_V1_MS } from '@kilowink/core/report';
import type { EpochMs } from '@kilowink/core/time';
import { createMeter, type Meter } from '../load/index.ts';
import { createRandom, type Random } from '../random/index.ts';
import { NumberedSensor } from './numbered-sensor.ts';
import type { BlinkOptions, BlinkSensor, MeasuredWindow, SensorEvent } from './sensor.ts';

/** How long network set-up takes after a boot, at least and at most. */
const NETWORK_MS = [1_500, 4_000] as const;
const UP_EVERY_MS = 500;
const REPORT_EVERY_WINDOWS = 3;
const COUNT_MAX = 254;

export function createBlinkSensor(options: BlinkOptions): BlinkSensor {
  return options.numbered === undefined ? new Sensor(options) : new NumberedSensor(options, options.numbered);
}

class Sensor implements BlinkSensor {
  readonly #options: BlinkOptions;
  readonly #random: Random;
  readonly #meter: Meter;
  readonly #windows: MeasuredWindow[] = [];
  readonly #stretch: number;
  #boot = 0;
  #bootMs = 0;
  #rebootMs = Infinity;
  #state: 'off' | 'joining' | 'measuring' = 'off';
  #nextMs: EpochMs;
  /** When the windows of this boot began, and how many are over. */
  #windowsFromMs = 0;
  #windowCount = 0;
  /** The last windows, newest first. */
  #counts: (number | null)[] = [];
  #reportDue = false;

  constructor(options: BlinkOptions) {
    this.#options = options;
    this.#random = createRandom(options.seed);
    this.#meter = createMeter(options.load, options.startMs, this.#random.next());
    this.#stretch = 1 + (options.driftPpm ?? 0) / 1e6;
    this.#nextMs = options.startMs;
  }

  get nextMs(): EpochMs {
    return this.#nextMs;
  }

  get windows(): readonly MeasuredWindow[] {
    return this.#windows;
  }

  take(): SensorEvent {
    if (this.#state === 'off' || this.#nextMs >= this.#rebootMs) return this.#start();
    if (this.#state === 'joining') return this.#sayUp();
    return this.#reportDue ? this.#report() : this.#endWindow();
  }

  answered(atMs: EpochMs): void {
    if (this.#state !== 'joining' || atMs >= this.#rebootMs) return;
    this.#state = 'measuring';
    // An answer cannot come before the `up` that it answers.
    this.#windowsFromMs = Math.max(Math.ceil(atMs), this.#nextMs - UP_EVERY_MS);
    this.#windowCount = 0;
    this.#meter.advance(this.#windowsFromMs);
    this.#plan(this.#windowEndMs(0));
  }

  replied(): void {}

  failed(): void {}

  #start(): SensorEvent {
    const atMs = this.#nextMs;
    this.#boot += 1;
    this.#bootMs = atMs;
    this.#state = 'joining';
    this.#reportDue = false;
    this.#counts = Array.from({ length: this.#options.windowsKept ?? 10 }, () => null);
    const everyMs = this.#options.rebootEveryMs ?? Infinity;
    this.#rebootMs = atMs + Math.round(everyMs * this.#random.between(0.5, 1.5));
    this.#plan(atMs + Math.round(this.#random.between(...NETWORK_MS)));
    return { kind: 'boot', atMs };
  }

  #sayUp(): SensorEvent {
    const atMs = this.#nextMs;
    this.#plan(atMs + UP_EVERY_MS);
    return { kind: 'up', atMs, bytes: new Uint8Array(0) };
  }

  #endWindow(): SensorEvent {
    const startMs = this.#meter.atMs;
    const endMs = this.#nextMs;
    const flashes = Math.min(this.#meter.advance(endMs), COUNT_MAX);
    const count = this.#random.chance(this.#options.blindChance ?? 0) ? null : flashes;
    if (this.#options.remember) {
      this.#windows.push({ boot: this.#boot, number: this.#windowCount, startMs, endMs, count });
    }
    this.#counts = [count, ...this.#counts.slice(0, -1)];
    this.#windowCount += 1;
    this.#reportDue = this.#windowCount % REPORT_EVERY_WINDOWS === 0;
    if (!this.#reportDue) this.#plan(this.#windowEndMs(this.#windowCount));
    return { kind: 'window', atMs: endMs };
  }

  #report(): SensorEvent {
    const atMs = this.#nextMs;
    const uptimeS = Math.floor((atMs - this.#bootMs) / this.#stretch / 1_000);
    const report = { sensorType: this.#options.sensorType ?? 0, uptimeS, counts: this.#counts };
    this.#reportDue = false;
    this.#plan(this.#windowEndMs(this.#windowCount));
    return { kind: 'report', atMs, bytes: encodeReportV1(report) };
  }

  #windowEndMs(number: number): EpochMs {
    return Math.round(this.#windowsFromMs + (number + 1) * WINDOW_V1_MS * this.#stretch);
  }

  #plan(atMs: EpochMs): void {
    assert(atMs >= this.#nextMs, `a sensor at ${this.#nextMs} cannot plan ${atMs}`);
    this.#nextMs = Math.min(atMs, Math.max(this.#rebootMs, this.#nextMs));
  }
}
