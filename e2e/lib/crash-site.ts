// Where the crash harness works: a folder with a store in it, what is told to the processes on it, and the look at what
// each kill left.
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom, type Random } from '../../packages/sim/src/random/index.ts';
import {
  inspectStore,
  openSqliteStoreReadOnly,
  STORE_FILE,
  type StoreReader,
} from '../../packages/store/src/index.ts';
import { Faults } from './crash-faults.ts';
import { type Life, serve } from './crash-life.ts';
import type { Comparison, CrashSensor } from './crash-sensor.ts';

export const machineClock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };
const FROM_MS = Date.UTC(2000, 0, 1);
const TO_MS = Date.UTC(2100, 0, 1);
const HOUR_MS = 3_600_000;
/** How often sums are read beside a server that writes; they are looked at again once it was killed. */
const SUM_TRIES = 20;

/** What was seen in one situation. */
export class Tally {
  rounds = 0;
  kills = 0;
  /** Measurements, corrections and files that were said to be stored, over all folders. */
  acknowledged = 0;
  lost = 0;
  doubled = 0;
  wrong = 0;
  failedOpens = 0;
  /** Steps that were made to fail. */
  faults = 0;
  seconds = 0;
  /** What was found, in words; the first of many. */
  readonly findings: string[] = [];

  get isGood(): boolean {
    return this.findings.length === 0 && this.lost + this.doubled + this.wrong + this.failedOpens === 0;
  }

  find(what: string): void {
    if (this.findings.length < 20) this.findings.push(what);
  }

  compare(what: string, { lost, doubled, wrong }: Omit<Comparison, 'acknowledged'>): void {
    this.lost += lost;
    this.doubled += doubled;
    this.wrong += wrong;
    if (lost + doubled + wrong > 0) this.find(`${what}: ${lost} lost, ${doubled} doubled, ${wrong} wrong`);
  }
}

export interface SiteOptions {
  /** A folder of its own; removed by `remove`. */
  readonly root: string;
  readonly library: string;
  readonly cache: string;
  readonly seed: number;
  readonly tally: Tally;
  /** Settings of the server, as environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where the data is, when not in the folder. */
  readonly dataDir?: string;
}

/** A data folder, the processes on it, and what they have to keep. */
export class Site {
  readonly root: string;
  readonly dataDir: string;
  readonly random: Random;
  readonly tally: Tally;
  readonly faults: Faults;
  readonly env: Record<string, string>;
  readonly #options: SiteOptions;

  constructor(options: SiteOptions) {
    const { root, library, seed, tally } = options;
    mkdirSync(root, { recursive: true });
    this.#options = options;
    this.root = root;
    this.dataDir = options.dataDir ?? join(root, 'data');
    this.random = createRandom(seed);
    this.tally = tally;
    this.faults = this.#faults(library, 'server');
    this.env = { NODE_COMPILE_CACHE: options.cache, XDG_CONFIG_HOME: root, ...options.env };
  }

  get storePath(): string {
    return join(this.dataDir, STORE_FILE);
  }

  /** For a second process beside the first. */
  moreFaults(name: string): Faults {
    return this.#faults(this.#options.library, name);
  }

  /** Starts the server. */
  serve(env: Readonly<Record<string, string>> = {}): Life {
    return serve(this.dataDir, { env: { ...this.env, ...env }, faults: this.faults });
  }

  /** Waits for the kill of a life; one that ends by itself is a finding. */
  async killed(life: Life): Promise<void> {
    const code = await life.ended;
    if (code === null) this.tally.kills += 1;
    else this.tally.find(`ended with ${code} before it was killed: ${life.output.slice(0, 600)}`);
  }

  /** Looks at every page and checksum of what a kill left, and at what `look` asks. Counts what does not open. */
  look(look: (store: StoreReader) => void = () => undefined): void {
    // Killed before there was anything.
    if (!existsSync(this.storePath) || statSync(this.storePath).size === 0) return;
    try {
      const { faults, totals } = inspectStore(this.storePath, machineClock);
      if (faults.length > 0) this.#failed(faults.join('; '));
      if (totals === null) return;
      const store = openSqliteStoreReadOnly({ folder: this.dataDir, clock: machineClock });
      try {
        const { damages } = store.health();
        if (damages.length > 0) this.#failed(`damage: ${damages.map(({ message }) => message).join('; ')}`);
        look(store);
      } finally {
        store.close();
      }
    } catch (error) {
      // A first page that says nothing is not yet a store.
      if ((error as { code?: string }).code === 'store/missing') return;
      this.#failed(String(error));
    }
  }

