import { lowerBound, type Points } from '@kilowink/core/series';
import type { EpochMs } from '@kilowink/core/time';
import type { SeriesId, StoreReader } from '@kilowink/store';

/** How a file and what a series already has lie over each other. */
export interface Overlap {
  /** Rows of the file whose start the series has already: they will not be added again. */
  readonly stored: number;
  /** Points of the series within the file's time that the file does not have. */
  readonly others: number;
}

/** Counts while batches of the file pass, in their order. */
export class OverlapCounter {
  readonly #store: StoreReader;
  readonly #series: SeriesId;
  #comparedToMs: EpochMs | null = null;
  #stored = 0;
  #others = 0;

  constructor(store: StoreReader, series: SeriesId) {
    this.#store = store;
    this.#series = series;
  }

  get overlap(): Overlap {
    return { stored: this.#stored, others: this.#others };
  }

  add(points: Points): void {
    const { starts } = points;
    const firstMs = starts[0];
    const lastMs = starts.at(-1);
    if (firstMs === undefined || lastMs === undefined) return;
    const fromMs = this.#comparedToMs === null ? firstMs : Math.min(firstMs, this.#comparedToMs);
    for (const stored of this.#store.readPoints(this.#series, fromMs, lastMs + 1)) {
      this.#compare(starts, stored.starts);
    }
    this.#comparedToMs = Math.max(lastMs + 1, this.#comparedToMs ?? 0);
  }

  #compare(starts: Float64Array, stored: Float64Array): void {
    let place = lowerBound(starts, stored[0] ?? 0);
    for (const storedMs of stored) {
      while (place < starts.length && (starts[place] ?? 0) < storedMs) place += 1;
      if (starts[place] === storedMs) this.#stored += 1;
      else this.#others += 1;
    }
  }
}
