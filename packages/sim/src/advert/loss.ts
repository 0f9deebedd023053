/**
 * How many windows are lost with advertisements: a window is lost when none of those that carry it is heard. With `n` of
 * them, each lost with probability `p` on its own, that is pⁿ.
 */

/** The chance that a window is lost. */
export function windowLossChance(of: {
  /** Chance that one advertisement is not heard, 0 to 1. */
  readonly lossChance: number;
  readonly intervalMs: number;
  readonly windowMs: number;
  /** Windows for which each window is on air. */
  readonly windowsOnAir: number;
}): number {
  const { lossChance, intervalMs, windowMs, windowsOnAir } = of;
  // On average 5 ms of chance are added to each interval; a part of one is not counted on.
  const count = Math.floor((windowMs * windowsOnAir) / (intervalMs + 5));
  return lossChance ** count;
}

/** Windows that are lost in a day, on average. */
export function windowsLostPerDay(of: Parameters<typeof windowLossChance>[0]): number {
  return (86_400_000 / of.windowMs) * windowLossChance(of);
}
