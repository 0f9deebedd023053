import { type Adc, ESP32_ADC, PLAIN_ADC } from './adc.ts';
import type { Light } from './light.ts';
import type { MeterLight } from './meter-light.ts';

/** A light with a name, to be run for hours. */
export interface Scene {
  readonly name: string;
  readonly light: Light;
  /** Whether something moves in front of the sensor, which may cost 0.5 % instead of 0.1. */
  readonly hasMotion: boolean;
}

const HOUSE: MeterLight = { powerW: [300, 9_000], flashMs: 40, amplitudeMv: 300 };

function noisy(noiseMv: number): Adc {
  return { ...PLAIN_ADC, noiseMv };
}

function meter(changes: Partial<MeterLight>): MeterLight {
  return { ...HOUSE, ...changes };
}

function scene(name: string, light: Partial<Light>, hasMotion = false): Scene {
  const dark: Light = {
    rateHz: 1_000,
    meter: HOUSE,
    ambient: [{ kind: 'steady', levelMv: 80 }],
    adc: PLAIN_ADC,
  };
  return { name, light: { ...dark, ...light }, hasMotion };
}

/** Flashes of 30 mV in white noise, of this signal-to-noise ratio; see `snrOf`. */
function noiseScene(snr: number, flashMs: number): Scene {
  return scene(`noise, SNR ${snr}, ${flashMs} ms`, {
    meter: meter({ amplitudeMv: 30, flashMs }),
    adc: noisy((30 * Math.sqrt(flashMs)) / snr),
  });
}

const CLOUDS = { kind: 'clouds', lowMv: 200, highMv: 2_200, holdS: [0.5, 20], edgeS: [1, 6] } as const;
const LAMP_100 = { kind: 'lamp', levelMv: 400, flickerHz: 100, depth: 0.7 } as const;
const SWITCHED = { kind: 'lamp', levelMv: 600, flickerHz: 100, depth: 0.5, holdS: [2, 30] } as const;
const SHADOWS = {
  kind: 'shadows',
  everyS: 6,
  edgeMs: [40, 400],
  holdMs: [0, 800],
  depth: [0.1, 0.9],
} as const;
const TORCH = { kind: 'torch', levelMv: 1_800, everyS: 8, riseMs: [40, 400], forS: [0.2, 3] } as const;

/** What a sensor meets: each named after what is hard in it. */
export const SCENES: readonly Scene[] = [
  scene('night', {}),
  scene('daylight ramp', { ambient: [{ kind: 'daylight', lowMv: 50, highMv: 2_600, periodS: 600 }] }),
  scene('lamp 100 Hz', { ambient: [LAMP_100], meter: meter({ amplitudeMv: 150 }) }),
  scene('lamp 120 Hz', { ambient: [{ ...LAMP_100, flickerHz: 120 }], meter: meter({ amplitudeMv: 150 }) }),
  scene('150 mV on 300 mV', {
    ambient: [{ kind: 'steady', levelMv: 300 }],
    meter: meter({ amplitudeMv: 150 }),
  }),
  scene('30 mV on 1.5 V', {
    ambient: [{ kind: 'steady', levelMv: 1_500 }],
    meter: meter({ amplitudeMv: 30 }),
  }),
  scene('3 V flashes', { meter: meter({ amplitudeMv: 3_000 }) }),
  scene('flashes of 15 ms', { meter: meter({ flashMs: 15 }), ambient: [CLOUDS] }),
  scene('flashes of 20 ms', { meter: meter({ flashMs: 20 }) }),
  scene('flashes of 120 ms', { meter: meter({ flashMs: 120, powerW: [300, 15_000] }), ambient: [CLOUDS] }),
  scene('36 kVA', { meter: meter({ powerW: [34_000, 36_000] }) }),
  scene('36 kVA, clouds, 100 mV', {
    meter: meter({ powerW: [20_000, 36_000], amplitudeMv: 100 }),
    ambient: [CLOUDS],
  }),
  scene('clouds', { ambient: [CLOUDS] }),
  scene('lamps switched', {
    ambient: [{ kind: 'steady', levelMv: 100 }, SWITCHED, { ...SWITCHED, levelMv: 300 }],
    meter: meter({ amplitudeMv: 120 }),
  }),
  scene('ESP32 ADC', { ambient: [CLOUDS], adc: ESP32_ADC, meter: meter({ amplitudeMv: 150 }) }),
  scene('blinded at noon', {
    ambient: [{ kind: 'daylight', lowMv: 200, highMv: 5_000, periodS: 600 }],
  }),
  scene('export, LED steady', { meter: meter({ steady: { everyS: 120, forS: 60 } }) }),
  scene('sensor moved', { meter: meter({ moved: { everyS: 900, factor: 0.3 } }) }),
  scene('no flash, lamps and clouds', {
    meter: meter({ powerW: [0, 0] }),
    ambient: [CLOUDS, { ...SWITCHED, levelMv: 300 }],
  }),
  scene('moving shadows', { ambient: [{ kind: 'steady', levelMv: 1_200 }], veils: [SHADOWS] }, true),
  scene('shadows and a lamp', { ambient: [LAMP_100, CLOUDS], veils: [SHADOWS] }, true),
  scene('torch', { ambient: [{ kind: 'steady', levelMv: 200 }, TORCH] }, true),
  scene(
    'leaves',
    { ambient: [{ kind: 'steady', levelMv: 1_500 }], veils: [{ kind: 'leaves', depth: 0.5 }] },
    true,
  ),
  scene(
    'no flash, shadows and a torch',
    {
      meter: meter({ powerW: [0, 0] }),
      ambient: [{ kind: 'steady', levelMv: 1_000 }, TORCH],
      veils: [SHADOWS],
    },
    true,
  ),
  scene('no flash, noise of 30 mV', { meter: meter({ powerW: [0, 0] }), adc: noisy(30) }),
  noiseScene(8.4, 40),
  noiseScene(8.4, 120),
  noiseScene(8.4, 15),
  noiseScene(8.6, 40),
  noiseScene(8.8, 15),
  noiseScene(9, 40),
  noiseScene(9, 120),
  noiseScene(9, 15),
  noiseScene(10, 40),
  noiseScene(10, 15),
  noiseScene(12, 40),
  scene('sampled at 40 Hz', { rateHz: 40, meter: meter({ flashMs: 60 }) }),
  scene('sampled at 200 Hz', { rateHz: 200, ambient: [CLOUDS, LAMP_100] }),
];
