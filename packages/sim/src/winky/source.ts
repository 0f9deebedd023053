import { assert } from '@kilowink/core/error';

/** The meter's supply terminals I1 and A, and the bridge behind them. */
export interface SourceOptions {
  /** Open-circuit voltage, sine of 50 kHz. */
  readonly openVrms: number;
  /** Output impedance; Enedis-NOI-CPT_54E § 4 calls it purely resistive. */
  readonly resistanceOhm: number;
  readonly diode: DiodeOptions;
}

/** Shockley's diode with its resistance. */
export interface DiodeOptions {
  readonly saturationA: number;
  /** Emission coefficient. */
  readonly emission: number;
  readonly resistanceOhm: number;
}

/**
 * The source that just keeps what 54E § 4 promises for every load from 225 to 335 Ω: 6 Vrms ±10 % and at least 130 mW.
 * 130 mW into 335 Ω take 6.6 V, and 5.4 V at 225 Ω then leave one source: 12.1 Vrms behind 279 Ω.
 */
export const GUARANTEED_SUPPLY = { openVrms: 12.1, resistanceOhm: 279 } as const;

/** The strongest that is allowed: 13 Vrms open, and 6.6 V at 225 Ω. */
export const STRONGEST_SUPPLY = { openVrms: 13, resistanceOhm: 218 } as const;

/** 1N4148, the parameters of the usual SPICE model. */
export const DIODE_1N4148: DiodeOptions = { saturationA: 2.52e-9, emission: 1.752, resistanceOhm: 0.568 };

/** BAT85, a Schottky diode of the same size. */
export const DIODE_BAT85: DiodeOptions = { saturationA: 2.12e-7, emission: 1.02, resistanceOhm: 2.6 };

const THERMAL_V = 0.02585;
const TABLE_STEP_V = 0.1;
const WAVE_POINTS = 64;

/** What a rectified source gives. */
export interface Source {
  /** Mean current into a voltage that a capacitor holds steady behind the bridge. */
  currentA(busV: number): number;
}

/** The bridge's mean current, worked out once from the wave and kept as a table over the voltage. */
export function createSource(options: SourceOptions): Source {
  const peakV = options.openVrms * Math.SQRT2;
  const count = Math.ceil(peakV / TABLE_STEP_V) + 1;
  const table = Float64Array.from({ length: count + 1 }, (_, i) => meanCurrentA(options, i * TABLE_STEP_V));
  return {
    currentA(busV) {
      const place = Math.max(0, busV / TABLE_STEP_V);
      const index = Math.floor(place);
      const low = table[index] ?? 0;
      const high = table[index + 1] ?? 0;
      return low + (high - low) * (place - index);
    },
  };
}

/** The mean over a quarter of the wave, which repeats itself. */
function meanCurrentA(options: SourceOptions, busV: number): number {
  const peakV = options.openVrms * Math.SQRT2;
  let sum = 0;
  for (let point = 0; point < WAVE_POINTS; point++) {
    const openV = peakV * Math.sin(((point + 0.5) / WAVE_POINTS) * (Math.PI / 2));
    sum += bridgeCurrentA(options, openV - busV);
  }
  return sum / WAVE_POINTS;
}

/** The current that `overV` volts drive through the source's resistance and two diodes. */
function bridgeCurrentA({ resistanceOhm, diode }: SourceOptions, overV: number): number {
  if (overV <= 0) return 0;
  const ohm = resistanceOhm + 2 * diode.resistanceOhm;
  const dropV = (currentA: number) =>
    currentA * ohm + 2 * diode.emission * THERMAL_V * Math.log1p(currentA / diode.saturationA);
  let low = 0;
  let high = overV / ohm;
  for (let round = 0; round < 40; round++) {
    const middle = (low + high) / 2;
    if (dropV(middle) > overV) high = middle;
    else low = middle;
  }
  assert(Number.isFinite(low), 'a source has finite values');
  return low;
}
