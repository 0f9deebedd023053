/** What is drawn of a trace: as many equal stretches as it fills, at most `COLUMNS_MAX`, whatever its length. */
export interface PlotData {
  /** Samples in a stretch. */
  readonly samplesPerColumn: number;
  readonly count: number;
  readonly lowMv: Float64Array;
  readonly highMv: Float64Array;
  /** The light beside the flashes, and how high above it a flash has to rise; NaN where neither is known. */
  readonly baselineMv: Float64Array;
  readonly thresholdMv: Float64Array;
}

const COLUMNS_MAX = 4_000;

/** Gathers what is drawn while samples pass: when the columns are full, two become one. */
export class PlotCollector {
  #samplesPerColumn = 1;
  #samples = 0;
  readonly #lowMv = new Float64Array(COLUMNS_MAX).fill(Infinity);
  readonly #highMv = new Float64Array(COLUMNS_MAX).fill(-Infinity);
  readonly #baselineMv = new Float64Array(COLUMNS_MAX).fill(Number.NaN);
  readonly #thresholdMv = new Float64Array(COLUMNS_MAX).fill(Number.NaN);

  get samples(): number {
    return this.#samples;
  }

  addSamples(samplesMv: Int16Array): void {
    for (const mv of samplesMv) {
      if (this.#samples === COLUMNS_MAX * this.#samplesPerColumn) this.#halve();
      const column = Math.floor(this.#samples / this.#samplesPerColumn);
      this.#lowMv[column] = Math.min(this.#lowMv[column] as number, mv);
      this.#highMv[column] = Math.max(this.#highMv[column] as number, mv);
      this.#samples += 1;
    }
  }

  /** What the detector saw at a sample. */
  addView(sample: number, view: { baselineMv: number; thresholdMv: number }): void {
    if (sample < 0) return;
    const column = Math.floor(sample / this.#samplesPerColumn);
    this.#baselineMv[column] = view.baselineMv;
    this.#thresholdMv[column] = view.thresholdMv;
  }

  get data(): PlotData {
    return {
      samplesPerColumn: this.#samplesPerColumn,
      count: Math.ceil(this.#samples / this.#samplesPerColumn),
      lowMv: this.#lowMv,
      highMv: this.#highMv,
      baselineMv: this.#baselineMv,
      thresholdMv: this.#thresholdMv,
    };
  }

  #halve(): void {
    this.#samplesPerColumn *= 2;
    mergePairs(this.#lowMv, Math.min, Infinity);
    mergePairs(this.#highMv, Math.max, -Infinity);
    mergePairs(this.#baselineMv, eitherOf, Number.NaN);
    mergePairs(this.#thresholdMv, eitherOf, Number.NaN);
  }
}

function eitherOf(first: number, second: number): number {
  return Number.isNaN(second) ? first : second;
}

function mergePairs(values: Float64Array, merge: (a: number, b: number) => number, empty: number): void {
  const half = values.length / 2;
  for (let i = 0; i < half; i++) values[i] = merge(values[2 * i] as number, values[2 * i + 1] as number);
  values.fill(empty, half);
}