  /** Looks whether everything these sensors were told is there, once. */
  lookAt(sensors: readonly CrashSensor[], { isAll = false } = {}): void {
    this.look((store) => {
      for (const sensor of sensors) {
        this.tally.compare(sensor.source, sensor.compare(windowsOf(store, sensor.source)));
        for (const complaint of sensor.complaints.splice(0)) this.tally.find(complaint);
      }
      this.#lookAtSums(store);
      this.#lookAtRecovered(store, sensors, isAll);
    });
  }

  close(): void {
    this.tally.faults += this.faults.faults;
    this.faults.close();
  }

  remove(): void {
    this.close();
    rmSync(this.root, { recursive: true, force: true });
  }

  #lookAtSums(store: StoreReader): void {
    for (const { source } of store.listSeries()) {
      // A server that is not killed yet goes on writing between one reading and the next.
      for (let tries = 0; tries < SUM_TRIES; tries += 1) if (this.#areSumsLookedAt(store, source)) break;
    }
  }

  /** Whatever the level an answer is read from, it is the sum of the same measurements. False where those changed meanwhile. */
  #areSumsLookedAt(store: StoreReader, source: string): boolean {
    const measured = measuredOf(store, source);
    const series = store.listSeries().find((each) => each.source === source);
    if (series === undefined || series.firstMs === null || series.lastMs === null) return true;
    const { id, firstMs, lastMs } = series;
    const { sum, recoveredSum } = store.readTotal(id, FROM_MS, TO_MS);
    const byHour = sumOfHours(store, id, { firstMs, lastMs });
    if (measured !== measuredOf(store, source)) return false;
    if (sum - recoveredSum !== measured)
      this.tally.find(`${source}: windows hold ${measured} Wh, their total is ${sum - recoveredSum}`);
    // What is recovered is shared by time, so it may be in parts.
    if (Math.abs(byHour - sum) > 1e-6)
      this.tally.find(`${source}: hours hold ${byHour} Wh, the total is ${sum}`);
    return true;
  }

  /** Energy of windows that did not come is never more than was told, and nothing once all of them came. */
  #lookAtRecovered(store: StoreReader, sensors: readonly CrashSensor[], isAll: boolean): void {
    for (const sensor of sensors) {
      const series = store.listSeries().find(({ source }) => source === sensor.source);
      if (series === undefined) continue;
      const { sum, recoveredSum } = store.readTotal(series.id, FROM_MS, TO_MS);
      if (sum > sensor.toldWh)
        this.tally.find(`${sensor.source}: holds ${sum} Wh, was told ${sensor.toldWh}`);
      if (isAll && !sensor.hasForgotten && recoveredSum !== 0)
        this.tally.find(`${sensor.source}: ${recoveredSum} Wh recovered of nothing`);
    }
  }

  #failed(what: string): void {
    this.tally.failedOpens += 1;
    this.tally.find(what);
  }

  #faults(library: string, name: string): Faults {
    const controlPath = join(this.root, `${name}.faults`);
    return new Faults({ library, controlPath, folder: this.dataDir, seed: this.#options.seed });
  }
}

function measuredOf(store: StoreReader, source: string): number {
  return sumOf(windowsOf(store, source).map(([, value]) => value));
}

function sumOfHours(store: StoreReader, series: number, reach: { firstMs: number; lastMs: number }): number {
  const from = Math.floor(reach.firstMs / HOUR_MS);
  const hours = Math.ceil(reach.lastMs / HOUR_MS) - from + 1;
  const edges = Float64Array.from({ length: hours + 1 }, (_, index) => (from + index) * HOUR_MS);
  return sumOf([...store.readBuckets(series, edges).sums].filter((each) => !Number.isNaN(each)));
}

/** Start and value of everything stored of a source. */
export function windowsOf(store: StoreReader, source: string): [startMs: number, value: number][] {
  const series = store.listSeries().find((each) => each.source === source);
  if (series === undefined) return [];
  return [...store.readPoints(series.id, FROM_MS, TO_MS)].flatMap(({ starts, values }) =>
    Array.from(starts, (startMs, index): [number, number] => [startMs, values[index] ?? Number.NaN]),
  );
}

export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
