export type { ChangeNight } from './dater.ts';
export type { ImportFormat } from './format.ts';
export { findFormat, IMPORT_FORMATS } from './formats.ts';
export { ImportReader, type ImportSummary } from './import-reader.ts';
export type { BadLine } from './rows.ts';
export type { Tally } from './tally.ts';
export { createZoneSpans, type ZoneSpan, type ZoneSpans } from './zone-spans.ts';
