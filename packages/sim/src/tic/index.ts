export { CONTRACT_NAMES, type ContractName, type OffPeakHours } from './contract.ts';
export type { TicMode } from './group.ts';
export { createTicLine, durationOfBytesMs, type LineFrame, type TicLine } from './line.ts';
export { METER_ZONE } from './local-clock.ts';
export { createTicMeter, type TicMeter, type TicMeterOptions } from './meter.ts';
export type { LineNoise } from './noise.ts';
export type { TicSnapshot } from './snapshot.ts';
export { createSpecialDays, type SpecialDays, type TempoColour } from './special-days.ts';
