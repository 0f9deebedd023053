import { HOUR_MS, SECOND_MS } from '../time/index.ts';

/** The largest subscription of a home in France, VA. */
export const SUBSCRIBED_VA_MAX = 36_000;

/** However short, no measurement of a house means more than so many times the subscribed power. */
const SHORT_FACTOR = 2.5;

/** The square of what a Linky bears for ever, and how much of each second goes into its filter (Enedis-NOI-CPT_54E §7). */
const BREAKER_LIMIT = 1.3 ** 2;
const BREAKER_SHARE = 0.008;

/** Voltage above nominal, breakers that open late, the rounding of subscribed powers. */
const MARGIN = 1.3;

/**
 * The most mean power, W, that a house of so much subscribed power (VA) can draw over a time: 2.5 times up to a minute
 * and more, then what the breaker lets pass from rest, 1.3 times over; 1.69 times for ever.
 */
export function powerLimitW(subscribedVa: number, durationMs: number): number {
  const passed = 1 - (1 - BREAKER_SHARE) ** (durationMs / SECOND_MS);
  return subscribedVa * Math.min(SHORT_FACTOR, MARGIN * Math.sqrt(BREAKER_LIMIT / passed));
}

/** The most power a house can draw for ever, W. */
export function steadyLimitW(subscribedVa: number): number {
  return powerLimitW(subscribedVa, HOUR_MS);
}

/**
 * Whether a count of so many Wh within a time is more than physics allows. A count may hold nearly one Wh that was drawn
 * before it began: only what is beyond it proves anything.
 */
export function isImplausible(
  measured: { readonly energyWh: number; readonly durationMs: number },
  subscribedVa: number,
): boolean {
  const { energyWh, durationMs } = measured;
  return ((energyWh - 1) * HOUR_MS) / durationMs > powerLimitW(subscribedVa, durationMs);
}
