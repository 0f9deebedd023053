// Sensors of which a model knows everything: what they counted, and what of it was heard. They tell the bytes to send, and what a
// server that heard them must hold.
import { encodeGatewayMessage } from '../../packages/core/src/gateway/index.ts';
import { encodeReportV1, encodeReportV2 } from '../../packages/core/src/report/index.ts';
import { createRandom, type Random } from '../../packages/sim/src/random/index.ts';
import type { Known, Ledger, Piece } from './model-ledger.ts';

const UPTIME_AT_FIRST_MS = 8_000;
const V1_WINDOW_MS = 5_000;
const V1_WINDOWS = 10;
const TIC_GAP_MS = 300_000;

/** What a lamp that shines at the sensor makes of a window. */
const LAMP_COUNT = 240;

/** One boot: window n begins at `startMs` + n windows. */
interface Boot {
  readonly bootId: number;
  readonly startMs: number;
  readonly counts: number[];
  readonly heard: Set<number>;
  /** Windows in which daylight hid the flashes. */
  readonly blind: Set<number>;
}

/** A sensor that counts flashes in windows. */
class Windows {
  readonly windowMs: number;
  readonly boots: Boot[] = [];
  readonly random: Random;

  constructor(windowMs: number, of: { seed: number; startMs: number }) {
    this.windowMs = windowMs;
    this.random = createRandom(of.seed);
    this.boot(of.startMs);
  }

  boot(startMs: number): void {
    const bootId = 1 + Math.floor(this.random.between(0, 2 ** 31));
    this.boots.push({ bootId, startMs, counts: [], heard: new Set(), blind: new Set() });
  }

  get now(): Boot {
    return this.boots.at(-1) as Boot;
  }

  /** The end of the newest window that is over at `nowMs`. */
  endOf(nowMs: number): number {
    const { startMs } = this.now;
    return startMs + Math.floor((nowMs - startMs) / this.windowMs) * this.windowMs;
  }

  /** Counts until `nowMs`. */
  pass(nowMs: number, of: { maxCount: number; lampShare: number; blindShare?: number }): void {
    const { startMs, counts, blind } = this.now;
    const count = Math.floor((nowMs - startMs) / this.windowMs);
    while (counts.length < count) {
      if (this.random.chance(of.blindShare ?? 0)) {
        blind.add(counts.length);
        counts.push(0);
        continue;
      }
      const isLamp = this.random.chance(of.lampShare);
      counts.push(isLamp ? LAMP_COUNT : Math.floor(this.random.between(0, of.maxCount + 1)));
    }
  }

  pieces(): Piece[] {
    return this.boots.flatMap(({ startMs, counts, heard, blind }) =>
      [...heard]
        .filter((number) => !blind.has(number))
        .map((number) => ({
          startMs: startMs + number * this.windowMs,
          durationMs: this.windowMs,
          energyWh: counts[number] ?? 0,
        })),
    );
  }
}

/** A version 1 sensor: ten windows a report, no memory beyond. */
export class ModelV1 {
  readonly windows: Windows;

  constructor(of: { seed: number; startMs: number }) {
    this.windows = new Windows(V1_WINDOW_MS, of);
  }

  /** The report whose newest window is `newest`. */
  report(newest: number): Uint8Array {
    const { counts } = this.windows.now;
    return encodeReportV1({
      sensorType: 0,
      uptimeS: (UPTIME_AT_FIRST_MS + (newest + 1) * V1_WINDOW_MS) / 1_000,
      counts: Array.from({ length: V1_WINDOWS }, (_, back) => counts[newest - back] ?? null),
    });
  }

  /** What was heard, by boot. */
  heards(): Set<number>[] {
    return this.windows.boots.map(({ heard }) => new Set(heard));
  }

  knowOnly(heards: readonly ReadonlySet<number>[]): void {
    for (const [at, { heard }] of this.windows.boots.entries()) {
      heard.clear();
      for (const number of heards[at] ?? []) heard.add(number);
    }
  }

  heard(newest: number): void {
    for (let number = Math.max(0, newest - V1_WINDOWS + 1); number <= newest; number += 1)
      this.windows.now.heard.add(number);
  }

  ledger(): Ledger {
    return { pieces: this.windows.pieces(), known: [] };
  }
}

/** A version 2 sensor: numbered windows, a count since boot, a memory. */
export class ModelV2 {
  readonly id: string;
  readonly windows: Windows;
  /** Boots of which the server heard, in that order, and the first window it heard of each at first. */
  readonly #met = new Map<Boot, number>();
  readonly #told: { readonly boot: Boot; readonly first: number; readonly newest: number }[] = [];

  constructor(of: { id: string; windowMs: number; seed: number; startMs: number }) {
    this.id = of.id;
    this.windows = new Windows(of.windowMs, of);
  }

  report(span: { first: number; newest: number; oldest: number }, nowMs: number): Uint8Array {
    const { id, windows } = this;
    const { bootId, counts, startMs, blind } = windows.now;
    const { first, newest, oldest } = span;
    return encodeReportV2({
      ...{ sensorId: id, bootId, newestNumber: newest, oldestNumber: oldest },
      cumulativeCount: counts.slice(0, newest + 1).reduce((sum, each) => sum + each, 0),
      ageMs: nowMs - (startMs + (newest + 1) * windows.windowMs),
      windowMs: windows.windowMs,
      batteryMv: null,
      firmware: { major: 2, minor: 0, patch: 0 },
      light: { baselineMv: 400, amplitudeMv: 650, noise100Uv: 20, state: 'good' },
      windows: Array.from({ length: newest - first + 1 }, (_, back) => {
        const number = newest - back;
        if (blind.has(number)) return { absent: 'blinded' as const };
        const count = counts[number] ?? 0;
        const share = ((number * 37) % 97) / 100;
        return { count, lastFlashMs: count === 0 ? null : share * windows.windowMs };
      }),
    });
  }

