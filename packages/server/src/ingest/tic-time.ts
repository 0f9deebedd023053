import { type EpochMs, MINUTE_MS } from '@kilowink/core/time';

/** How far a meter's or a gateway's clock may be off and still be believed. */
export const CLOCK_TOLERANCE_MS = 2 * MINUTE_MS;

/** When a frame may have been read, by those who can tell. */
export interface TimeClaims {
  /** When the message came, less the age it says it has. */
  readonly arrivedMs: EpochMs;
  /** The meter's own time; null in historique, and where it says itself that it is not to be trusted. */
  readonly meterMs: EpochMs | null;
  /** The gateway's own time; null without a clock. */
  readonly gatewayMs: EpochMs | null;
  /** The latest time taken so far. */
  readonly lastMs: EpochMs | null;
}

/**
 * Chooses when a frame was read. The meter's clock is the best witness, then the gateway's, as long as they agree with ours;
 * one that did is believed too when a message comes late, as after an outage of the broker. One that is simply wrong
 * is shown, never used.
 */
export class FrameTimes {
  readonly #wasRight: { meter: boolean; gateway: boolean };

  constructor(wasRight: { readonly meter: boolean; readonly gateway: boolean }) {
    this.#wasRight = { ...wasRight };
  }

  /** Which clocks agreed with ours when they were last heard. */
  get wasRight(): { readonly meter: boolean; readonly gateway: boolean } {
    return { ...this.#wasRight };
  }

  choose(claims: TimeClaims): EpochMs {
    const { arrivedMs, meterMs, gatewayMs } = claims;
    const byMeter = this.#believe('meter', meterMs, claims);
    const byGateway = this.#believe('gateway', gatewayMs, claims);
    return byMeter ?? byGateway ?? arrivedMs;
  }

  #believe(whose: 'meter' | 'gateway', atMs: EpochMs | null, claims: TimeClaims): EpochMs | null {
    if (atMs === null) return null;
    const aheadMs = atMs - claims.arrivedMs;
    if (Math.abs(aheadMs) <= CLOCK_TOLERANCE_MS) {
      this.#wasRight[whose] = true;
      return atMs;
    }
    const isLate = aheadMs < 0 && (claims.lastMs === null || atMs > claims.lastMs);
    if (isLate && this.#wasRight[whose]) return atMs;
    this.#wasRight[whose] = false;
    return null;
  }
}
