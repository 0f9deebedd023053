export {
  constantLoad,
  type Load,
  POWER_MW_MAX,
  powersFromEnergy,
  type SteppedLoad,
  type Stretch,
  steppedLoad,
} from './load.ts';
export { createMeter, type Meter } from './meter.ts';
