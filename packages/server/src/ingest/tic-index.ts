import type { IndexStep } from '@kilowink/core/tic';
import { type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '@kilowink/core/time';
import type { TicPort, TicSeries } from './tic-port.ts';

/** Energy is stored in stretches at least so long: a frame a second would say little more. */
const STEP_MS = 10 * SECOND_MS;
/** A register that does not move gets a point this often. */
const IDLE_MS = 15 * MINUTE_MS;
/** Longer without a frame is a gap: what was drawn in it is known, but not when. */
export const GAP_MS = 5 * MINUTE_MS;
/** What an index showed is stored this often, and around gaps. */
const READING_MS = HOUR_MS;

/** 36 kVA for a month: a rise beyond is another meter's index, or a digit that went wrong twice. */
const RISE_WH_MAX = 26_000_000;

/** What is remembered of an index, across restarts too. */
export interface IndexState {
  /** Up to here its energy is stored; what came since is `pendingWh`. */
  fromMs: EpochMs;
  pendingWh: number;
  /** The last believed index, and when it was read. */
  seenMs: EpochMs;
  indexWh: number;
  /** When it was last stored what it showed. */
  readingMs: EpochMs;
}

/**
 * Turns what an index shows into energy: each stored stretch holds exactly what the index rose by in it, so their sum is
 * the last index less the first, to the Wh. Stretches follow each other without a hole; a gap's energy is kept as known
 * only in total.
 */
export class IndexTrack {
  readonly #port: TicPort;
  readonly #series: TicSeries;
  state: IndexState | null;

  constructor(port: TicPort, series: TicSeries, state: IndexState | null) {
    this.#port = port;
    this.#series = series;
    this.state = state;
  }

  /** Takes in a believed index, read at `atMs`, later than all before. */
  take(index: { indexWh: number; addedWh: number | null; step: IndexStep }, atMs: EpochMs): void {
    const { state } = this;
    const { indexWh, addedWh } = index;
    if (state !== null && isRise(state, index)) {
      this.#cross(state, { indexWh, addedWh: indexWh - state.indexWh, atMs });
    } else if (state === null || addedWh === null) {
      this.settle();
      this.#begin(indexWh, atMs);
    } else if (atMs - state.seenMs > GAP_MS) this.#cross(state, { indexWh, addedWh, atMs });
    else this.#grow(state, { indexWh, addedWh, atMs });
  }

  /** Stores what is not stored yet. */
  settle(): void {
    const { state } = this;
    if (state !== null && state.seenMs > state.fromMs) this.#emit(state, state.seenMs);
  }

  /** The clock was set back to `atMs`: what is pending stays pending, and goes to the time that now comes. */
  moveTo(atMs: EpochMs): void {
    this.settle();
    if (this.state !== null) this.state = { ...this.state, fromMs: atMs, seenMs: atMs, readingMs: atMs };
  }

  #begin(indexWh: number, atMs: EpochMs): void {
    this.state = { fromMs: atMs, pendingWh: 0, seenMs: atMs, indexWh, readingMs: atMs };
    this.#port.addReading(this.#series, { atMs, indexWh });
  }

  #cross(state: IndexState, to: { indexWh: number; addedWh: number; atMs: EpochMs }): void {
    this.settle();
    const { seenMs: startMs } = state;
    this.#port.addReading(this.#series, { atMs: startMs, indexWh: state.indexWh });
    const value = to.addedWh + state.pendingWh;
    const span = { startMs, endMs: to.atMs, value };
    // An index that did not move says of the whole gap that nothing was drawn.
    if (value > 0) this.#port.addRecovered(this.#series, span);
    else this.#port.addPoint(this.#series, span);
    this.#begin(to.indexWh, to.atMs);
  }

  #grow(state: IndexState, to: { indexWh: number; addedWh: number; atMs: EpochMs }): void {
    // After an idle while, the energy belongs to the last stretch alone.
    if (to.addedWh > 0 && state.pendingWh === 0 && state.seenMs - state.fromMs >= STEP_MS) {
      this.#emit(state, state.seenMs);
    }
    state.pendingWh += to.addedWh;
    state.seenMs = to.atMs;
    state.indexWh = to.indexWh;
    const elapsedMs = to.atMs - state.fromMs;
    if (elapsedMs >= (state.pendingWh > 0 ? STEP_MS : IDLE_MS)) this.#emit(state, to.atMs);
    if (to.atMs - state.readingMs >= READING_MS) {
      state.readingMs = to.atMs;
      this.#port.addReading(this.#series, { atMs: to.atMs, indexWh: to.indexWh });
    }
  }

  /** Where a point has that start already, the energy waits for the stretch after it: none is lost. */
  #emit(state: IndexState, endMs: EpochMs): void {
    const { fromMs: startMs, pendingWh: value } = state;
    if (this.#port.addPoint(this.#series, { startMs, endMs, value })) state.pendingWh = 0;
    state.fromMs = endMs;
  }
}

/**
 * A rise that two frames of the same meter agree on, but that is more than can have been drawn in the time: messages of an
 * outage that come all at once, from a gateway without a clock. It was drawn, only the time is not known.
 */
function isRise(state: IndexState, index: { indexWh: number; step: IndexStep }): boolean {
  const roseWh = index.indexWh - state.indexWh;
  return index.step === 'confirmed' && roseWh > 0 && roseWh <= RISE_WH_MAX;
}
