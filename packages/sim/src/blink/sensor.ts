import type { EpochMs } from '@kilowink/core/time';
import type { Load } from '../load/index.ts';

/**
 * The optical sensor as it is in the field, on virtual time:
 *
 * ```
 * boot ── network ── up ─ up ─ up(answered) ├─ window ─┼─ window ─┼─ window ─┼─ …
 *                    every 500 ms                                 report, every 15 s
 * ```
 *
 * Windows last 5 s by its own crystal and follow each other without gap from the answer on. A report holds the last
 * windows, newest first, filled up with "no measurement". What flashes while it boots is lost, as it is in the field.
 */
export interface BlinkSensor {
  /** When it does something next. */
  readonly nextMs: EpochMs;
  /** Lets it do that. */
  take(): SensorEvent;
  /** Tells it that an answer to its last `up` came at `atMs`; later answers change nothing. */
  answered(atMs: EpochMs): void;
  /** Tells it that an answer to one of its reports came; version 1 does not care. */
  replied(atMs: EpochMs, reply: Reply): void;
  /** Tells it that a report of its own got no answer, or none that says what became of it; version 1 does not care. */
  failed(atMs: EpochMs): void;
  /** Every window measured so far, for tests to compare with. */
  readonly windows: readonly MeasuredWindow[];
}

/** A report, and what came in answer to it. */
export interface Reply {
  readonly report: Uint8Array;
  readonly answer: Uint8Array;
}

export type SensorEvent =
  | { readonly kind: 'boot' | 'window'; readonly atMs: EpochMs }
  /** To be posted to `/sensor/up` or `/sensor/report`. */
  | { readonly kind: 'up' | 'report'; readonly atMs: EpochMs; readonly bytes: Uint8Array };

export interface MeasuredWindow {
  /** Counts the sensor's starts, from 1. */
  readonly boot: number;
  /** Counts the boot's windows, from 0. */
  readonly number: number;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  /** Flashes; null when the reading failed. */
  readonly count: number | null;
}

export interface BlinkOptions {
  readonly load: Load;
  readonly startMs: EpochMs;
  /** Any whole number. */
  readonly seed: number;
  /** First byte after magic and version; 0 by default. */
  readonly sensorType?: number;
  /** Windows in a report; 10 by default. */
  readonly windowsKept?: number;
  /** How much slower than true its crystal runs, in parts per million; 0 by default. */
  readonly driftPpm?: number;
  /** Mean time between reboots; never by default. */
  readonly rebootEveryMs?: number;
  /** Probability that a window's reading fails; 0 by default. */
  readonly blindChance?: number;
  /** Makes it a sensor that speaks version 2; type and number of windows then mean nothing. */
  readonly numbered?: NumberedOptions;
  /** Whether to remember every window in `windows`; off by default, for it grows for ever. */
  readonly remember?: boolean;
}

/** How the sensor speaks version 2. */
export interface NumberedOptions {
  /** Sixteen lower-case hex digits. */
  readonly sensorId: string;
  /** Sixteen bytes; without, its reports have no tag. */
  readonly key?: Uint8Array;
  /** Windows its memory holds; a day of them by default. */
  readonly windowsHeld?: number;
  /** Mixed into the boots' identities, so that no two runs of the same seed have the same boots. */
  readonly entropy?: number;
}
