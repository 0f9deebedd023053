import type { Points } from '../series/index.ts';
import type { EpochMs } from '../time/index.ts';

/** What a file holds, counted as its points come in. */
export interface Tally {
  readonly points: number;
  /** In the unit of the points; repeated starts are left out, as the store will do. */
  readonly sum: number;
  /** Start of the first and end of the last; null while there is none. */
  readonly firstMs: EpochMs | null;
  readonly lastMs: EpochMs | null;
  /** Stretches of more than one and a half intervals in which nothing starts, and how long they are together. */
  readonly gaps: number;
  readonly gapsMs: number;
  readonly longestGapMs: number;
  /** When the longest gap starts; null when there is none. */
  readonly longestGapAtMs: EpochMs | null;
  /** Points with the same start as the one before them: only the first of them can be stored. */
  readonly repeated: number;
}

/** Counts what passes by. Gaps are told from the file's order. */
export class PointsTally {
  readonly #intervalMs: number;
  #points = 0;
  #sum = 0;
  #firstMs = Infinity;
  #lastStartMs = -Infinity;
  #gaps = 0;
  #gapsMs = 0;
  #longestGapMs = 0;
  #longestGapAtMs: EpochMs | null = null;
  #repeated = 0;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  add({ starts, values }: Points): void {
    for (let i = 0; i < starts.length; i++) {
      const startMs = starts[i] ?? 0;
      const stepMs = startMs - this.#lastStartMs;
      if (stepMs === 0) {
        this.#repeated += 1;
        continue;
      }
      this.#sum += values[i] ?? 0;
      if (stepMs > 0) this.#lastStartMs = startMs;
      if (startMs < this.#firstMs) this.#firstMs = startMs;
      if (stepMs > 1.5 * this.#intervalMs && stepMs < Infinity) this.#noteGap(startMs, stepMs);
    }
    this.#points += starts.length;
  }

  #noteGap(startMs: EpochMs, stepMs: number): void {
    const gapMs = stepMs - this.#intervalMs;
    this.#gaps += 1;
    this.#gapsMs += gapMs;
    if (gapMs <= this.#longestGapMs) return;
    this.#longestGapMs = gapMs;
    this.#longestGapAtMs = startMs - gapMs;
  }

  get(): Tally {
    const any = this.#points > 0;
    return {
      points: this.#points,
      sum: this.#sum,
      firstMs: any ? this.#firstMs : null,
      lastMs: any ? this.#lastStartMs + this.#intervalMs : null,
      gaps: this.#gaps,
      gapsMs: this.#gapsMs,
      longestGapMs: this.#longestGapMs,
      longestGapAtMs: this.#longestGapAtMs,
      repeated: this.#repeated,
    };
  }
}
