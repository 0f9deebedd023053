import { UNITS_PER_WH } from '@kilowink/core/series';
import type {
  RestoredRuns,
  RunPort,
  RunState,
  RunWindow,
  SavedRun,
  SavedRuns,
  StoredRunWindow,
  TimelineSegment,
} from '@kilowink/core/window';
import type { SeriesId, Store } from '@kilowink/store';
import type { MachineTime } from './machine-clock.ts';

/** Runs of a series that are looked through for those a source remembers; boots that brought nothing count too. */
const RUNS_LOOKED_AT = 256;

/** The runs of one series: flashes (Wh) on this side, the series' unit in the store. */
export class StoreRuns implements RunPort {
  readonly #store: Store;
  readonly #series: SeriesId;
  readonly #source: string;
  readonly #machine: MachineTime | null;
  readonly #unitsPerWh: number;

  /** `machine`: to save and restore with. */
  constructor(store: Store, of: { series: SeriesId; source: string; machine?: MachineTime }) {
    this.#store = store;
    this.#series = of.series;
    this.#source = of.source;
    this.#machine = of.machine ?? null;
    this.#unitsPerWh = UNITS_PER_WH[store.findSeries(of.series)?.unit ?? 'Wh'];
  }

  createRun(timeline: readonly TimelineSegment[]): number {
    return this.#store.createRun({ series: this.#series, timeline });
  }

  setTimeline(run: number, timeline: readonly TimelineSegment[]): void {
    this.#store.setTimeline(run, timeline);
  }

  putWindows(run: number, windows: readonly RunWindow[]): void {
    const scaled =
      this.#unitsPerWh === 1
        ? windows
        : windows.map((window) => ({ ...window, value: window.value * this.#unitsPerWh }));
    this.#store.putWindows(run, scaled);
  }

  readWindows(run: number, fromNumber: number, toNumber: number): StoredRunWindow[] {
    const windows = this.#store.readWindows(run, fromNumber, toNumber);
    if (this.#unitsPerWh === 1) return windows;
    return windows.map((window) => ({
      ...window,
      value: window.value === null ? null : window.value / this.#unitsPerWh,
    }));
  }

  saveState(state: SavedRuns): void {
    const bootId = this.#machine?.bootId ?? null;
    const written = { ...this.#timed(state, (ms) => this.#machine?.toUptime(ms) ?? null), bootId };
    this.#store.putSourceState(this.#source, JSON.stringify(written));
  }

  /** What was saved, with what the store really has of each run. */
  restore(): RestoredRuns | undefined {
    const text = this.#store.sourceState(this.#source);
    if (text === null) return undefined;
    const saved = this.#read(text);
    const stored = new Map(this.#store.listRuns(this.#series, RUNS_LOOKED_AT).map((run) => [run.id, run]));
    const runs = saved.runs.flatMap((each): RunState[] => {
      const known = stored.get(each.run);
      if (known === undefined) return [];
      const { firstNumber: first, lastNumber: last, timeline } = known;
      const firstNumber = first ?? 0;
      return [{ ...each, firstNumber, lastNumber: last ?? firstNumber - 1, timeline }];
    });
    return { ...saved, runs };
  }

  #read(text: string): SavedRuns {
    const { runs, upPending, upMs = null, bootId = null } = JSON.parse(text) as WrittenRuns;
    const full = { upPending, upMs, runs: runs.map((run) => ({ ...UNKNOWN, ...run })) };
    const isSameBoot = bootId !== null && bootId === this.#machine?.bootId;
    return this.#timed(full, (ms) => (isSameBoot ? (this.#machine?.toMonotonic(ms) ?? null) : null));
  }

  /** With its times put into another clock's; null where they are not known there. */
  #timed(state: SavedRuns, toOther: (ms: number) => number | null): SavedRuns {
    const other = (ms: number | null) => (ms === null ? null : toOther(ms));
    const runs = state.runs.map((run): SavedRun => {
      const zeroMs = other(0);
      const offsetMs = run.offsetMs === null || zeroMs === null ? null : run.offsetMs - zeroMs;
      return { ...run, startedMs: other(run.startedMs), offsetMs };
    });
    return { runs, upPending: state.upPending, upMs: other(state.upMs) };
  }
}

/** As it is in the store: older servers left out what is optional. Times are of the machine's clock. */
interface WrittenRuns {
  readonly runs: readonly (Pick<SavedRun, 'run' | 'phaseS'> & Partial<SavedRun>)[];
  readonly upPending: boolean;
  readonly upMs?: number | null;
  /** When the machine was switched on: its clock began anew then. */
  readonly bootId?: string | null;
}

const UNKNOWN = { startedMs: null, heardSinceUp: false, offsetMs: null };
