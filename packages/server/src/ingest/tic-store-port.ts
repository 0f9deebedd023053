import type { SeriesId, Store } from '@kilowink/store';
import type { TicEvent, TicPort, TicSeries, TicSpan } from './tic-port.ts';

/** Keeps what a meter says in the store. */
export class TicStorePort implements TicPort {
  readonly #store: Store;
  /** By the very object, of which a meter has one for each series. */
  readonly #series = new Map<TicSeries, SeriesId>();
  /** Series that got something since the last look. */
  readonly touched = new Set<SeriesId>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Makes the series that are not there. */
  ensure(all: readonly TicSeries[]): void {
    for (const series of all) this.#find(series);
  }

  addPoint(series: TicSeries, { startMs, endMs, value }: TicSpan): boolean {
    const { repeated } = this.#store.addPoints(this.#idOf(series), {
      starts: Float64Array.of(startMs),
      durationsMs: Float64Array.of(endMs - startMs),
      values: Float64Array.of(value),
      reports: null,
      disagreements: null,
    });
    return repeated === 0;
  }

  addRecovered(series: TicSeries, span: TicSpan): void {
    const { startMs: fromMs, endMs: toMs, value } = span;
    this.#store.putRecoveredSpan(this.#idOf(series), { fromMs, toMs, value });
  }

  addReading(series: TicSeries, reading: { readonly atMs: number; readonly indexWh: number }): void {
    this.#store.putReadings(this.#idOf(series), [{ ...reading, origin: 'meter' }]);
  }

  addEvent(event: TicEvent): void {
    this.#store.putEvents([event]);
  }

  #idOf(series: TicSeries): SeriesId {
    const id = this.#find(series);
    this.touched.add(id);
    return id;
  }

  #find(series: TicSeries): SeriesId {
    const known = this.#series.get(series);
    if (known !== undefined) return known;
    const id = this.#store.ensureSeries(series);
    this.#series.set(series, id);
    return id;
  }
}
