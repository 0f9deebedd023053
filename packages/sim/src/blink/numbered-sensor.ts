import { assert } from '@kilowink/core/error';
import { hmacSha256 } from '@kilowink/core/hash';
import {
  COUNT_V2_MAX,
  decodeAnswerV2,
  encodeReportV2,
  type ReportV2,
  type Sign,
  TAG_BYTES,
  tickMsOf,
  WINDOWS_V2_MAX,
  type WindowV2,
} from '@kilowink/core/report';
import type { EpochMs } from '@kilowink/core/time';
import { createMeter, type Meter } from '../load/index.ts';
import { createRandom, type Random } from '../random/index.ts';
import type {
  BlinkOptions,
  BlinkSensor,
  MeasuredWindow,
  NumberedOptions,
  Reply,
  SensorEvent,
} from './sensor.ts';

/** How long network set-up takes after a boot, at least and at most. */
const NETWORK_MS = [1_500, 4_000] as const;
const WINDOW_MS = 5_000;
const REPORT_EVERY_WINDOWS = 3;
const DAY_WINDOWS = 17_280;
/** A live report repeats what is not acknowledged, up to so many windows. */
const LIVE_WINDOWS_MAX = 60;
/** Waits after failures double from the first to the longest, each between half and all of it. */
const RETRY_MS = 1_000;
const RETRY_MS_MAX = 60_000;

/**
 * The optical sensor that numbers its windows, on virtual time. It measures from its boot on, whether or not anybody
 * answers, keeps what is not acknowledged for as long as its memory lasts, and sends it, oldest first, when somebody
 * does:
 *
 * ```
 * windows  0 … acknowledged │ not acknowledged … │ newest
 *                           └─ backlog reports ─▶└─ live report, every 15 s
 * ```
 *
 * When to send what follows the rules of firmware/core/src/delivery.c: a refusal or no answer makes it wait, longer each
 * time, and begin again with a live report; the backlog goes on only as far as it is taken in.
 */
export class NumberedSensor implements BlinkSensor {
  readonly #options: BlinkOptions;
  readonly #speech: NumberedOptions;
  readonly #random: Random;
  readonly #meter: Meter;
  readonly #stretch: number;
  readonly #sign: Sign | undefined;
  readonly #remembered: MeasuredWindow[] = [];
  #boot = 0;
  #bootId = 0;
  #rebootMs = Infinity;
  #isOn = false;
  #windowsFromMs = 0;
  #windowEndMs = 0;
  /** The windows held, oldest first; the last has number `#windowCount − 1`. */
  #held: WindowV2[] = [];
  #windowCount = 0;
  #cumulativeCount = 0;
  /** Of the windows that are not held any more. */
  #forgottenCount = 0;
  #acknowledged = -1;
  #reportAtMs = Infinity;
  #backlogAtMs = Infinity;
  #sent: 'live' | 'backlog' = 'live';
  #heldUntilMs = 0;
  #retryMs = RETRY_MS;

  constructor(options: BlinkOptions, speech: NumberedOptions) {
    this.#options = options;
    this.#speech = speech;
    this.#random = createRandom(options.seed);
    this.#meter = createMeter(options.load, options.startMs, this.#random.next());
    this.#stretch = 1 + (options.driftPpm ?? 0) / 1e6;
    this.#windowEndMs = options.startMs;
    const { key } = speech;
    this.#sign = key === undefined ? undefined : (message) => hmacSha256(key, message);
  }

