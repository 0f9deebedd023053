import type { EpochMs } from '@kilowink/core/time';
import type { Load } from '../load/index.ts';
import { createRandom } from '../random/index.ts';
import type { PhaseState } from './snapshot.ts';

/** How a house hangs on the grid. */
export interface Grid {
  /** Active powers of the phases in mW, positive when drawn; they stay until `untilMs`. */
  powersAt(atMs: EpochMs): { readonly netMw: readonly number[]; readonly untilMs: EpochMs };
  /** What flows with these powers. */
  phasesAt(atMs: EpochMs, netMw: readonly number[]): readonly PhaseState[];
}

export interface GridOptions {
  readonly load: Load;
  /** What the roof gives; nothing by default. */
  readonly production?: Load;
  readonly phases: 1 | 3;
  /** Part of the load on each phase; half, three tenths and two by default. */
  readonly shares?: readonly number[];
  /** Active by apparent power, up to 1; 0.96 by default. */
  readonly powerFactor?: number;
  readonly seed: number;
}

const THREE_SHARES = [0.5, 0.3, 0.2];
export const POWER_FACTOR = 0.96;
/** Slow waves of the voltage: amplitudes in V and periods in ms, unequal so that they never repeat together. */
const WAVES = [
  [2.1, 5_400_000],
  [1.3, 1_270_000],
  [0.6, 193_000],
] as const;
/** Volts that an ampere costs on the way to the meter. */
const SUPPLY_OHM = 0.12;

export function createGrid(options: GridOptions): Grid {
  const { load, production, phases } = options;
  const shares = phases === 1 ? [1] : (options.shares ?? THREE_SHARES);
  const powerFactor = options.powerFactor ?? POWER_FACTOR;
  const random = createRandom(options.seed);
  const turns = shares.map(() => WAVES.map(() => random.next() * 2 * Math.PI));
  const openVoltage = (phase: number, atMs: EpochMs) =>
    WAVES.reduce(
      (sum, [volts, periodMs], wave) =>
        sum + volts * Math.sin((2 * Math.PI * atMs) / periodMs + (turns[phase]?.[wave] ?? 0)),
      233,
    );
  return {
    powersAt(atMs) {
      const drawn = load.stretchAt(atMs);
      const given = production?.stretchAt(atMs) ?? { powerMw: 0, untilMs: Infinity };
      const netMw = splitWhole(drawn.powerMw, shares);
      netMw[0] = (netMw[0] ?? 0) - given.powerMw;
      return { netMw, untilMs: Math.min(drawn.untilMs, given.untilMs) };
    },
    phasesAt: (atMs, netMw) =>
      netMw.map((powerMw, phase) => {
        const apparentVa = powerMw / 1_000 / powerFactor;
        const voltageV = openVoltage(phase, atMs) - (SUPPLY_OHM * apparentVa) / 230;
        return { voltageV, currentA: Math.abs(apparentVa) / voltageV, apparentVa };
      }),
  };
}

/** Whole parts whose sum is the whole. */
function splitWhole(whole: number, shares: readonly number[]): number[] {
  const parts = shares.map((share) => Math.floor(whole * share));
  parts[0] = (parts[0] ?? 0) + whole - parts.reduce((sum, part) => sum + part, 0);
  return parts;
}
