export type { FreshPoints } from './fresh-points.ts';
export {
  type ExportTarget,
  type PlannedSeries,
  plannedSeries,
  type StoredExport,
  storedOf,
  storeExports,
  type Targeted,
} from './store-export.ts';
export { readEnedisFile, TABLE_BYTES_MAX } from './table-file.ts';
export { targetOf, targetsOf } from './targets.ts';
