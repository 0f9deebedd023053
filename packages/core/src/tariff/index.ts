export { type DailyWindow, isInBands, offPeakBands } from './off-peak.ts';
export { type OffsetStretch, offsetStretches, type TimeRange, type ZoneOffset } from './zone-offset.ts';
