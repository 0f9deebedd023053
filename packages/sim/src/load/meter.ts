import { assert } from '@kilowink/core/error';
import type { EpochMs } from '@kilowink/core/time';
import { type Load, MW_MS_PER_WH } from './load.ts';

/** A meter with a light: one flash each whole Wh. */
export interface Meter {
  /** How far time has come for it. */
  readonly atMs: EpochMs;
  /**
   * Lets time pass until `toMs`, not before where it is, and returns how many flashes there were after `atMs` and up
   * to `toMs`. However the time is cut up, the flashes are the same; `toMs` is a whole number.
   */
  advance(toMs: EpochMs): number;
}

/** A meter that starts at `startMs` with this part of a Wh already used (0 to 1, 0 by default). */
export function createMeter(load: Load, startMs: EpochMs, usedWh = 0): Meter {
  let atMs = startMs;
  let carriedMwMs = Math.round(usedWh * MW_MS_PER_WH);
  return {
    get atMs() {
      return atMs;
    },
    advance(toMs) {
      assert(toMs >= atMs && Number.isInteger(toMs), `a meter at ${atMs} cannot advance to ${toMs}`);
      let flashes = 0;
      while (atMs < toMs) {
        const { powerMw, untilMs } = load.stretchAt(atMs);
        // A piece at a time, so that the product stays below 2^53 and exact.
        const endMs = Math.min(untilMs, toMs, atMs + 1_000_000);
        carriedMwMs += powerMw * (endMs - atMs);
        const whole = Math.floor(carriedMwMs / MW_MS_PER_WH);
        carriedMwMs -= whole * MW_MS_PER_WH;
        flashes += whole;
        atMs = endMs;
      }
      return flashes;
    },
  };
}
