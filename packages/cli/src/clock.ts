import type { Clock } from '@kilowink/core/time';

/** The machine's clocks, for commands that write a store themselves. */
export const machineClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};
