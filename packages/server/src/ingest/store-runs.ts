import { UNITS_PER_WH } from '@kilowink/core/series';
import type {
  RestoredRuns,
  RunPort,
  RunState,
  RunWindow,
  SavedRuns,
  StoredRunWindow,
  TimelineSegment,
} from '@kilowink/core/window';
import type { SeriesId, Store } from '@kilowink/store';

/** Runs of a series that are looked through for those a source remembers; boots that brought nothing count too. */
const RUNS_LOOKED_AT = 256;

/** The runs of one series: flashes (Wh) on this side, the series' unit in the store. */
export class StoreRuns implements RunPort {
  readonly #store: Store;
  readonly #series: SeriesId;
  readonly #source: string;
  readonly #unitsPerWh: number;

  constructor(store: Store, of: { series: SeriesId; source: string }) {
    this.#store = store;
    this.#series = of.series;
    this.#source = of.source;
    const info = store.listSeries().find(({ id }) => id === of.series);
    this.#unitsPerWh = UNITS_PER_WH[info?.unit ?? 'Wh'];
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
    this.#store.putSourceState(this.#source, JSON.stringify(state));
  }

  /** What was saved, with what the store really has of each run. */
  restore(): RestoredRuns | undefined {
    const text = this.#store.sourceState(this.#source);
    if (text === null) return undefined;
    const saved = JSON.parse(text) as SavedRuns;
    const stored = new Map(this.#store.listRuns(this.#series, RUNS_LOOKED_AT).map((run) => [run.id, run]));
    const runs = saved.runs.flatMap(({ run, phaseS }): RunState[] => {
      const known = stored.get(run);
      if (known === undefined) return [];
      const firstNumber = known.firstNumber ?? 0;
      return [
        {
          run,
          phaseS,
          firstNumber,
          lastNumber: known.lastNumber ?? firstNumber - 1,
          timeline: known.timeline,
        },
      ];
    });
    return { runs, upPending: saved.upPending };
  }
}
