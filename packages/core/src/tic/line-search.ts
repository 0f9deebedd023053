/** Speeds of the customer output of homes: standard mode, and historique. */
export const TIC_SPEEDS_BAUD: readonly number[] = [9_600, 1_200];

/** The longest frame takes 3 s at 1200 Bd: so long each speed is listened to. */
const LISTEN_MS = 4_000;
/** At a wrong speed noise has whatever look: only groups that verified count. */
const GROUPS_TO_BELIEVE = 3;
/** A line that was found and is silent for so long is looked for again. */
const SILENCE_MS = 10_000;

/** How the line is looked for; the time is any that never runs backwards, ms. */
export interface TicLineSearchOptions {
  /** Speeds to try in turn; that which worked last comes first. */
  readonly speedsBaud?: readonly number[];
  readonly nowMs: number;
}

/**
 * Finds the speed of a meter's line: listens at each in turn, and stays where groups verify. Mode is not speed: dongles are
 * sold that resend historique at 9600 Bd, and the parser tells the mode from the bytes. Whoever has the port asks `check` now
 * and then, and sets the port's speed when that changes.
 */
export class TicLineSearch {
  readonly #speedsBaud: readonly number[];
  #index = 0;
  #sinceMs: number;
  #groups = 0;
  #isFound = false;

  constructor(options: TicLineSearchOptions) {
    this.#speedsBaud = options.speedsBaud ?? TIC_SPEEDS_BAUD;
    this.#sinceMs = options.nowMs;
  }

  /** The speed to listen at. */
  get speedBaud(): number {
    return this.#speedsBaud[this.#index] as number;
  }

  /** Whether enough groups verified at this speed. */
  get isFound(): boolean {
    return this.#isFound;
  }

  /** So many groups verified. */
  heard(groups: number, nowMs: number): void {
    if (groups === 0) return;
    this.#groups += groups;
    if (this.#groups < GROUPS_TO_BELIEVE) return;
    this.#isFound = true;
    this.#sinceMs = nowMs;
  }

  /** True when the speed has just changed; then what comes is another line's bytes. */
  check(nowMs: number): boolean {
    if (nowMs - this.#sinceMs < (this.#isFound ? SILENCE_MS : LISTEN_MS)) return false;
    this.#sinceMs = nowMs;
    this.#groups = 0;
    // The speed that worked is listened to once more: a meter may have been without current.
    if (!this.#isFound) this.#index = (this.#index + 1) % this.#speedsBaud.length;
    const hasChanged = !this.#isFound && this.#speedsBaud.length > 1;
    this.#isFound = false;
    return hasChanged;
  }
}
