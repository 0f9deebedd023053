export { type Adc, ESP32_ADC, PLAIN_ADC } from './adc.ts';
export type { Ambient, Veil } from './ambient.ts';
export { type Bound, boundAt, snrOf, upperTail } from './bound.ts';
export { gauss } from './gauss.ts';
export { createLight, type Light, type LightSource } from './light.ts';
export type { MeterLight, TrueFlash } from './meter-light.ts';
export { createRunner, judge, type Runner, runScene, type Score } from './run-scene.ts';
export { SCENES, type Scene } from './scenes.ts';
