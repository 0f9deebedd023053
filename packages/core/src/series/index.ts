export type { Buckets, Points } from './points.ts';
export { type Quantity, type SeriesDefinition, UNITS_PER_WH, type Unit } from './series.ts';
