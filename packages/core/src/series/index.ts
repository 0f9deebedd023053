export { ALL_TIME, BucketFold, type FoldRange } from './bucket-fold.ts';
export {
  areSorted,
  concatPoints,
  lowerBound,
  NO_POINTS,
  pickPoints,
  slicePoints,
  sortPoints,
} from './columns.ts';
export type { Buckets, Points } from './points.ts';
export { BLOCK_POINTS_MAX, decodePoints, encodePoints } from './points-codec.ts';
export { addRecovered, type RecoveredSpan, recoveredIn } from './recovered.ts';
export { decodeRollup, emptyRollup, encodeRollup, type Rollup, type RollupFrame, rollUp } from './rollup.ts';
export { type Quantity, type SeriesDefinition, UNITS_PER_WH, type Unit } from './series.ts';
export { TotalFold } from './total-fold.ts';
