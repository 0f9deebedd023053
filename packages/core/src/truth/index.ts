export {
  type Comparison,
  compare,
  type IndexReading,
  type MeasuredPeriod,
  periodsBetween,
  type ReferencePeriod,
  type Verdict,
} from './compare.ts';
export { correctedBuckets, type ReadBuckets } from './corrected-buckets.ts';
export type { Correction, CorrectionKind } from './correction.ts';
