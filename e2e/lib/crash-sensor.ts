// A version 2 sensor with its key whose windows are known, so that what a store holds of it can be compared window by
// window. It measures as fast as it is asked to, in a past that lies days back, so that there are days to seal.
import assert from 'node:assert/strict';
import { hmacSha256 } from '../../packages/core/src/hash/index.ts';
import {
  decodeAnswerV2,
  encodeReportV2,
  type ReportV2,
  type Sign,
  TAG_BYTES,
} from '../../packages/core/src/report/index.ts';
import { createRandom, type Random } from '../../packages/sim/src/random/index.ts';
import { send } from './sensor.ts';

const DAY_MS = 86_400_000;
/** The oldest window a report may tell of is 31 days old. */
const PAST_MS = 28 * DAY_MS;
/** Between the boots of a sensor, so that a start tells whose window it is. */
const PAUSE_MS = 3_600_000;
const REPORT_WINDOWS_MAX = 640;
const LIVE_WINDOWS_MAX = 60;
const FLASHES_MAX = 12;

/** One boot: window n holds `values[n]` flashes. */
interface Boot {
  readonly bootId: number;
  readonly startMs: number;
  readonly values: number[];
  readonly cumulative: number[];
  /** Number of the newest window that the server said is stored; -1 before. */
  acknowledged: number;
  /** Number of the newest window that ever was in a report; -1 before. */
  sent: number;
}

/** How what a store holds differs from what it must hold. */
export interface Comparison {
  readonly acknowledged: number;
  /** Acknowledged and not there. */
  readonly lost: number;
  readonly doubled: number;
  /** With another value, at another time, or never sent. */
  readonly wrong: number;
}

export class CrashSensor {
  readonly id: string;
  readonly windowMs: number;
  readonly #key: Uint8Array;
  readonly #random: Random;
  readonly #boots: Boot[] = [];
  /** Whether windows that other ones may tell the energy of were forgotten in a boot. */
  hasForgotten = false;
  /** What the server answered that it must not answer. */
  readonly complaints: string[] = [];

  constructor(of: { id: string; key: Uint8Array; windowMs: number; seed: number }) {
    this.id = of.id;
    this.windowMs = of.windowMs;
    this.#key = of.key;
    this.#random = createRandom(of.seed);
    this.#begin(Date.now() - PAST_MS);
  }

  get source(): string {
    return `optical/${this.id}`;
  }

  get acknowledged(): number {
    return this.#boots.reduce((sum, boot) => sum + boot.acknowledged + 1, 0);
  }

  /** All energy that the server can know of, Wh. */
  get toldWh(): number {
    return this.#boots.reduce((sum, { cumulative, sent }) => sum + (cumulative[sent] ?? 0), 0);
  }

  /** Whether everything that was measured in this boot is acknowledged. */
  get isDone(): boolean {
    const { acknowledged, values } = this.#boot;
    return acknowledged === values.length - 1;
  }

  /** A new boot; what was not acknowledged is gone with the sensor's memory. */
  reboot(): void {
    const { startMs, values } = this.#boot;
    const nextMs = startMs + values.length * this.windowMs + PAUSE_MS;
    if (values.length === 0 || nextMs > Date.now() - DAY_MS) return;
    this.hasForgotten ||= !this.isDone;
    this.#begin(nextMs);
  }

