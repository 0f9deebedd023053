/** The bounds of the wait for an answer. */
export interface RoundTripOptions {
  /** Before any answer came. */
  readonly firstMs: number;
  readonly leastMs: number;
  readonly mostMs: number;
}

/**
 * How long to wait for an answer before asking again: what answers took, and four times how much that varied (RFC 6298).
 * Answers to what was sent twice say nothing, since nobody knows which of the two they answer (Karn).
 */
export class RoundTrip {
  readonly #options: RoundTripOptions;
  #smoothMs: number | null = null;
  #variationMs = 0;

  constructor(options: RoundTripOptions) {
    this.#options = options;
  }

  /** What answers take now; null before the first. */
  get smoothMs(): number | null {
    return this.#smoothMs;
  }

  /** An answer to what was sent once came after this time. */
  measured(tookMs: number): void {
    if (this.#smoothMs === null) {
      this.#smoothMs = tookMs;
      this.#variationMs = tookMs / 2;
      return;
    }
    this.#variationMs += (Math.abs(this.#smoothMs - tookMs) - this.#variationMs) / 4;
    this.#smoothMs += (tookMs - this.#smoothMs) / 8;
  }

  /** The wait before the n-th repetition, doubled each time; n is 0 for the first sending. */
  waitMs(repetition: number): number {
    const { firstMs, leastMs, mostMs } = this.#options;
    const onceMs = this.#smoothMs === null ? firstMs : this.#smoothMs + 4 * this.#variationMs;
    return Math.min(Math.max(onceMs, leastMs) * 2 ** repetition, mostMs);
  }
}
