export { type ExportTarget, type StoredExport, storeExports, type Targeted } from './store-export.ts';
export { readEnedisFile, TABLE_BYTES_MAX } from './table-file.ts';
