// A machine whose server is killed: its folder, its memory and its clocks outlive the process. For tests.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { encodeReportV1 } from '@kilowink/core/report';
import { openSqliteStore, type Store } from '@kilowink/store';
import { KeyRing } from '../keys/index.ts';
import { type Answer, Ingest } from './ingest.ts';
import { ReportGuard } from './report-guard.ts';

export const START_MS = Date.UTC(2026, 2, 28, 12);
const NAME = '/data';
/** The process holds a lock on it; the next one finds it free. */
const LOCK = 'serve.lock';
/** What is done to a store; a kill can come before and after each. */
const STEPS = new Set([
  'createRun',
  'ensureSeries',
  'flush',
  'putSourceState',
  'putWindows',
  'setTimeline',
  'together',
]);

/** Thrown where the process is killed: what it does while that goes up is done to files nobody looks at again. */
export class Killed extends Error {}

/** The clocks of a machine, by the sensors' time. */
export interface Clocks {
  /** How fast they are: below 1 where the sensors' time is quicker. */
  readonly rate: number;
  /** How wrong the date is from each time on, ascending. */
  readonly steps: readonly { fromMs: number; wrongByMs: number }[];
}

/** One process after another on one machine. */
export class Machine {
  nowMs = 0;
  #startedMs = 0;
  readonly #root: string;
  readonly #clocks: Clocks;
  readonly #groupMs: number;
  #data: string;
  #memory: string;
  #steps = Number.POSITIVE_INFINITY;
  /** So many bytes of what was kept last are missing after the next kill. */
  #tornBytes = 0;
  /** Their files are nobody's any more. */
  readonly #dead: { store: Store; guard: ReportGuard }[] = [];
  #process: { store: Store; guard: ReportGuard; ingest: Ingest } | null = null;

  constructor(root: string, clocks: Clocks, groupMs: number) {
    this.#root = root;
    this.#clocks = clocks;
    this.#groupMs = groupMs;
    this.#data = mkdtempSync(join(root, 'data-'));
    this.#memory = mkdtempSync(join(root, 'memory-'));
  }

  get isRunning(): boolean {
    return this.#process !== null;
  }

  /** The machine's clock since it was switched on. */
  get uptimeMs(): number {
    return Math.floor(1e6 + this.nowMs * this.#clocks.rate);
  }

  /** Starts the server, which takes in what the one before left; killed after `steps`. */
  start(steps = Number.POSITIVE_INFINITY): void {
    this.#startedMs = this.uptimeMs;
    this.#steps = Number.POSITIVE_INFINITY;
    const clock = {
      wallMs: () => START_MS + Math.floor(this.nowMs * this.#clocks.rate) + this.#wrongByMs,
      monotonicMs: () => this.uptimeMs - this.#startedMs,
    };
    const store = openSqliteStore({ folder: this.#data, clock, groupMs: this.#groupMs });
    const guard = new ReportGuard(NAME, () => store.writtenGroups, this.#memory);
    const ingest = new Ingest({
      ...{ clock, guard, mappings: [], requireKeys: false, store: this.#watched(store) },
      keys: new KeyRing(this.#data, assert.fail),
      machine: { bootId: 'one', uptimeMs: () => this.uptimeMs },
    });
    this.#process = { store, guard, ingest };
    this.#steps = steps;
    this.#alive(() => {
      // As the server does before it listens.
      if (ingest.takeLeft() === 0) return;
      this.#step();
      store.flush();
      this.#step();
      guard.clear();
      this.#step();
    });
  }

  /** What the server answers; null when it is killed before, within so many steps, or is not there. */
  send(
    { address, bytes }: { address: string; bytes: Uint8Array | null },
    { steps = Number.POSITIVE_INFINITY, tornBytes = 0 } = {},
  ): Answer | null {
    const running = this.#process;
    if (running === null) return null;
    this.#steps = steps;
    this.#tornBytes = tornBytes;
    return this.#alive(() => {
      const answer = bytes === null ? running.ingest.up(address) : running.ingest.report(address, bytes);
      this.#step();
      return answer;
    });
  }

  /** The group's time has come. */
  flush(): void {
    this.#process?.store.flush();
  }

  /** Kills the server now. */
  kill(): void {
    if (this.#process !== null) this.#snapshot(this.#process);
  }

  /** Lets the server end as it should, and says what it stored of an address: each window's value, run by run. */
  end(address: string): number[][] {
    const { store } = this.#process ?? assert.fail('a server runs');
    const series = store.listSeries().find(({ source }) => source === `optical/${address}/00`);
    if (series === undefined) return [];
    return store
      .listRuns(series.id, 1_000)
      .map(({ id }) => store.readWindows(id, -1e9, 1e9).map(({ value }) => value ?? -1))
      .filter((values) => values.length > 0)
      .reverse();
  }

  close(): void {
    const last = this.#process === null ? [] : [this.#process];
    this.#process = null;
    for (const { guard, store } of [...this.#dead.splice(0), ...last]) {
      guard.close();
      store.close();
    }
  }

  get #wrongByMs(): number {
    return this.#clocks.steps.findLast(({ fromMs }) => fromMs <= this.nowMs)?.wrongByMs ?? 0;
  }

  #alive<T>(body: () => T): T | null {
    try {
      return body();
    } catch (error) {
      if (error instanceof Killed) return null;
      throw error;
    } finally {
      this.#steps = Number.POSITIVE_INFINITY;
    }
  }

  #step(): void {
    this.#steps -= 1;
    if (this.#steps >= 0 || this.#process === null) return;
    this.#snapshot(this.#process);
    throw new Killed();
  }

  /** A SIGKILL leaves what was written: the files as they are now, within no write. */
  #snapshot({ store, guard }: { store: Store; guard: ReportGuard }): void {
    this.#process = null;
    const data = mkdtempSync(join(this.#root, 'data-'));
    const memory = mkdtempSync(join(this.#root, 'memory-'));
    cpSync(this.#data, data, { recursive: true, filter: (path) => !path.endsWith(LOCK) });
    cpSync(this.#memory, memory, { recursive: true });
    this.#data = data;
    this.#memory = memory;
    this.#tear();
    this.#dead.push({ guard, store });
  }

  /** What was kept last was not wholly written. */
  #tear(): void {
    if (this.#tornBytes === 0) return;
    const [folder = ''] = readdirSync(this.#memory);
    for (const name of readdirSync(join(this.#memory, folder))) {
      const path = join(this.#memory, folder, name);
      truncateSync(path, Math.max(0, statSync(path).size - this.#tornBytes));
    }
    this.#tornBytes = 0;
  }

  #watched(store: Store): Store {
    return new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        if (!STEPS.has(String(name))) return value.bind(target);
        return (...given: unknown[]) => {
          this.#step();
          const result: unknown = value.apply(target, given);
          this.#step();
          return result;
        };
      },
    });
  }
}

/** A report with these windows, the oldest first, that is due `phaseS` after its newest. */
export function reportOf(values: readonly number[], of: { newest: number; phaseS: number }): Uint8Array {
  const { newest, phaseS } = of;
  const counts = Array.from({ length: 10 }, (_, back) => values[newest - back] ?? null);
  return encodeReportV1({ sensorType: 0, uptimeS: phaseS + (newest + 1) * 5, counts });
}
