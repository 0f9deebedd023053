export { EnergyCurve } from './energy-curve.ts';
export { type Gates, gatesOf } from './gates.ts';
export { POWER_CONTEXT_MS, powerFromFlashes } from './power.ts';
export { ColumnRoom } from './room.ts';
export { STANDING_LOAD_MS, type StandingLoad, standingLoad } from './standing-load.ts';
