import { createRandom } from '../random/index.ts';
import { gauss } from './gauss.ts';

/** A photodiode on a resistor, and the converter behind it. */
export interface Adc {
  /** White noise a sample, standard deviation. */
  readonly noiseMv: number;
  /** The highest value it gives. */
  readonly fullScaleMv: number;
  /** The supply, which the voltage nears but does not pass. */
  readonly railMv: number;
  readonly stepMv: number;
  /** The ESP32's: bent at both ends, and wavy in between by up to this many mV. */
  readonly wavinessMv?: number;
  /** Samples that are wrong by up to 40 times the noise, one in so many. */
  readonly spikeEvery?: number;
}

/** A quiet 12-bit converter on 3.3 V. */
export const PLAIN_ADC: Adc = { noiseMv: 4, fullScaleMv: 3_300, railMv: 3_300, stepMv: 0.806 };
/** The ESP32's, as it is met. */
export const ESP32_ADC: Adc = {
  noiseMv: 10,
  fullScaleMv: 3_100,
  railMv: 3_300,
  stepMv: 0.806,
  wavinessMv: 12,
  spikeEvery: 5_000,
};

/** How soft the diode's end is. */
const KNEE_MV = 50;

/** What it gives for a light, in whole mV. */
export function createAdc(adc: Adc, seed: number): (lightMv: number) => number {
  const random = createRandom(seed);
  const { noiseMv, fullScaleMv, railMv, stepMv } = adc;
  const wavinessMv = adc.wavinessMv ?? 0;
  const spikeChance = adc.spikeEvery === undefined ? 0 : 1 / adc.spikeEvery;
  return (lightMv) => {
    let mv = lightMv;
    const over = (lightMv - railMv) / KNEE_MV;
    if (over > -8) mv = over > 30 ? railMv : lightMv - KNEE_MV * Math.log1p(Math.exp(over));
    if (wavinessMv > 0) mv = bend(mv, wavinessMv);
    if (noiseMv > 0) mv += noiseMv * gauss(random);
    if (spikeChance > 0 && random.chance(spikeChance)) mv += noiseMv * random.between(-40, 40);
    const code = Math.round(mv / stepMv);
    return Math.round(Math.max(0, Math.min(fullScaleMv, code * stepMv)));
  };
}

function bend(mv: number, wavinessMv: number): number {
  const wavy = mv + wavinessMv * Math.sin(mv / 57) * Math.sin(mv / 411);
  if (wavy < 150) return Math.max(0, 150 - (150 - wavy) * 1.2);
  return wavy > 2_500 ? 2_500 + (wavy - 2_500) * 0.75 : wavy;
}
