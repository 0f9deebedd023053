import { type Adc, createAdc } from './adc.ts';
import { type Ambient, createAmbient, createVeil, type Veil } from './ambient.ts';
import { createMeterLight, type MeterLight, type TrueFlash } from './meter-light.ts';

/** Everything that reaches a sensor. */
export interface Light {
  readonly rateHz: number;
  readonly meter: MeterLight;
  readonly ambient: readonly Ambient[];
  readonly veils?: readonly Veil[];
  readonly adc: Adc;
}

export interface LightSource {
  /** Fills `samplesMv` with what the ADC gives next. */
  read(samplesMv: Int16Array): void;
  /** The flashes that began since they were last taken. */
  takeFlashes(): TrueFlash[];
}

/** The light of a scene, sample by sample, from a seed. */
export function createLight(light: Light, seed: number): LightSource {
  const meter = createMeterLight(light.meter, seed * 101 + 1);
  const courses = light.ambient.map((ambient, index) => createAmbient(ambient, seed * 101 + 11 + index));
  const veils = (light.veils ?? []).map((veil, index) => createVeil(veil, seed * 101 + 31 + index));
  const convert = createAdc(light.adc, seed * 101 + 51);
  let sample = 0;
  return {
    read(samplesMv) {
      for (let i = 0; i < samplesMv.length; i++) {
        const timeS = sample / light.rateHz;
        let around = 0;
        for (const course of courses) around += course(timeS);
        for (const veil of veils) around *= veil(timeS);
        samplesMv[i] = convert(around + meter.lightAt(timeS));
        sample += 1;
      }
    },
    takeFlashes: () => meter.takeFlashes(),
  };
}
