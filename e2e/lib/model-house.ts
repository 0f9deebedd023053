// A house with sensors on its meter, and the model of what a server that listens to them must hold. Steps are taken by both.
import assert from 'node:assert/strict';
import { isImplausible } from '../../packages/core/src/truth/index.ts';
import { createRandom } from '../../packages/sim/src/random/index.ts';
import { corrected, type Ledger, type ModelCorrection, sumOf, totalOf } from './model-ledger.ts';
import { ModelFile, ModelTic, ModelV1, ModelV2 } from './model-sensors.ts';
import { ModelSite } from './model-site.ts';
import type { Hearing, HousePlan, HouseStep, Span } from './model-steps.ts';
import { send } from './sensor.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const V2_ID = '00112233aabbccdd';
export const SOURCES = {
  ...{ v1: 'optical/127.0.0.1/00', v2: `optical/${V2_ID}`, tic: 'tic/cellar', file: 'import/file' },
} as const;
/** A stretch beyond what is possible is held back so long, for it may go on. */
const HOLD_MS = 15 * MINUTE_MS;
/** What the display showed when it all began. */
const DISPLAY_WH = 500_000;
/** Later than a minute a report without overlap may be of another boot. */
const LATE_MS = 55_000;
/** So long after it a version 1 report may come again. */
const V1_REPEAT_MS = 5 * MINUTE_MS;
/** ISOUSC of 60 A. */
const TOLD_VA = 12_000;

/** A correction as the server lists it, and whether it was taken back. */
export interface ListedCorrection extends ModelCorrection {
  readonly origin: 'person' | 'bound';
  undoneMs: number | null;
}

/** A series of energy that has something. */
interface StoredSeries {
  readonly id: number;
  readonly source: string;
  readonly firstMs: number;
  readonly lastMs: number;
}

interface AskedCorrection {
  readonly from: number | string;
  readonly to: number | string;
  readonly kind: 'bad' | 'scale' | 'total';
  readonly factor?: number;
  readonly energyWh?: number;
  readonly into?: string;
}

export interface ComparedPeriod {
  readonly fromMs: number;
  readonly toMs: number;
  readonly referenceWh: number;
  readonly measuredWh: number;
  readonly recoveredWh: number;
  readonly driftWh: number;
  readonly gapPowerW: number | null;
  readonly offered: AskedCorrection | null;
}

interface Happening {
  readonly atMs: number;
  readonly act: () => Promise<void>;
}

export class ModelHouse {
  readonly site: ModelSite;
  readonly plan: HousePlan;
  readonly #v1: ModelV1 | null;
  readonly #v2: ModelV2 | null;
  readonly #tic: ModelTic | null;
  readonly #file: ModelFile | null;
  /** What somebody read from the display. */
  readonly readings: { readonly series: number; readonly atMs: number; readonly indexWh: number }[] = [];
  /** By series. */
  readonly #corrections = new Map<number, ListedCorrection[]>();
  #lastReports: { readonly bytes: Uint8Array; readonly untilMs: number }[] = [];

  static async open(plan: HousePlan): Promise<ModelHouse> {
    const { zone, startMs, groupMs, subscribedVa } = plan;
    const sources = plan.isJoined ? plan.sensors.map((sensor) => SOURCES[sensor]) : [];
    const hasBroker = plan.sensors.includes('tic');
    const site = await ModelSite.open({ zone, startMs, groupMs, subscribedVa, sources, hasBroker });
    return new ModelHouse(plan, site);
  }

  private constructor(plan: HousePlan, site: ModelSite) {
    this.plan = plan;
    this.site = site;
    const { seed, windowMs, sensors } = plan;
    const startMs = plan.startMs + plan.phaseMs;
    this.#v1 = sensors.includes('v1') ? new ModelV1({ seed, startMs }) : null;
    this.#v2 = sensors.includes('v2') ? new ModelV2({ id: V2_ID, windowMs, seed: seed + 1, startMs }) : null;
    this.#file = sensors.includes('file') ? new ModelFile({ seed: seed + 3 }) : null;
    this.#tic = sensors.includes('tic') ? new ModelTic({ id: 'cellar', seed: seed + 2 }) : null;
  }

  async close(): Promise<void> {
    await this.site.close();
  }

