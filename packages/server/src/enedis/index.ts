export { type ExportTarget, type StoredExport, storeExport } from './store-export.ts';
export { isWorkbook, readEnedisFile, TABLE_BYTES_MAX } from './table-file.ts';
