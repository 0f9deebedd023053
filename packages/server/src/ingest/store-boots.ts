import { UNITS_PER_WH } from '@kilowink/core/series';
import type {
  NumberedPort,
  RecoveredEnergy,
  RunWindow,
  SavedBoots,
  StoredRun,
  StoredRunWindow,
  TimelineSegment,
} from '@kilowink/core/window';
import type { SeriesId, Store } from '@kilowink/store';
import { StoreRuns } from './store-runs.ts';

/** The boots of one series: flashes (Wh) on this side, the series' unit in the store. */
export class StoreBoots implements NumberedPort {
  readonly #store: Store;
  readonly #series: SeriesId;
  readonly #stateKey: string;
  readonly #runs: StoreRuns;
  readonly #unitsPerWh: number;

  constructor(store: Store, of: { series: SeriesId; source: string }) {
    this.#store = store;
    this.#series = of.series;
    this.#stateKey = stateKeyOf(of.source);
    this.#runs = new StoreRuns(store, of);
    this.#unitsPerWh = UNITS_PER_WH[store.findSeries(of.series)?.unit ?? 'Wh'];
  }

  createRun(bootId: number, timeline: readonly TimelineSegment[]): number {
    return this.#store.createRun({ series: this.#series, timeline, boot: bootId });
  }

  findRun(bootId: number): StoredRun | null {
    const found = this.#store.findRun(this.#series, bootId);
    if (found === null) return null;
    const { id: run, timeline, firstNumber, lastNumber } = found;
    return { run, timeline, firstNumber: firstNumber ?? 0, lastNumber: lastNumber ?? -1 };
  }

  setTimeline(run: number, timeline: readonly TimelineSegment[]): void {
    this.#runs.setTimeline(run, timeline);
  }

  putWindows(run: number, windows: readonly RunWindow[]): void {
    this.#runs.putWindows(run, windows);
  }

  readWindows(run: number, fromNumber: number, toNumber: number): StoredRunWindow[] {
    return this.#runs.readWindows(run, fromNumber, toNumber);
  }

  readRecovered(run: number, fromNumber: number, toNumber: number): RecoveredEnergy[] {
    const rows = this.#store.readRecovered(run, fromNumber, toNumber);
    if (this.#unitsPerWh === 1) return rows;
    return rows.map((row) => ({ ...row, value: row.value / this.#unitsPerWh }));
  }

  replaceRecovered(run: number, gone: readonly RecoveredEnergy[], made: readonly RecoveredEnergy[]): void {
    const scaled = made.map((row) => ({ ...row, value: row.value * this.#unitsPerWh }));
    this.#store.replaceRecovered(run, gone, scaled);
  }

  saveState(state: SavedBoots): void {
    this.#store.putSourceState(this.#stateKey, JSON.stringify(state));
  }

  /** What was saved; null for a sensor that was not heard of yet. */
  restore(): SavedBoots | null {
    const text = this.#store.sourceState(this.#stateKey);
    return text === null ? null : (JSON.parse(text) as SavedBoots);
  }

  /** Whether anything of the series is stored. */
  isKnown(): boolean {
    return this.#store.listRuns(this.#series, 1).length > 0;
  }
}

/** A source may have spoken version 1 before; what is remembered of that stays beside. */
export function stateKeyOf(source: string): string {
  return `${source}#2`;
}
