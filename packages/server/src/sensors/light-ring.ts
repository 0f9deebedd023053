import type { LightAnswer } from '@kilowink/api';
import type { EpochMs } from '@kilowink/core/time';

/** A row of what is kept stands for so long. */
export const LIGHT_STEP_MS = 120_000;
/** A day of rows. */
const ROWS_MAX = 720;

const STATES = ['unknown', 'good', 'weak', 'none', 'saturated', 'missing'] as const;

/** The light at a sensor's eye at one moment. */
export interface Light {
  readonly amplitudeMv: number;
  readonly noise100Uv: number;
  readonly state: (typeof STATES)[number];
}

/**
 * The light of one sensor over the last day, the worst of every two minutes: 9 bytes a row, so that a thousand sensors need
 * no more than 7 MB.
 */
export class LightRing {
  readonly #steps = new Uint32Array(ROWS_MAX);
  readonly #amplitudesMv = new Uint16Array(ROWS_MAX);
  readonly #noises100Uv = new Uint16Array(ROWS_MAX);
  readonly #states = new Uint8Array(ROWS_MAX);
  #count = 0;
  /** Where the latest row is. */
  #last = -1;

  /** Notes what a report said; times that go back are counted to the latest row. */
  note(atMs: EpochMs, light: Light): void {
    const step = Math.max(this.#steps[this.#last] ?? 0, Math.floor(atMs / LIGHT_STEP_MS));
    const isNew = this.#count === 0 || step > (this.#steps[this.#last] ?? 0);
    if (isNew) {
      this.#last = (this.#last + 1) % ROWS_MAX;
      this.#count = Math.min(ROWS_MAX, this.#count + 1);
      this.#steps[this.#last] = step;
    }
    const worst = (kept: number | undefined, came: number, pick: (a: number, b: number) => number) =>
      isNew || kept === undefined ? came : pick(kept, came);
    const at = this.#last;
    this.#amplitudesMv[at] = worst(this.#amplitudesMv[at], light.amplitudeMv, Math.min);
    this.#noises100Uv[at] = worst(this.#noises100Uv[at], light.noise100Uv, Math.max);
    this.#states[at] = STATES.indexOf(light.state);
  }

  /** Everything since `sinceMs`, ascending. */
  columns(sinceMs: EpochMs): LightAnswer['columns'] {
    const all = Array.from(
      { length: this.#count },
      (_, index) => (this.#last - this.#count + 1 + index + ROWS_MAX) % ROWS_MAX,
    );
    const startOf = (row: number) => (this.#steps[row] ?? 0) * LIGHT_STEP_MS;
    const rows = all.filter((row) => startOf(row) + LIGHT_STEP_MS > sinceMs);
    return {
      start: rows.map(startOf),
      amplitudeMv: rows.map((row) => this.#amplitudesMv[row] ?? 0),
      noise100Uv: rows.map((row) => this.#noises100Uv[row] ?? 0),
      state: rows.map((row) => STATES[this.#states[row] ?? 0] ?? 'unknown'),
    };
  }
}
