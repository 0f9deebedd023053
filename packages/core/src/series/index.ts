export { ALL_TIME, BucketFold, type FoldRange, giveBuckets, shortestBucketMs } from './bucket-fold.ts';
export { addToBucket, type BucketPart, type BucketSums, emptyBucketSums, timedSumOf } from './bucket-sums.ts';
export {
  areSorted,
  concatPoints,
  lowerBound,
  NO_POINTS,
  pickPoints,
  slicePoints,
  sortPoints,
} from './columns.ts';
export { EVENT_KINDS, type EventKind } from './events.ts';
export { heldFromMs, heldToMs, SHORT_MS } from './placement.ts';
export type { Buckets, Points } from './points.ts';
export { BLOCK_POINTS_MAX, decodePoints, encodePoints } from './points-codec.ts';
export {
  hasUnit,
  type Kind,
  kindOf,
  QUANTITIES,
  QUANTITY_NAMES,
  type Quantity,
  UNIT_NAMES,
  UNITS_PER_WH,
  type Unit,
} from './quantity.ts';
export { addRecovered, type RecoveredSpan, recoveredIn } from './recovered.ts';
export { decodeRollup, emptyRollup, encodeRollup, type Rollup, type RollupFrame, rollUp } from './rollup.ts';
export type { SeriesDefinition } from './series.ts';
export { SumRounding } from './sum-rounding.ts';
export { VarintReader, VarintWriter } from './varints.ts';
