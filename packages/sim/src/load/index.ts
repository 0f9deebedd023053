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
export { type LocalProfile, profileEndLocalMs, profileLoad, shiftToNow, wallClockMs } from './profile.ts';
