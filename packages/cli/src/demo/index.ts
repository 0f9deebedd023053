export { demoSensor } from './demo-sensor.ts';
export { type FillDemoOptions, type FilledDemo, fillDemo } from './fill-demo.ts';
export { SCEAUX_CREDIT } from './house.ts';
