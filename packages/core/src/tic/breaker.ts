/** How much of one second goes into the breaker's filter, Enedis-NOI-CPT_54E §7. */
const SHARE = 0.008;
/** What the filtered square of the load must reach: 1.3 times the cut-off power, held for ever. */
const LIMIT = 1.3 ** 2;

/**
 * The filter by which a Linky opens its breaker: each second the square of the power, in cut-off powers, goes into a mean
 * that forgets; at 1.3² it opens. 1.4 times the cut-off power is borne some 250 s, 2.5 times some 40 s. Power between two
 * readings is taken to have stayed.
 */
export class BreakerFilter {
  readonly #cutOffVa: number;
  #filtered: number;

  /** `cutOffVa` is PCOUP; it starts as if nothing had been drawn, or from `filtered` of before. */
  constructor(cutOffVa: number, filtered = 0) {
    this.#cutOffVa = cutOffVa;
    this.#filtered = filtered;
  }

  /** The filter's value; the breaker opens at 1.69. */
  get filtered(): number {
    return this.#filtered;
  }

  /** Takes in that `powerVa` was drawn for so many seconds. */
  add(powerVa: number, seconds: number): void {
    const target = (powerVa / this.#cutOffVa) ** 2;
    this.#filtered = target + (this.#filtered - target) * (1 - SHARE) ** seconds;
  }

  /** Seconds until the breaker opens if `powerVa` stays: 0 when it should have, null when it never does. */
  secondsUntilOpen(powerVa: number): number | null {
    if (this.#filtered >= LIMIT) return 0;
    const target = (powerVa / this.#cutOffVa) ** 2;
    if (target <= LIMIT) return null;
    return Math.ceil(Math.log((target - LIMIT) / (target - this.#filtered)) / Math.log(1 - SHARE));
  }
}
