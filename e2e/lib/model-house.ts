// A house with sensors on its meter, and the model of what a server that listens to them must hold. Steps are taken by both.
import assert from 'node:assert/strict';
import { isImplausible } from '../../packages/core/src/truth/index.ts';
import { HouseSensors, type KnownOfSensors, SOURCES } from './model-hearing.ts';
import { corrected, type Ledger, type ModelCorrection, sumOf, totalOf } from './model-ledger.ts';
import { ModelSite } from './model-site.ts';
import type { HousePlan, HouseStep } from './model-steps.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A stretch beyond what is possible is held back so long, for it may go on. */
const HOLD_MS = 15 * MINUTE_MS;
/** What the display showed when it all began. */
const DISPLAY_WH = 500_000;
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

/** What a backup has. */
interface Kept {
  readonly sensors: KnownOfSensors;
  readonly readings: ModelHouse['readings'];
  readonly corrections: ReadonlyMap<number, readonly ListedCorrection[]>;
}

export class ModelHouse {
  readonly site: ModelSite;
  readonly plan: HousePlan;
  readonly #sensors: HouseSensors;
  /** What somebody read from the display. */
  readings: { readonly series: number; readonly atMs: number; readonly indexWh: number }[] = [];
  /** By series. */
  #corrections = new Map<number, ListedCorrection[]>();
  #kept: Kept | null = null;

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
    this.#sensors = new HouseSensors(plan, site);
  }

  async close(): Promise<void> {
    await this.site.close();
  }

  /** What was measured, by source. */
  raw(source: string): Ledger {
    return this.#sensors.ledger(source);
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
    return this.#sensors.frames;
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
        return this.#sensors.pass(step);
      case 'days':
        this.site.nowMs += step.days * DAY_MS;
        return this.work();
      case 'import':
        return this.#sensors.import(step);
      case 'boot':
        return this.#sensors.boot(step);
      case 'backlog':
        return this.#sensors.backlog(step);
      case 'repeat':
        return this.#sensors.repeat();
      case 'correct':
        return this.#correct(step);
      case 'undo':
        return this.#undo(step.which);
      case 'reading':
        return this.#read(step);
      case 'mend':
        return this.#mend(step);
      case 'wrongClock':
        return this.#passWrong(step);
      default:
        await this.#end(step);
        return this.absorbBound({ isLooked: true });
    }
  }

  /** The server ends, one way or another, and another one goes on. */
  async #end(
    step: Extract<HouseStep, { kind: 'restart' | 'restore' | 'kill' | 'backup' | 'goBack' | 'zone' }>,
  ) {
    const { site } = this;
    switch (step.kind) {
      case 'restart':
      case 'restore':
        return site[step.kind]();
      case 'kill':
        await site.kill();
        return this.#sensors.forgetUnwritten(await this.#startsOf(SOURCES.v2));
      case 'backup':
        // What waits in memory is in no backup.
        await site.restart();
        await this.absorbBound({ isLooked: true });
        await site.backup();
        this.#kept = {
          sensors: this.#sensors.known(),
          readings: [...this.readings],
          corrections: structuredClone(this.#corrections),
        };
        return;
      case 'goBack':
        if (this.#kept === null) return site.restart();
        await site.goBack();
        this.#sensors.knowOnly(this.#kept.sensors);
        this.readings = [...this.#kept.readings];
        this.#corrections = new Map(
          [...this.#kept.corrections].map(([id, all]) => [id, all.map((each) => ({ ...each }))]),
        );
        return;
      case 'zone':
        site.zone = step.zone;
        return site.restart();
    }
  }

  /** Time passes under a wrong clock, which is set then. */
  async #passWrong({ byMs, isRestarted, pass }: Extract<HouseStep, { kind: 'wrongClock' }>): Promise<void> {
    // What a meter's index rose by in a wrong time stays there.
    if (this.#sensors.hasTic) return;
    this.site.wrongMs = byMs;
    await this.#sensors.pass(pass);
    if (isRestarted) await this.site.restart();
    this.site.wrongMs = 0;
    // A clock that was ahead is believed to be behind once two slots of reports agree.
    const hearing = { windows: 140, lostShare: 1e-9, lateShare: 0 };
    const minutes = Math.ceil((130 * this.plan.windowMs) / MINUTE_MS);
    await this.#sensors.pass({
      ...pass,
      minutes,
      lampShare: 0,
      heard: { v1: hearing, v2: hearing, tic: hearing },
    });
    this.site.work();
    await this.absorbBound({ isLooked: true });
  }

  /** When the measurements of a source begin that the server has. */
  async #startsOf(source: string): Promise<readonly number[]> {
    const found = (await this.series()).find((each) => each.source === source);
    if (found === undefined) return [];
    const { columns } = (await this.site.get(`/series/${found.id}/windows`)) as {
      columns: { start: number[] };
    };
    return columns.start;
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
    const toldVa = subscribedVa ?? (this.#sensors.hasTic ? TOLD_VA : null);
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
      for (const each of listed) noteMoved(each, corrections);
      for (const each of corrections.filter((one) => listed.every((other) => other.id !== one.id))) {
        assertBeyond(each, { pieces, beyond });
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
}

/** What was held and has moved is let go of, and held where it is now. */
function noteMoved(listed: ListedCorrection, corrections: readonly ListedCorrection[]): void {
  if (listed.origin !== 'bound') return;
  listed.undoneMs ??= corrections.find(({ id }) => id === listed.id)?.undoneMs ?? null;
}

/** What nobody made is of the bound, and holds nothing else; or held what has moved meanwhile. */
function assertBeyond(
  { origin, kind, fromMs, toMs, undoneMs }: ListedCorrection,
  { pieces, beyond }: { pieces: Ledger['pieces']; beyond: Ledger['pieces'] },
): void {
  assert.equal(origin, 'bound', 'nobody made it');
  assert.equal(kind, 'bad');
  if (undoneMs !== null) return;
  const inside = pieces.filter(
    ({ startMs, durationMs }) => startMs >= fromMs && startMs + durationMs <= toMs,
  );
  assert.ok(inside.length > 0 && inside.every((piece) => beyond.includes(piece)), 'not beyond the bound');
}

/** Equal but for what is lost in floating point. */
export function near(actual: number, expected: number, what: string, slack = 0): void {
  const isNear = Math.abs(actual - expected) <= slack + 1e-6 * (1 + Math.abs(expected));
  assert.ok(isNear, `${what}: ${actual}, expected ${expected}`);
}