  get nextMs(): EpochMs {
    return Math.min(this.#windowEndMs, this.#reportAtMs, this.#backlogAtMs, this.#rebootMs);
  }

  get windows(): readonly MeasuredWindow[] {
    return this.#remembered;
  }

  take(): SensorEvent {
    const atMs = this.nextMs;
    if (!this.#isOn || atMs >= this.#rebootMs) return this.#start(atMs);
    if (this.#reportAtMs <= atMs) return this.#live(atMs);
    if (this.#backlogAtMs <= atMs) return this.#backlog(atMs);
    return this.#endWindow(atMs);
  }

  /** It says no `up`. */
  answered(): void {}

  /** An answer that is not proven, or of another boot, acknowledges nothing and counts as none. */
  replied(atMs: EpochMs, { report, answer }: Reply): void {
    const sign = this.#sign;
    const proof = sign === undefined ? undefined : { sign, reportTag: report.subarray(-TAG_BYTES) };
    const decoded = decodeAnswerV2(answer, proof);
    if (!decoded.ok || decoded.value.status !== 'stored' || decoded.value.bootId !== this.#bootId) {
      this.failed(atMs);
      return;
    }
    const before = this.#acknowledged;
    this.#acknowledged = Math.min(decoded.value.acknowledged ?? -1, this.#windowCount - 1);
    this.#heldUntilMs = 0;
    this.#retryMs = RETRY_MS;
    // The backlog goes on only as far as it is taken in; otherwise it waits for the next live report.
    const isMore = this.#acknowledged > before || this.#sent === 'live';
    if (this.#backlogFrom() !== null && isMore)
      this.#backlogAtMs = Math.ceil(Math.max(atMs, this.#meter.atMs));
  }

  failed(atMs: EpochMs): void {
    const waitMs = this.#random.between(this.#retryMs / 2, this.#retryMs);
    this.#retryMs = Math.min(2 * this.#retryMs, RETRY_MS_MAX);
    this.#heldUntilMs = Math.ceil(Math.max(atMs, this.#meter.atMs) + waitMs);
    this.#reportAtMs = this.#heldUntilMs;
    this.#backlogAtMs = Infinity;
  }

  get #oldest(): number {
    return this.#windowCount - this.#held.length;
  }

  #start(atMs: EpochMs): SensorEvent {
    this.#isOn = true;
    this.#boot += 1;
    this.#bootId = (Math.floor(this.#random.next() * 2 ** 32) ^ (this.#speech.entropy ?? 0)) >>> 0;
    this.#held = [];
    this.#windowCount = 0;
    this.#cumulativeCount = 0;
    this.#forgottenCount = 0;
    this.#acknowledged = -1;
    this.#reportAtMs = Infinity;
    this.#backlogAtMs = Infinity;
    this.#heldUntilMs = 0;
    this.#retryMs = RETRY_MS;
    const everyMs = this.#options.rebootEveryMs ?? Infinity;
    this.#rebootMs = atMs + Math.round(everyMs * this.#random.between(0.5, 1.5));
    this.#windowsFromMs = atMs + Math.round(this.#random.between(...NETWORK_MS));
    this.#meter.advance(Math.max(this.#windowsFromMs, this.#meter.atMs));
    this.#windowEndMs = this.#endOf(0);
    return { kind: 'boot', atMs };
  }

  #endWindow(atMs: EpochMs): SensorEvent {
    const startMs = this.#meter.atMs;
    const { count, lastFlashMs } = this.#watch(startMs, atMs);
    const isBlind = this.#random.chance(this.#options.blindChance ?? 0);
    this.#held.push(isBlind ? { absent: 'adcFailed' } : { count, lastFlashMs });
    if (!isBlind) this.#cumulativeCount += count;
    if (this.#options.remember) {
      const number = this.#windowCount;
      const measured = isBlind ? null : count;
      this.#remembered.push({ boot: this.#boot, number, startMs, endMs: atMs, count: measured });
    }
    this.#windowCount += 1;
    if (this.#held.length > (this.#speech.windowsHeld ?? DAY_WINDOWS)) {
      const gone = this.#held.shift();
      if (gone !== undefined && 'count' in gone) this.#forgottenCount += gone.count;
    }
    this.#windowEndMs = this.#endOf(this.#windowCount);
    if (this.#windowCount % REPORT_EVERY_WINDOWS === 0)
      this.#reportAtMs = Math.min(this.#reportAtMs, Math.max(atMs, this.#heldUntilMs));
    return { kind: 'window', atMs };
  }

  /** Counts the flashes, tick by tick, to know when the last one was. */
  #watch(startMs: EpochMs, endMs: EpochMs): { count: number; lastFlashMs: number | null } {
    const tickMs = tickMsOf(WINDOW_MS);
    let count = 0;
    let lastFlashMs: number | null = null;
    for (let offsetMs = 0; startMs + offsetMs < endMs; offsetMs += tickMs) {
      const flashes = this.#meter.advance(Math.min(startMs + offsetMs + tickMs, endMs));
      if (flashes > 0) lastFlashMs = Math.min(offsetMs, WINDOW_MS - tickMs);
      count += flashes;
    }
    return { count: Math.min(count, COUNT_V2_MAX), lastFlashMs };
  }

  #live(atMs: EpochMs): SensorEvent {
    this.#reportAtMs = Infinity;
    this.#sent = 'live';
    const newest = this.#windowCount - 1;
    const wanted = Math.max(REPORT_EVERY_WINDOWS, newest - this.#acknowledged);
    return this.#report(atMs, newest, Math.min(wanted, LIVE_WINDOWS_MAX));
  }

  #backlog(atMs: EpochMs): SensorEvent {
    this.#backlogAtMs = Infinity;
    this.#sent = 'backlog';
    const from = this.#backlogFrom() ?? this.#windowCount - 1;
    const newest = Math.min(from + WINDOWS_V2_MAX - 1, this.#windowCount - 1);
    return this.#report(atMs, newest, newest - from + 1);
  }

  /** The oldest window that no live report brings; null when there is none. */
  #backlogFrom(): number | null {
    const from = Math.max(this.#acknowledged + 1, this.#oldest);
    return from < this.#windowCount - LIVE_WINDOWS_MAX ? from : null;
  }

  #report(atMs: EpochMs, newest: number, wanted: number): SensorEvent {
    const end = newest - this.#oldest + 1;
    const windows = this.#held.slice(Math.max(0, end - wanted), end).reverse();
    assert(windows.length > 0, `window ${newest} is held`);
    const report: ReportV2 = {
      sensorId: this.#speech.sensorId,
      bootId: this.#bootId,
      newestNumber: newest,
      oldestNumber: this.#oldest,
      cumulativeCount: this.#countWith(end),
      ageMs: Math.max(0, Math.round((atMs - this.#endOf(newest)) / this.#stretch)),
      windowMs: WINDOW_MS,
      batteryMv: null,
      firmware: { major: 2, minor: 0, patch: 0 },
      light: { baselineMv: 400, amplitudeMv: 600, noise100Uv: 20, state: 'good' },
      windows,
    };
    return { kind: 'report', atMs, bytes: encodeReportV2(report, this.#sign) };
  }

  /** The cumulative count with the first `length` of the windows held. */
  #countWith(length: number): number {
    if (length === this.#held.length) return this.#cumulativeCount;
    let count = this.#forgottenCount;
    for (const window of this.#held.slice(0, length)) if ('count' in window) count += window.count;
    return count;
  }

  #endOf(number: number): EpochMs {
    return Math.round(this.#windowsFromMs + (number + 1) * WINDOW_MS * this.#stretch);
  }
}
