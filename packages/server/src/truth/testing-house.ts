// For tests only: a house whose every Wh is known, as the flashes of its meter, as its index, and as Enedis tells of it.
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';

const HALF_HOUR_MS = 30 * MINUTE_MS;
export const WINDOW_MS = 5_000;

/** A house from a moment on; every half hour has one power, a whole number of W. */
export class House {
  readonly fromMs: number;
  readonly toMs: number;

  constructor(fromMs: number, days: number) {
    this.fromMs = fromMs;
    this.toMs = fromMs + days * DAY_MS;
  }

  /** Mean power of the half hour that holds a moment, W. */
  powerW(atMs: number): number {
    const slot = Math.floor(atMs / HALF_HOUR_MS);
    const hour = Math.floor(atMs / HOUR_MS) % 24;
    const evening = hour >= 17 && hour < 22 ? 1_400 : 0;
    return 161 + evening + 2 * ((slot * 7_919) % 431) + (slot % 3 === 0 ? 1 : 0);
  }

  /** What the house drew between two moments, Wh. */
  drawnWh(fromMs: number, toMs: number): number {
    return this.#sinceStartWh(toMs) - this.#sinceStartWh(fromMs);
  }

  /** How many flashes each window holds: one for each whole Wh that the meter counts. */
  flashes(): number[] {
    const count = (this.toMs - this.fromMs) / WINDOW_MS;
    let before = 0;
    return Array.from({ length: count }, (_, index) => {
      const upTo = Math.floor(this.#sinceStartWh(this.fromMs + (index + 1) * WINDOW_MS) + 1e-6);
      const flashes = upTo - before;
      before = upTo;
      return flashes;
    });
  }

  /** The energy of each half hour, mWh, as a load curve has it. */
  curveMwh(): number[] {
    const count = (this.toMs - this.fromMs) / HALF_HOUR_MS;
    return Array.from({ length: count }, (_, index) => this.powerW(this.fromMs + index * HALF_HOUR_MS) * 500);
  }

  /** What the meter's total shows, Wh, when it showed `firstWh` at first. */
  indexWh(atMs: number, firstWh = 12_345_678): number {
    return firstWh + Math.floor(this.#sinceStartWh(atMs) + 1e-6);
  }

  /** Sums up to each half hour, made once. */
  readonly #upTo: number[] = [0];

  #sinceStartWh(atMs: number): number {
    const slots = Math.floor((atMs - this.fromMs) / HALF_HOUR_MS);
    while (this.#upTo.length <= slots) {
      const last = this.#upTo.length - 1;
      this.#upTo.push((this.#upTo[last] as number) + this.powerW(this.fromMs + last * HALF_HOUR_MS) / 2);
    }
    const slotMs = this.fromMs + slots * HALF_HOUR_MS;
    return (this.#upTo[slots] as number) + (this.powerW(slotMs) * (atMs - slotMs)) / HOUR_MS;
  }
}
