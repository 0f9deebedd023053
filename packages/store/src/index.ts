export { STORE_ERRORS } from './errors.ts';
export { copyStore, type StoreCopy, type StoreCopyJob } from './sqlite/backup.ts';
export { type RestoreJob, restoreInto } from './sqlite/backup-swap.ts';
export { PointsPacker } from './sqlite/day-packer.ts';
export { type Erased, eraseSources } from './sqlite/erase.ts';
export { inspectStore, type SeriesTotal, type StoreInspection } from './sqlite/inspect-whole.ts';
export { servingProcess } from './sqlite/lock.ts';
export {
  openSqliteStore,
  openSqliteStoreReadOnly,
  type SqliteReaderOptions,
  type SqliteStoreOptions,
  STORE_FILE,
} from './sqlite/open.ts';
export {
  openSurvey,
  type SpaceUse,
  type StoreSpace,
  type StoreSurvey,
  type SurveyPlace,
} from './sqlite/survey.ts';
export { syncFolder } from './sqlite/sync-folder.ts';
export type * from './store.ts';
