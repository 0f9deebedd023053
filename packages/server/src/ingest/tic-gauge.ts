import { type EpochMs, MINUTE_MS } from '@kilowink/core/time';
import type { TicPort, TicSeries } from './tic-port.ts';

/** A value is taken to hold until the next one, but not for longer than this: gateways sleep up to two minutes. */
const HOLD_MS = 150_000;
/** Equal values that follow each other are one point, of at most this length. */
const MERGE_MS = MINUTE_MS;

/** What is remembered of a gauge, across restarts too. */
export interface GaugeState {
  fromMs: EpochMs;
  seenMs: EpochMs;
  value: number;
  /** How far its readings are apart. */
  stepMs: number;
}

/** Turns readings of a power, a current or a voltage into points that hold from one reading to the next. */
export class GaugeTrack {
  readonly #port: TicPort;
  readonly #series: TicSeries;
  state: GaugeState | null;

  constructor(port: TicPort, series: TicSeries, state: GaugeState | null) {
    this.#port = port;
    this.#series = series;
    this.state = state;
  }

  /** Takes in what was read at `atMs`, later than all before; null where the frame did not tell. */
  take(value: number | null, atMs: EpochMs): void {
    const { state } = this;
    if (state === null) {
      this.state = value === null ? null : { fromMs: atMs, seenMs: atMs, value, stepMs: 0 };
      return;
    }
    const elapsedMs = atMs - state.seenMs;
    if (elapsedMs > HOLD_MS) {
      this.settle();
      this.state = value === null ? null : { fromMs: atMs, seenMs: atMs, value, stepMs: 0 };
      return;
    }
    state.stepMs = elapsedMs;
    if (value === state.value && atMs - state.fromMs < MERGE_MS) {
      state.seenMs = atMs;
      return;
    }
    this.#port.addPoint(this.#series, { startMs: state.fromMs, endMs: atMs, value: state.value });
    this.state = value === null ? null : { fromMs: atMs, seenMs: atMs, value, stepMs: state.stepMs };
  }

  /** No reading follows: the last one held as long as the one before. */
  settle(): void {
    const { state } = this;
    if (state === null) return;
    const { fromMs, seenMs, stepMs, value } = state;
    const endMs = seenMs + Math.min(HOLD_MS, stepMs);
    if (endMs > fromMs) this.#port.addPoint(this.#series, { startMs: fromMs, endMs, value });
    this.state = null;
  }
}