  /** What was measured, by source. */
  raw(source: string): Ledger {
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

  /** What corrections leave of it. */
  corrected(source: string, series: number): Ledger {
    return corrected(this.raw(source), this.inForce(series));
  }

  corrections(series: number): readonly ListedCorrection[] {
    return this.#corrections.get(series) ?? [];
  }

  inForce(series: number): readonly ListedCorrection[] {
    return this.corrections(series).filter(({ undoneMs }) => undoneMs === null);
  }

  /** What the meter's index was when its frames came. */
  get frames(): readonly { readonly atMs: number; readonly indexWh: number }[] {
    return this.#tic?.frames ?? [];
  }

  /** The series of energy that the store has. */
  async series(): Promise<StoredSeries[]> {
    const { series } = (await this.site.get('/series')) as {
      series: { id: number; source: string; quantity: string; firstMs: number; lastMs: number }[];
    };
    const known: readonly string[] = Object.values(SOURCES);
    return series.filter(
      ({ source, quantity, firstMs }) => quantity === 'energy' && known.includes(source) && firstMs !== null,
    );
  }

  async take(step: HouseStep): Promise<void> {
    switch (step.kind) {
      case 'pass':
        return this.#pass(step);
      case 'days':
        this.site.nowMs += step.days * DAY_MS;
        return this.work();
      case 'import':
        return this.#import(step);
      case 'boot':
        return this.#boot(step);
      case 'backlog':
        return this.#backlog(step);
      case 'repeat':
        for (const { bytes, untilMs } of this.#lastReports)
          if (this.site.nowMs <= untilMs) await this.#send(bytes);
        return;
      case 'correct':
        return this.#correct(step);
      case 'undo':
        return this.#undo(step.which);
      case 'reading':
        return this.#read(step);
      case 'mend':
        return this.#mend(step);
      case 'restart':
      case 'restore':
        await this.site[step.kind]();
        return this.absorbBound({ isLooked: true });
    }
  }

  /** Lets the server do what it does by itself. */
  async work(): Promise<void> {
    this.site.work();
    await this.absorbBound({ isLooked: true });
  }

  /** Takes back what holds, the newest first. */
  async undoAll(): Promise<void> {
    for (;;) {
      const count = [...this.#corrections.keys()].reduce((sum, id) => sum + this.inForce(id).length, 0);
      if (count === 0) return;
      await this.#undo(0);
    }
  }

  /**
   * What the server put in quarantine by itself is added to the model, once it is seen to be right. `isLooked`: it has just looked
   * for what can not be, so nothing is missing in it.
   */
  async absorbBound({ isLooked = false } = {}): Promise<void> {
    const { subscribedVa } = this.plan;
    // A TIC meter tells it of its own measurement, once it was heard.
    const toldVa = subscribedVa ?? (this.#tic === null ? null : TOLD_VA);
    for (const { id, source } of await this.series()) {
      const { corrections } = (await this.site.get(`/series/${id}/corrections`)) as {
        corrections: ListedCorrection[];
      };
      const listed = this.#corrections.get(id) ?? [];
      this.#corrections.set(id, listed);
      const { pieces } = this.raw(source);
      // What a file says was looked at by whoever imports it.
      const judgedVa = source === SOURCES.file ? null : toldVa;
      const beyond = pieces.filter((piece) => judgedVa !== null && isImplausible(piece, judgedVa));
      for (const each of corrections.filter((one) => listed.every((other) => other.id !== one.id))) {
        assert.equal(each.origin, 'bound', 'nobody made it');
        assert.equal(each.kind, 'bad');
        const inside = pieces.filter(
          ({ startMs, durationMs }) => startMs >= each.fromMs && startMs + durationMs <= each.toMs,
        );
        assert.ok(
          inside.length > 0 && inside.every((piece) => beyond.includes(piece)),
          'not beyond the bound',
        );
        listed.push(each);
      }
      if (isLooked && subscribedVa !== null) this.#assertHeld(beyond, listed);
    }
  }

  /** What is beyond the bound counts nowhere, but for the last minutes, in which it may go on. */
  #assertHeld(beyond: Ledger['pieces'], listed: readonly ListedCorrection[]): void {
    for (const { startMs, durationMs } of beyond) {
      const endMs = startMs + durationMs;
      const isHeld = listed.some(
        ({ kind, fromMs, toMs }) => kind === 'bad' && fromMs <= startMs && toMs >= endMs,
      );
      const isYoung = endMs >= this.site.nowMs - HOLD_MS;
      assert.ok(isHeld || isYoung, `${new Date(startMs).toISOString()} is beyond the bound and counted`);
    }
  }

  /** Time passes; towards its end sensors are heard. */
  async #pass({ minutes, heard, maxCount, lampShare, seed }: Extract<HouseStep, { kind: 'pass' }>) {
    const { site } = this;
    const fromMs = site.nowMs;
    const toMs = fromMs + minutes * MINUTE_MS;
    const all = [
      ...this.#hearV1(heard.v1, { fromMs, toMs, maxCount: Math.min(maxCount, 11), lampShare, seed }),
      ...this.#hearV2(heard.v2, { toMs, maxCount, lampShare }),
      ...this.#hearTic(heard.tic, { fromMs, toMs }),
    ].sort((one, other) => one.atMs - other.atMs);
    for (const { atMs, act } of all) {
      site.nowMs = Math.max(site.nowMs, atMs);
      await act();
    }
    site.nowMs = toMs;
  }

  #hearV1(
    hearing: Hearing,
    of: { fromMs: number; toMs: number; maxCount: number; lampShare: number; seed: number },
  ): Happening[] {
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
    this.#remember(bytes, this.site.nowMs + V1_REPEAT_MS);
  }

  #hearV2(hearing: Hearing, of: { toMs: number; maxCount: number; lampShare: number }): Happening[] {
    const sensor = this.#v2;
    if (sensor === null) return [];
    const { windows } = sensor;
    windows.pass(of.toMs, of);
    const newest = windows.now.counts.length - 1;
    const first = Math.max(0, newest - hearing.windows);
    if (hearing.windows === 0 || newest < 0) return [];
    return [{ atMs: of.toMs, act: () => this.#tellV2(sensor, { first, newest }) }];
  }

  async #tellV2(sensor: ModelV2, span: Span): Promise<void> {
    const bytes = sensor.report({ ...span, oldest: 0 }, this.site.nowMs);
    const answer = await this.#send(bytes);
    assert.equal(answer?.charCodeAt(4), 0, `the report was not stored: ${JSON.stringify(answer)}`);
    sensor.heard(span);
    this.#remember(bytes, Number.POSITIVE_INFINITY);
  }

  #hearTic(hearing: Hearing, { fromMs, toMs }: { fromMs: number; toMs: number }): Happening[] {
    const sensor = this.#tic;
    if (sensor === null) return [];
    const count = Math.min(Math.ceil(hearing.windows / 6), Math.floor((toMs - fromMs) / MINUTE_MS));
    return Array.from({ length: count }, (_, back) => {
      const atMs = toMs - (count - 1 - back) * MINUTE_MS;
      return { atMs, act: () => this.#tellTic(sensor, atMs) };
    });
  }

  async #tellTic(sensor: ModelTic, atMs: number): Promise<void> {
    const { message, indexWh } = sensor.frame(atMs, 3_000);
    await this.site.publish(sensor.topic, message, (meters) => meters.includes(`"totalIndexWh":${indexWh},`));
  }

