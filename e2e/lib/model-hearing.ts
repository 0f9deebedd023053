// The sensors of a house, as they are heard: on time, late, twice, report by report, after an outage; and what of it is known.
import assert from 'node:assert/strict';
import { createRandom } from '../../packages/sim/src/random/index.ts';
import type { Ledger, Piece } from './model-ledger.ts';
import { ModelFile, ModelTic, ModelV1, ModelV2 } from './model-sensors.ts';
import type { ModelSite } from './model-site.ts';
import type { HousePlan, HouseStep, Span } from './model-steps.ts';
import { send } from './sensor.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const V2_ID = '00112233aabbccdd';
export const SOURCES = {
  ...{ v1: 'optical/127.0.0.1/00', v2: `optical/${V2_ID}`, tic: 'tic/cellar', file: 'import/file' },
} as const;
/** Later than a minute a report without overlap may be of another boot. */
const LATE_MS = 55_000;
/** So long after it a version 1 report may come again. */
const V1_REPEAT_MS = 5 * MINUTE_MS;
/** Windows of a report of version 2 that is sent as it is due, and from one to the next. */
const V2_WINDOWS = 9;
const V2_EVERY = 6;
/** So many windows late is a report of version 2. */
const V2_LATE = 20;

type Passing = Extract<HouseStep, { kind: 'pass' }> & { readonly fromMs: number; readonly toMs: number };

interface Happening {
  readonly atMs: number;
  readonly act: () => Promise<void>;
}

/** What was known of the sensors at a moment. */
export interface KnownOfSensors {
  readonly v1: readonly ReadonlySet<number>[];
  readonly v2: number;
  readonly tic: number;
  readonly file: ReadonlyMap<number, Piece>;
}

export class HouseSensors {
  readonly #site: ModelSite;
  readonly #plan: HousePlan;
  readonly #v1: ModelV1 | null;
  readonly #v2: ModelV2 | null;
  readonly #tic: ModelTic | null;
  readonly #file: ModelFile | null;
  #lastReports: { readonly bytes: Uint8Array; readonly untilMs: number }[] = [];

  constructor(plan: HousePlan, site: ModelSite) {
    this.#plan = plan;
    this.#site = site;
    const { seed, windowMs, sensors } = plan;
    const startMs = plan.startMs + plan.phaseMs;
    this.#v1 = sensors.includes('v1') ? new ModelV1({ seed, startMs }) : null;
    this.#v2 = sensors.includes('v2') ? new ModelV2({ id: V2_ID, windowMs, seed: seed + 1, startMs }) : null;
    this.#file = sensors.includes('file') ? new ModelFile({ seed: seed + 3 }) : null;
    this.#tic = sensors.includes('tic') ? new ModelTic({ id: 'cellar', seed: seed + 2 }) : null;
  }

  /** What was measured, by source. */
  ledger(source: string): Ledger {
    const all: Record<string, { ledger(): Ledger } | null> = {
      ...{
        [SOURCES.v1]: this.#v1,
        [SOURCES.v2]: this.#v2,
        [SOURCES.tic]: this.#tic,
        [SOURCES.file]: this.#file,
      },
    };
    return all[source]?.ledger() ?? assert.fail(`a series of ${source}`);
  }

  get hasTic(): boolean {
    return this.#tic !== null;
  }

  /** What the meter's index was when its frames came. */
  get frames(): readonly { readonly atMs: number; readonly indexWh: number }[] {
    return this.#tic?.frames ?? [];
  }

  /** What is known of them now. */
  known(): KnownOfSensors {
    return {
      v1: this.#v1?.heards() ?? [],
      v2: this.#v2?.toldCount ?? 0,
      tic: this.frames.length,
      file: this.#file?.pieces ?? new Map(),
    };
  }

  /** Nothing is known any more but what was then. */
  knowOnly(then: KnownOfSensors): void {
    this.#v1?.knowOnly(then.v1);
    this.#v2?.knowOnly(then.v2);
    this.#tic?.knowOnly(then.tic);
    this.#file?.knowOnly(then.file);
    this.#lastReports = [];
  }

