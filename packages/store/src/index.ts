export { STORE_ERRORS } from './errors.ts';
export {
  openSqliteStore,
  openSqliteStoreReadOnly,
  type SqliteReaderOptions,
  type SqliteStoreOptions,
  STORE_FILE,
} from './sqlite/open.ts';
export type * from './store.ts';
