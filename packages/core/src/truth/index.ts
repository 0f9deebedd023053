export {
  type Comparison,
  compare,
  type IndexReading,
  isFalling,
  isTooFast,
  type MeasuredPeriod,
  periodsBetween,
  type ReferencePeriod,
  type Verdict,
} from './compare.ts';
export {
  correctedBuckets,
  correctedTotal,
  type RangeTotal,
  type ReadBuckets,
} from './corrected-buckets.ts';
export type { Correction, CorrectionKind } from './correction.ts';
export { type IndexUnit, parseIndex, type ShownIndex } from './index-text.ts';
export { isImplausible, powerLimitW, SUBSCRIBED_VA_MAX, steadyLimitW } from './plausible.ts';
