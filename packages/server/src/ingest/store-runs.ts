import { UNITS_PER_WH } from '@kilowink/core/series';
import type { RunPort, RunWindow, StoredRunWindow, TimelineSegment } from '@kilowink/core/window';
import type { SeriesId, Store } from '@kilowink/store';

/** The runs of one series: flashes (Wh) on this side, the series' unit in the store. */
export class StoreRuns implements RunPort {
  readonly #store: Store;
  readonly #series: SeriesId;
  readonly #unitsPerWh: number;

  constructor(store: Store, series: SeriesId) {
    this.#store = store;
    this.#series = series;
    const info = store.listSeries().find(({ id }) => id === series);
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
}