  async #boot({ sensor, isTold, seconds }: Extract<HouseStep, { kind: 'boot' }>): Promise<void> {
    const { site, plan } = this;
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
  async #import({ agoMinutes, durationMs, count }: Extract<HouseStep, { kind: 'import' }>): Promise<void> {
    if (this.#file === null) return;
    const endMs = Math.floor((this.site.nowMs - agoMinutes * MINUTE_MS) / durationMs) * durationMs;
    this.site.import(
      SOURCES.file,
      this.#file.rows({ startMs: endMs - count * durationMs, durationMs, count }),
    );
  }

  async #backlog({ at, windows }: Extract<HouseStep, { kind: 'backlog' }>): Promise<void> {
    const sensor = this.#v2;
    if (sensor === null) return;
    const { now, windowMs } = sensor.windows;
    const oldestMs = this.site.nowMs - 30 * DAY_MS;
    const oldest = Math.max(0, Math.ceil((oldestMs - now.startMs) / windowMs));
    const last = now.counts.length - 1;
    if (last < oldest) return;
    const newest = Math.floor(oldest + at * (last - oldest));
    await this.#tellV2(sensor, { first: Math.max(0, newest - Math.min(windows, 639)), newest });
  }

  async #correct(step: Extract<HouseStep, { kind: 'correct' }>): Promise<void> {
    const series = await this.#chosen(step.series);
    if (series === null) return;
    const { id, source, firstMs, lastMs } = series;
    const asWanted = (atMs: number) => Math.round(atMs / step.alignMs) * step.alignMs;
    const from = asWanted(firstMs + step.at * (lastMs - firstMs));
    const to = Math.max(from + step.alignMs, asWanted(from + step.share * (lastMs - firstMs)));
    const ledger = this.corrected(source, id);
    const energyWh = Math.round(totalOf(ledger, { fromMs: from, toMs: to }).energyWh * step.factor);
    const { what, factor } = step;
    if (what === 'bad') await this.#post(series, { from, to, kind: 'bad' });
    else if (what === 'scale') await this.#post(series, { from, to, kind: 'scale', factor });
    else await this.#post(series, { from, to, kind: 'total', into: what, energyWh });
  }

  /** Whether it was taken; what it was refused for is the server's to say. */
  async #post({ id, source }: { id: number; source: string }, asked: AskedCorrection): Promise<boolean> {
    await this.absorbBound();
    const ledger = this.corrected(source, id);
    const { status, text } = await this.site.ask('POST', `/series/${id}/corrections`, asked);
    const answer = JSON.parse(text);
    if (status !== 200) {
      assert.equal(answer.code, 'correction/refused', text);
      return false;
    }
    const { correction, before, after } = answer;
    const range = { fromMs: correction.fromMs, toMs: correction.toMs };
    near(before.energyWh, totalOf(ledger, range).energyWh, `before ${text}`);
    if (asked.kind === 'total') near(after.energyWh, asked.energyWh ?? Number.NaN, `a total holds: ${text}`);
    this.#corrections.set(id, [...this.corrections(id), { ...correction, undoneMs: null }]);
    near(after.energyWh, totalOf(this.corrected(source, id), range).energyWh, `after ${text}`);
    return true;
  }

  async #read({ series: which, at, share }: Extract<HouseStep, { kind: 'reading' }>): Promise<void> {
    const series = await this.#chosen(which);
    if (series === null) return;
    const { id, source, firstMs } = series;
    const atMs = Math.round(firstMs + at * (this.site.nowMs - firstMs));
    const { energyWh } = totalOf(this.raw(source), { fromMs: 0, toMs: atMs });
    const indexWh = DISPLAY_WH + Math.floor(energyWh * share);
    const reading = { at: atMs, index: indexWh, unit: 'Wh', resolutionWh: 1 };
    const { status, text } = await this.site.ask('POST', `/series/${id}/readings`, reading);
    if (status === 200) this.readings.push({ series: id, atMs, indexWh });
    else assert.equal(JSON.parse(text).code, 'reading/refused', text);
  }

  /** What is offered ends the drift, but for a measurement at each end. */
  async #mend({ series: which }: Extract<HouseStep, { kind: 'mend' }>): Promise<void> {
    const series = await this.#chosen(which);
    if (series === null) return;
    const path = `/series/${series.id}/compare`;
    const { periods } = (await this.site.get(path)) as { periods: ComparedPeriod[] };
    const found = periods.find(({ offered }) => offered !== null);
    if (found === undefined || found.offered === null || !(await this.#post(series, found.offered))) return;
    const after = ((await this.site.get(path)) as { periods: ComparedPeriod[] }).periods.find(
      ({ fromMs, toMs }) => fromMs === found.fromMs && toMs === found.toMs,
    );
    const { pieces } = this.raw(series.source);
    const atEnds = pieces.filter(({ startMs, durationMs }) =>
      [found.fromMs, found.toMs].some((endMs) => Math.abs(startMs + durationMs / 2 - endMs) <= durationMs),
    );
    // Its ends are moved to those of measurements.
    const movedMs = atEnds.reduce((sum, { durationMs }) => sum + durationMs, 0);
    const slackWh = 0.5 + sumOf(atEnds) + (Math.abs(found.gapPowerW ?? 0) * movedMs) / HOUR_MS;
    near(after?.driftWh ?? Number.NaN, 0, `drift after ${JSON.stringify(found)}`, slackWh);
  }

  async #chosen(which: number): Promise<StoredSeries | null> {
    const all = await this.series();
    return all[which % Math.max(all.length, 1)] ?? null;
  }

  async #undo(which: number): Promise<void> {
    const all = [...this.#corrections].flatMap(([series, listed]) =>
      listed.filter(({ undoneMs }) => undoneMs === null).map((each) => ({ series, each })),
    );
    const found = all[all.length - 1 - (which % Math.max(all.length, 1))];
    if (found === undefined) return;
    const { status, text } = await this.site.ask(
      'DELETE',
      `/series/${found.series}/corrections/${found.each.id}`,
    );
    assert.equal(status, 200, text);
    found.each.undoneMs = this.site.nowMs;
  }

  #remember(bytes: Uint8Array, untilMs: number): void {
    this.#lastReports = [...this.#lastReports.slice(-3), { bytes, untilMs }];
  }

  #send(bytes: Uint8Array): Promise<string | null> {
    return send(this.site.port, '/sensor/report', bytes);
  }
}

/** Equal but for what is lost in floating point. */
export function near(actual: number, expected: number, what: string, slack = 0): void {
  const isNear = Math.abs(actual - expected) <= slack + 1e-6 * (1 + Math.abs(expected));
  assert.ok(isNear, `${what}: ${actual}, expected ${expected}`);
}