  heard(span: { first: number; newest: number }): void {
    this.#told.push({ boot: this.windows.now, ...span });
    this.#hear(this.windows.now, span);
  }

  /** Only the first of what was heard is known any more. */
  knowOnly(count: number): void {
    const told = this.#told.splice(0).slice(0, count);
    this.#met.clear();
    for (const { heard } of this.windows.boots) heard.clear();
    for (const each of told) {
      this.#told.push(each);
      this.#hear(each.boot, each);
    }
  }

  get toldCount(): number {
    return this.#told.length;
  }

  #hear(boot: Boot, span: { first: number; newest: number }): void {
    if (!this.#met.has(boot)) this.#met.set(boot, span.first);
    for (let number = span.first; number <= span.newest; number += 1) boot.heard.add(number);
  }

  /**
   * Every stretch that was not heard between two that were is known by its count, of a later boot that before the first too. What
   * a sensor counted before it was first heard at all is not missed.
   */
  ledger(): Ledger {
    const known = [...this.#met].flatMap(([boot, first], at) => this.#unheard(boot, at === 0 ? first : 0));
    return { pieces: this.windows.pieces(), known };
  }

  #unheard({ startMs, counts, heard }: Boot, from: number): Known[] {
    const { windowMs } = this.windows;
    const made: Known[] = [];
    let next = from;
    for (const number of [...heard].sort((one, other) => one - other)) {
      if (number < from) continue;
      const energyWh = counts.slice(next, number).reduce((sum, each) => sum + each, 0);
      if (energyWh > 0)
        made.push({ fromMs: startMs + next * windowMs, toMs: startMs + number * windowMs, energyWh });
      next = number + 1;
    }
    return made;
  }
}

/** A TIC meter behind a gateway: its index rises, and is read now and then. */
export class ModelTic {
  readonly id: string;
  readonly random: Random;
  readonly frames: { readonly atMs: number; readonly indexWh: number }[] = [];
  #indexWh = 1_000_000;

  constructor(of: { id: string; seed: number }) {
    this.id = of.id;
    this.random = createRandom(of.seed);
  }

  get topic(): string {
    return `kilowink/${this.id}/tic`;
  }

  /** Only the first frames are known any more; the meter itself has gone on. */
  knowOnly(count: number): void {
    this.frames.splice(count);
  }

  /** A frame at a moment later than all before, after a rise of at most so much since the last; in a run always by 1 Wh at least. */
  frame(atMs: number, powerW: number): { message: Uint8Array; indexWh: number } {
    const last = this.frames.at(-1);
    const passedMs = last === undefined ? 0 : atMs - last.atMs;
    const riseWh = Math.floor((this.random.between(0, powerW) * passedMs) / 3_600_000);
    this.#indexWh += passedMs > TIC_GAP_MS ? riseWh : Math.max(1, riseWh);
    this.frames.push({ atMs, indexWh: this.#indexWh });
    const groups = {
      ...{ ADCO: '061964123456', OPTARIF: 'BASE', ISOUSC: '60' },
      ...{ BASE: String(this.#indexWh).padStart(9, '0'), PTEC: 'TH..', IINST: '004', IMAX: '090' },
      ...{ PAPP: '00900', HHPHC: 'A', MOTDETAT: '000000' },
    };
    const of = { boot: 7, sequence: this.frames.length, ageMs: 0, atMs, state: 'complete' as const };
    return {
      message: Buffer.from(encodeGatewayMessage({ ...of, groups, vitals: null, past: null })),
      indexWh: this.#indexWh,
    };
  }

  /** The meter's index at a moment: that of the last frame. */
  ledger(): Ledger {
    const pieces: Piece[] = [];
    const known: Known[] = [];
    for (const [at, { atMs, indexWh }] of this.frames.entries()) {
      const before = this.frames[at - 1];
      if (before === undefined) continue;
      const energyWh = indexWh - before.indexWh;
      const durationMs = atMs - before.atMs;
      if (durationMs > TIC_GAP_MS && energyWh > 0) known.push({ fromMs: before.atMs, toMs: atMs, energyWh });
      else pieces.push({ startMs: before.atMs, durationMs, energyWh });
    }
    return { pieces, known };
  }
}

/** A file of measurements that is imported in pieces: whole mWh, one length of time each. */
export class ModelFile {
  readonly #random: Random;
  #pieces = new Map<number, Piece>();

  constructor(of: { seed: number }) {
    this.#random = createRandom(of.seed);
  }

  /** Measurements to import; of those whose start is known already nothing is taken. */
  rows(of: { startMs: number; durationMs: number; count: number }): Piece[] {
    const { startMs, durationMs, count } = of;
    const rows = Array.from({ length: count }, (_, at): Piece => {
      const energyWh = Math.round((this.#random.between(0, 3_000) * durationMs) / 3_600) / 1_000;
      return { startMs: startMs + at * durationMs, durationMs, energyWh };
    });
    for (const row of rows) if (!this.#pieces.has(row.startMs)) this.#pieces.set(row.startMs, row);
    return rows;
  }

  get pieces(): ReadonlyMap<number, Piece> {
    return new Map(this.#pieces);
  }

  knowOnly(pieces: ReadonlyMap<number, Piece>): void {
    this.#pieces = new Map(pieces);
  }

  ledger(): Ledger {
    return { pieces: [...this.#pieces.values()], known: [] };
  }
}