  /** Lets so many windows pass, as far as there is time. */
  pass(count: number): void {
    const { startMs, values, cumulative } = this.#boot;
    for (let index = 0; index < count; index += 1) {
      if (startMs + (values.length + 2) * this.windowMs > Date.now()) return;
      const value = Math.floor(this.#random.between(0, FLASHES_MAX));
      cumulative.push((cumulative.at(-1) ?? 0) + value);
      values.push(value);
    }
  }

  /** Sends what is due: sometimes the newest windows first, then what is missing, oldest first. False without an answer. */
  async report(port: number): Promise<boolean> {
    const { values } = this.#boot;
    if (values.length === 0) return true;
    if (this.#random.chance(0.3)) {
      const first = Math.max(this.#boot.acknowledged + 1, values.length - LIVE_WINDOWS_MAX);
      const from = Math.min(first, values.length - 1);
      if (!(await this.#tell(port, from, values.length))) return false;
    }
    const before = this.#boot.acknowledged;
    const from = Math.min(before + 1, values.length - 1);
    return this.#tell(port, from, Math.min(values.length, from + REPORT_WINDOWS_MAX));
  }

  /** Sends until everything is acknowledged; false without an answer, or when that takes too long. */
  async drain(port: number): Promise<boolean> {
    for (let tries = 0; tries < 400 && !this.isDone; tries += 1) {
      if (!(await this.report(port))) return false;
      if (!this.isDone) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return this.isDone;
  }

  /** Against what a store holds of it: starts and values of all its windows. */
  compare(stored: Iterable<readonly [startMs: number, value: number]>): Comparison {
    let doubled = 0;
    let wrong = 0;
    const seen = this.#boots.map(() => new Set<number>());
    for (const [startMs, value] of stored) {
      const at = this.#boots.findLastIndex((boot) => startMs > boot.startMs - PAUSE_MS / 2);
      const boot = this.#boots[at];
      const numbers = seen[at];
      if (boot === undefined || numbers === undefined) {
        wrong += 1;
        continue;
      }
      const number = Math.round((startMs - boot.startMs) / this.windowMs);
      const strayMs = Math.abs(startMs - boot.startMs - number * this.windowMs);
      if (numbers.has(number)) doubled += 1;
      else if (number > boot.sent || boot.values[number] !== value || strayMs > 0.4 * this.windowMs)
        wrong += 1;
      numbers.add(number);
    }
    let lost = 0;
    for (const [at, boot] of this.#boots.entries())
      for (let number = 0; number <= boot.acknowledged; number += 1)
        if (seen[at]?.has(number) !== true) lost += 1;
    return { acknowledged: this.acknowledged, lost, doubled, wrong };
  }

  get #boot(): Boot {
    return this.#boots.at(-1) ?? assert.fail('a sensor has booted');
  }

  #begin(startMs: number): void {
    const bootId = 1 + Math.floor(this.#random.between(0, 2 ** 31));
    this.#boots.push({ bootId, startMs, values: [], cumulative: [], acknowledged: -1, sent: -1 });
  }

  async #tell(port: number, from: number, to: number): Promise<boolean> {
    const boot = this.#boot;
    const sign: Sign = (message) => hmacSha256(this.#key, message);
    const bytes = encodeReportV2(this.#reportOf(boot, from, to), sign);
    boot.sent = Math.max(boot.sent, to - 1);
    const text = await send(port, '/sensor/report', bytes);
    if (text === null) return false;
    const proof = { sign, reportTag: bytes.subarray(-TAG_BYTES) };
    const answer = decodeAnswerV2(new Uint8Array(Buffer.from(text, 'latin1')), proof);
    if (answer.ok && answer.value.status === 'stored') this.#take(boot, answer.value.acknowledged);
    else if (answer.ok || !isUnproven(text)) this.complaints.push(`answered ${JSON.stringify(answer)}`);
    return true;
  }

  #take(boot: Boot, acknowledged: number | null): void {
    if (acknowledged === null) return;
    if (acknowledged < boot.acknowledged)
      this.complaints.push(`acknowledged ${boot.acknowledged}, later only ${acknowledged}`);
    boot.acknowledged = Math.max(boot.acknowledged, acknowledged);
  }

  #reportOf(boot: Boot, from: number, to: number): ReportV2 {
    const { windowMs } = this;
    const endMs = boot.startMs + to * windowMs;
    return {
      sensorId: this.id,
      bootId: boot.bootId,
      newestNumber: to - 1,
      oldestNumber: Math.min(boot.acknowledged + 1, from),
      cumulativeCount: boot.cumulative[to - 1] ?? 0,
      ageMs: Date.now() - endMs,
      windowMs,
      batteryMv: null,
      firmware: { major: 2, minor: 0, patch: 0 },
      light: { baselineMv: 400, amplitudeMv: 650, noise100Uv: 20, state: 'good' },
      windows: Array.from({ length: to - from }, (_, back) => {
        const count = boot.values[to - 1 - back] ?? 0;
        return { count, lastFlashMs: count === 0 ? null : 0 };
      }),
    };
  }
}

/** "Try again" is not signed, for it is said before the report is read. */
function isUnproven(text: string): boolean {
  const answer = decodeAnswerV2(new Uint8Array(Buffer.from(text, 'latin1')));
  return answer.ok && answer.value.status === 'retry';
}
