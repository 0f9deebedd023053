import type { Clock, EpochMs } from '@kilowink/core/time';

/** Both clocks are read this often; a set clock shows between two readings. */
const STEP_MIN_MS = 2_000;

/** Notices when the machine's clock was set, for the health page and so that days are not sealed on a doubtful clock. */
export class ClockWatch {
  readonly #clock: Clock;
  #offsetMs: number;
  #steps = 0;
  #lastStepMs: number | null = null;
  #lastStepAtMonotonicMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offsetMs = clock.wallMs() - clock.monotonicMs();
  }

  /** Compares the clocks. */
  look(): void {
    const offsetMs = this.#clock.wallMs() - this.#clock.monotonicMs();
    if (Math.abs(offsetMs - this.#offsetMs) >= STEP_MIN_MS) {
      this.#steps += 1;
      this.#lastStepMs = offsetMs - this.#offsetMs;
      this.#lastStepAtMonotonicMs = this.#clock.monotonicMs();
    }
    this.#offsetMs = offsetMs;
  }

  get report(): { steps: number; lastStepMs: number | null } {
    return { steps: this.#steps, lastStepMs: this.#lastStepMs };
  }

  /** Whether the clock ran without a step for at least `forMs`. */
  steadyFor(forMs: number): boolean {
    return this.#clock.monotonicMs() - this.#lastStepAtMonotonicMs >= forMs;
  }

  nowMs(): EpochMs {
    return this.#clock.wallMs();
  }
}
