import { assert } from '../error/index.ts';

/** What a photodiode gives in its place, and what reads it. */
export interface PhotodiodeInputs {
  /** Current while the LED is dark and the room is at its brightest, µA. */
  readonly darkCurrentUa: number;
  /** Current while the LED shines, in the same light, µA; above the dark one. */
  readonly flashCurrentUa: number;
  /** What the ADC gives at most, mV. */
  readonly fullScaleMv: number;
  /** Deviation of a sample, mV: what the ADC adds by itself. */
  readonly adcNoiseMv: number;
  /** Of the photodiode, its wires and the ADC's pin, pF, and of a capacitor beside the resistor where there is one. */
  readonly capacitancePf: number;
  /** Samples a second. */
  readonly rateHz: number;
  /** How long the LED shines, ms. */
  readonly flashMs: number;
}

/** A resistor for a photodiode, and what is to be expected of it. */
export interface LoadResistor {
  /** Of the E12 series, Ω. */
  readonly resistanceOhm: number;
  /** −3 dB of resistor and capacitance, Hz. */
  readonly bandwidthHz: number;
  /** 10 to 90 % of a flash's edge, ms. */
  readonly riseMs: number;
  readonly baselineMv: number;
  readonly flashMv: number;
  /** Flash less baseline, mV. */
  readonly amplitudeMv: number;
  /** Deviation of a sample: ADC, shot noise and the resistor's own, mV. */
  readonly noiseMv: number;
  /** Signal to noise of a whole flash, as in the detector's theory. */
  readonly snr: number;
  /** What speaks against it; none when it is good. */
  readonly warnings: readonly ResistorWarning[];
}

/**
 * `amplitude`: a flash is below the 30 mV that the detector needs. `snr`: noise will cost flashes. `slow`: the edge of a flash takes longer than a
 * third of it. `bright`: at the smallest resistor the light already fills the ADC's range.
 */
export type ResistorWarning = 'amplitude' | 'snr' | 'slow' | 'bright';

/** How much of the ADC's range the brightest flash may take: the rest is for a brighter day. */
const RANGE_SHARE = 0.8;
const AMPLITUDE_MIN_MV = 30;
/** Where an ideal detector errs by 0.01 % (docs/design/pulse-detector.md). */
const SNR_MIN = 8.4;
const E12 = [1, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 3.9, 4.7, 5.6, 6.8, 8.2];
const RESISTANCE_MIN_OHM = 100;
/** Above it the ADC's own input current and the dirt on a board matter. */
const RESISTANCE_MAX_OHM = 10e6;

const ELECTRON_C = 1.602_176_634e-19;
const BOLTZMANN_J_PER_K = 1.380_649e-23;
const ROOM_K = 298;

/**
 * The largest resistor with which a flash in the brightest room stays within the ADC's range and still has its edges:
 * the larger it is, the higher a flash stands above the ADC's noise.
 */
export function chooseLoadResistor(inputs: PhotodiodeInputs): LoadResistor {
  const { darkCurrentUa, flashCurrentUa, fullScaleMv } = inputs;
  assert(
    darkCurrentUa >= 0 && flashCurrentUa > darkCurrentUa,
    'a flash gives more current than the dark LED',
  );
  const byRangeOhm = ((RANGE_SHARE * fullScaleMv) / flashCurrentUa) * 1_000;
  const byEdgeOhm = (inputs.flashMs / 3 / 1_000 / 2.2 / inputs.capacitancePf) * 1e12;
  const wanted = Math.min(byRangeOhm, byEdgeOhm, RESISTANCE_MAX_OHM);
  return describeLoadResistor(standardBelow(wanted), inputs);
}

/** What is to be expected of a resistor. */
export function describeLoadResistor(resistanceOhm: number, inputs: PhotodiodeInputs): LoadResistor {
  const { darkCurrentUa, flashCurrentUa, fullScaleMv, capacitancePf, flashMs } = inputs;
  const bandwidthHz = 1 / (2 * Math.PI * resistanceOhm * capacitancePf * 1e-12);
  const baselineMv = (darkCurrentUa * resistanceOhm) / 1_000;
  const flashMv = (flashCurrentUa * resistanceOhm) / 1_000;
  const amplitudeMv = flashMv - baselineMv;
  const noiseMv = Math.hypot(inputs.adcNoiseMv, currentNoiseMv(resistanceOhm, inputs, bandwidthHz));
  const snr = (amplitudeMv * Math.sqrt((flashMs * inputs.rateHz) / 1_000)) / noiseMv;
  const riseMs = 2.2 * resistanceOhm * capacitancePf * 1e-9;
  const warnings: ResistorWarning[] = [];
  if (flashMv > fullScaleMv) warnings.push('bright');
  if (amplitudeMv < AMPLITUDE_MIN_MV) warnings.push('amplitude');
  if (snr < SNR_MIN) warnings.push('snr');
  if (riseMs > flashMs / 3) warnings.push('slow');
  return { resistanceOhm, bandwidthHz, riseMs, baselineMv, flashMv, amplitudeMv, noiseMv, snr, warnings };
}

/** Shot noise of the current and thermal noise of the resistor, within the bandwidth, mV. */
function currentNoiseMv(
  resistanceOhm: number,
  { flashCurrentUa }: PhotodiodeInputs,
  bandwidthHz: number,
): number {
  const noiseBandHz = (Math.PI / 2) * bandwidthHz;
  const shotA = Math.sqrt(2 * ELECTRON_C * flashCurrentUa * 1e-6 * noiseBandHz);
  const thermalV = Math.sqrt(4 * BOLTZMANN_J_PER_K * ROOM_K * resistanceOhm * noiseBandHz);
  return Math.hypot(shotA * resistanceOhm, thermalV) * 1_000;
}

function standardBelow(ohm: number): number {
  const decade = 10 ** Math.floor(Math.log10(Math.max(ohm, RESISTANCE_MIN_OHM)));
  const mantissa = E12.findLast((each) => each * decade <= ohm * (1 + 1e-9)) ?? 1;
  return Math.round(mantissa * decade);
}
