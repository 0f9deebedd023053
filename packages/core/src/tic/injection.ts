import type { TicPhase } from './reading.ts';

/** What is taken for the voltage where the meter sends none. */
const ASSUMED_V = 230;

/**
 * The power that a meter without producer mode injects, VA: such a meter says it draws 0 VA while a current of at least
 * 1 A flows. An estimate: the current is whole amperes (± 115 VA a phase), its sign is not measured, and a capacitive
 * standby load looks the same. Null when the meter draws, or tells no power or no current.
 */
export function estimateInjectedVa(
  apparentPowerVa: number | null,
  phases: readonly TicPhase[],
): number | null {
  if (apparentPowerVa !== 0) return null;
  let injectedVa = 0;
  for (const { currentA, voltageV } of phases) {
    if (currentA === null) return null;
    injectedVa += currentA * (voltageV ?? ASSUMED_V);
  }
  return phases.some(({ currentA }) => (currentA ?? 0) >= 1) ? injectedVa : null;
}