  /** The server was killed: what it did not acknowledge may be gone, the latest of it. `starts`: the windows of version 2 that it has. */
  forgetUnwritten(starts: readonly number[]): void {
    this.#lastReports = [];
    const sensor = this.#v2;
    if (sensor === null) return;
    for (let count = sensor.toldCount; count >= 0; count -= 1) {
      sensor.knowOnly(count);
      const known = new Set(sensor.ledger().pieces.map(({ startMs }) => startMs));
      if (known.size === starts.length && starts.every((startMs) => known.has(startMs))) return;
    }
    assert.fail('what is there after a kill was never all there was');
  }

  /** Reports come again. */
  async repeat(): Promise<void> {
    for (const { bytes, untilMs } of this.#lastReports)
      if (this.#site.nowMs <= untilMs) await this.#send(bytes);
  }

  /** Time passes; towards its end sensors are heard. */
  async pass(step: Extract<HouseStep, { kind: 'pass' }>): Promise<void> {
    const site = this.#site;
    const fromMs = site.nowMs;
    const toMs = fromMs + step.minutes * MINUTE_MS;
    const of = { ...step, fromMs, toMs };
    const all = [
      ...this.#hearV1({ ...of, maxCount: Math.min(of.maxCount, 11), blindShare: 0 }),
      ...this.#hearV2(of),
      ...this.#hearTic(of),
    ].sort((one, other) => one.atMs - other.atMs);
    for (const { atMs, act } of all) {
      site.nowMs = Math.max(site.nowMs, atMs);
      await act();
    }
    site.nowMs = toMs;
  }

  #hearV1(of: Passing): Happening[] {
    const hearing = of.heard.v1;
    const sensor = this.#v1;
    if (sensor === null) return [];
    const { windows } = sensor;
    windows.pass(of.toMs, of);
    const random = createRandom(of.seed);
    const last = windows.now.counts.length - 1;
    const late: { newest: number; afterMs: number }[] = [];
    const made: Happening[] = [];
    for (let newest = Math.max(9, last - hearing.windows); newest <= last; newest += 10) {
      const atMs = windows.now.startMs + (newest + 1) * windows.windowMs;
      // It keeps nothing: what was not sent when it was due is gone.
      if (atMs <= of.fromMs || random.chance(hearing.lostShare)) continue;
      const isLate = made.length > 0 && random.chance(hearing.lateShare);
      if (isLate) late.push({ newest, afterMs: atMs + LATE_MS });
      else made.push({ atMs, act: () => this.#tellV1(sensor, newest) });
    }
    // A late one comes after some that were on time.
    return [
      ...made,
      ...late.map(({ newest, afterMs }) => ({ atMs: afterMs, act: () => this.#tellV1(sensor, newest) })),
    ].filter(({ atMs }) => atMs <= of.toMs);
  }

  async #tellV1(sensor: ModelV1, newest: number): Promise<void> {
    const bytes = sensor.report(newest);
    assert.equal(await this.#send(bytes), 'ok');
    sensor.heard(newest);
    // Days later a report that tells of little is taken for one of another boot.
    this.#remember(bytes, this.#site.nowMs + V1_REPEAT_MS);
  }

  #hearV2(of: Passing): Happening[] {
    const hearing = of.heard.v2;
    const sensor = this.#v2;
    if (sensor === null) return [];
    const { windows } = sensor;
    windows.pass(of.toMs, of);
    const last = windows.now.counts.length - 1;
    const oldest = Math.max(0, last - hearing.windows);
    if (hearing.windows === 0 || last < 0) return [];
    if (hearing.lostShare === 0)
      return [{ atMs: of.toMs, act: () => this.#tellV2(sensor, { first: oldest, newest: last }) }];
    // Report by report, each of them as it is due, or later than some that were.
    const random = createRandom(of.seed + 7);
    const made: Happening[] = [];
    for (let newest = oldest + 2; newest <= last; newest += V2_EVERY) {
      const dueMs = windows.now.startMs + (newest + 1) * windows.windowMs;
      if (dueMs <= of.fromMs || random.chance(hearing.lostShare)) continue;
      const lateMs = random.chance(hearing.lateShare) ? V2_LATE * windows.windowMs : 0;
      const span = { first: Math.max(0, newest - V2_WINDOWS + 1), newest };
      made.push({ atMs: Math.min(dueMs + lateMs, of.toMs), act: () => this.#tellV2(sensor, span) });
    }
    return made;
  }

  async #tellV2(sensor: ModelV2, span: Span): Promise<void> {
    const bytes = sensor.report(
      { ...span, oldest: Math.min(span.first, this.#oldest(sensor)) },
      this.#site.nowMs,
    );
    const answer = await this.#send(bytes);
    assert.equal(answer?.charCodeAt(4), 0, `the report was not stored: ${JSON.stringify(answer)}`);
    sensor.heard(span);
    this.#remember(bytes, Number.POSITIVE_INFINITY);
  }

  #hearTic({ heard, fromMs, toMs }: Passing): Happening[] {
    const hearing = heard.tic;
    const sensor = this.#tic;
    if (sensor === null) return [];
    // Some gateways publish so seldom that there is nothing but gaps.
    const everyMs = (hearing.lateShare > 0 ? 7 : 1) * MINUTE_MS;
    const count = Math.min(Math.ceil(hearing.windows / 6), Math.floor((toMs - fromMs) / everyMs));
    return Array.from({ length: count }, (_, back) => {
      const atMs = toMs - (count - 1 - back) * everyMs;
      return { atMs, act: () => this.#tellTic(sensor, atMs) };
    });
  }

  async #tellTic(sensor: ModelTic, atMs: number): Promise<void> {
    const { message, indexWh } = sensor.frame(atMs, 3_000);
    await this.#site.publish(sensor.topic, message, (meters) =>
      meters.includes(`"totalIndexWh":${indexWh},`),
    );
  }

  async boot({ sensor, isTold, seconds }: Extract<HouseStep, { kind: 'boot' }>): Promise<void> {
    const [site, plan] = [this.#site, this.#plan];
    const startMs =
      Math.ceil((site.nowMs + seconds * 1_000 + MINUTE_MS) / MINUTE_MS) * MINUTE_MS + plan.phaseMs;
    if (sensor === 'v1' && this.#v1 !== null) {
      site.nowMs = startMs - 8_000;
      if (isTold) assert.equal(await send(site.port, '/sensor/up', new Uint8Array()), 'ok');
      this.#v1.windows.boot(startMs);
    }
    if (sensor === 'v2') this.#v2?.windows.boot(startMs);
    site.nowMs = Math.max(site.nowMs, startMs);
  }

  /** Rows are in step with the hours, and with the days of UTC. */
  import({ agoMinutes, durationMs, count }: Extract<HouseStep, { kind: 'import' }>): void {
    if (this.#file === null) return;
    const endMs = Math.floor((this.#site.nowMs - agoMinutes * MINUTE_MS) / durationMs) * durationMs;
    this.#site.import(
      SOURCES.file,
      this.#file.rows({ startMs: endMs - count * durationMs, durationMs, count }),
    );
  }

  async backlog({ at, windows }: Extract<HouseStep, { kind: 'backlog' }>): Promise<void> {
    const sensor = this.#v2;
    if (sensor === null) return;
    const { now, windowMs } = sensor.windows;
    const oldestMs = this.#site.nowMs - 30 * DAY_MS;
    const oldest = Math.max(this.#oldest(sensor), Math.ceil((oldestMs - now.startMs) / windowMs));
    const last = now.counts.length - 1;
    if (last < oldest) return;
    const newest = Math.floor(oldest + at * (last - oldest));
    await this.#tellV2(sensor, { first: Math.max(oldest, newest - Math.min(windows, 639)), newest });
  }

  /** The oldest window that the sensor still holds. */
  #oldest({ windows }: ModelV2): number {
    return Math.max(0, windows.now.counts.length - this.#plan.heldWindows);
  }

  #remember(bytes: Uint8Array, untilMs: number): void {
    this.#lastReports = [...this.#lastReports.slice(-3), { bytes, untilMs }];
  }

  #send(bytes: Uint8Array): Promise<string | null> {
    return send(this.#site.port, '/sensor/report', bytes);
  }
}
