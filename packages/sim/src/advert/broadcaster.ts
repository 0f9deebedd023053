import { type Advertisement, encodeReportAdvert } from '@kilowink/core/advert';
import { assert } from '@kilowink/core/error';
import { hmacSha256 } from '@kilowink/core/hash';
import {
  encodeReportV1,
  encodeReportV2,
  encodeShortReportV2,
  type ReportV2,
  type Sign,
  WINDOWS_V2_ADVERT,
  WINDOWS_V2_SHORT,
  type WindowV2,
} from '@kilowink/core/report';
import type { EpochMs } from '@kilowink/core/time';
import { createMeter, type Load, type Meter } from '../load/index.ts';
import { createRandom, type Random } from '../random/index.ts';

const WINDOW_MS = 5_000;
/** Added to each advertising interval by chance, so that two senders do not go on colliding. */
const ADVERTISING_DELAY_MS_MAX = 10;
const COUNT_MAX = 250;

/** What is advertised. */
export type BroadcastForm = 'version1' | 'version2' | 'short';

/** How a simulated sensor advertises. */
export interface BroadcastOptions {
  readonly form: BroadcastForm;
  readonly load: Load;
  readonly startMs: EpochMs;
  /** Any whole number. */
  readonly seed: number;
  readonly intervalMs: number;
  readonly address: string;
  /** Sixteen lower-case hex digits; needed for version 2. */
  readonly sensorId?: string;
  /** Sixteen bytes; without, version 2 has no tag. */
  readonly key?: Uint8Array;
  /** Windows in an advertisement: 10 of version 1, 90 of version 2 by default; always 8 in the short form. */
  readonly windows?: number;
}

/** One advertisement on air. */
export interface Broadcast {
  readonly atMs: EpochMs;
  readonly advert: Advertisement;
}

/**
 * A sensor that tells its windows by advertisements alone, on virtual time:
 *
 * ```
 * windows        ├─ 5 s ─┼─ 5 s ─┼─ 5 s ─┤
 * advertisements | | | | | | | | | | | | |   each with all the windows that fit
 * ```
 */
export class Broadcaster {
  readonly #options: BroadcastOptions;
  readonly #random: Random;
  readonly #meter: Meter;
  readonly #bootId: number;
  readonly #sign: Sign | undefined;
  readonly #kept: number;
  /** Newest first, as many as are kept. */
  #counts: number[] = [];
  #windowCount = 0;
  #cumulativeCount = 0;
  #nextMs: EpochMs;
  /** The advertisement of the latest windows; it stays the same until a window ends. */
  #data: Uint8Array = new Uint8Array();

  constructor(options: BroadcastOptions) {
    const { form, seed, load, startMs, key } = options;
    assert(form === 'version1' || options.sensorId !== undefined, 'a version 2 sensor has an identity');
    this.#options = options;
    this.#random = createRandom(seed);
    this.#meter = createMeter(load, startMs, this.#random.next());
    this.#bootId = Math.floor(this.#random.next() * 2 ** 32);
    this.#sign = key === undefined ? undefined : (message) => hmacSha256(key, message);
    const most = { version1: 10, version2: WINDOWS_V2_ADVERT, short: WINDOWS_V2_SHORT };
    this.#kept = form === 'short' ? WINDOWS_V2_SHORT : (options.windows ?? most[form]);
    this.#nextMs = startMs + WINDOW_MS + this.#random.between(0, options.intervalMs);
  }

  /** When it advertises next. */
  get nextMs(): EpochMs {
    return this.#nextMs;
  }

  /** Windows measured so far, and the flashes in them. */
  get measured(): { readonly windows: number; readonly flashes: number } {
    return { windows: this.#windowCount, flashes: this.#cumulativeCount };
  }

  /** Lets it advertise. */
  take(): Broadcast {
    const atMs = this.#nextMs;
    const before = this.#windowCount;
    while (this.#endOf(this.#windowCount) <= atMs) this.#endWindow();
    if (this.#windowCount > before) this.#data = encodeReportAdvert(this.#report());
    this.#nextMs += this.#options.intervalMs + this.#random.between(0, ADVERTISING_DELAY_MS_MAX);
    const { address } = this.#options;
    const advert = { address, addressType: 'random', rssiDbm: -70, phy: '1M', data: this.#data } as const;
    return { atMs, advert };
  }

  #endOf(number: number): EpochMs {
    return this.#options.startMs + WINDOW_MS * (number + 1);
  }

  #endWindow(): void {
    const count = Math.min(COUNT_MAX, this.#meter.advance(this.#endOf(this.#windowCount)));
    this.#counts = [count, ...this.#counts].slice(0, this.#kept);
    this.#windowCount += 1;
    this.#cumulativeCount += count;
  }

  #report(): Uint8Array {
    const { form, sensorId = '' } = this.#options;
    const newestNumber = this.#windowCount - 1;
    if (form === 'version1') {
      const missing = this.#kept - this.#counts.length;
      const counts = [...this.#counts, ...Array.from({ length: missing }, () => null)];
      return encodeReportV1({ sensorType: 0, uptimeS: (WINDOW_MS * this.#windowCount) / 1_000, counts });
    }
    if (form === 'short') {
      const missing = this.#kept - this.#counts.length;
      const counts = [...this.#counts, ...Array.from({ length: missing }, () => 'unfilled' as const)];
      return encodeShortReportV2(
        { newestNumber, bootIdLow: this.#bootId & 0xffff, counts },
        sensorId,
        this.#sign,
      );
    }
    return encodeReportV2(this.#full(sensorId), this.#sign);
  }

  #full(sensorId: string): ReportV2 {
    const newestNumber = this.#windowCount - 1;
    return {
      sensorId,
      bootId: this.#bootId,
      newestNumber,
      oldestNumber: newestNumber - this.#counts.length + 1,
      cumulativeCount: this.#cumulativeCount,
      ageMs: 0,
      windowMs: WINDOW_MS,
      batteryMv: null,
      firmware: { major: 2, minor: 0, patch: 0 },
      light: { baselineMv: 400, amplitudeMv: 600, noise100Uv: 20, state: 'good' },
      windows: this.#counts.map(
        (count): WindowV2 => ({ count, lastFlashMs: count === 0 ? null : WINDOW_MS - 25 }),
      ),
    };
  }
}
