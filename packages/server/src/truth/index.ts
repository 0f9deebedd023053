export type { HourChoice } from './chosen-buckets.ts';
export {
  compareReadings,
  compareSeries,
  disagreementsOf,
  faultStretches,
  usualPeriod,
} from './comparison.ts';
export {
  type AskedCorrection,
  type CorrectionSite,
  checkedCorrection,
  correctionEffect,
  describeCorrection,
} from './corrections.ts';
export { activeCorrections, EnergyReader } from './energy-reader.ts';
export { type MeasuredShare, measuredShare } from './measured-share.ts';
export { measurementId } from './measurements.ts';
export { likelyMoment } from './misdated.ts';
export { Quarantine } from './quarantine.ts';
export type { Range } from './read-how.ts';
export { assertOneMoment } from './reading-time.ts';
export { type AskedReading, checkedReading, describeReading, readingsOf, resolutionOf } from './readings.ts';
export { addTruthRoutes } from './truth-routes.ts';
