// For tests of this folder only.
import type { Points } from '../series/index.ts';
import { ImportReader, type ImportSummary } from './import-reader.ts';
import type { BadLine } from './rows.ts';

/** What came of a file: its points as rows, the bad lines and the summary. */
export interface ReadText {
  readonly starts: number[];
  readonly values: number[];
  readonly bad: BadLine[];
  readonly summary: ImportSummary | null;
  readonly fault: string | null;
}

/** Reads a file's text in chunks of `chunkBytes`, for tests. */
export function readText(text: string | Uint8Array, chunkBytes = 1 << 16, zone = 'Europe/Paris'): ReadText {
  const bytes = typeof text === 'string' ? toBytes(text) : text;
  const bad: BadLine[] = [];
  const reader = new ImportReader({ zone, onBadLine: (line) => bad.push(line) });
  const starts: number[] = [];
  const values: number[] = [];
  const take = (points: Points | null) => {
    starts.push(...(points?.starts ?? []));
    values.push(...(points?.values ?? []));
  };
  for (let pos = 0; pos < bytes.length; pos += chunkBytes)
    take(reader.feed(bytes.slice(pos, pos + chunkBytes)));
  for (const points of reader.finish()) take(points);
  return { starts, values, bad, summary: reader.summary(), fault: reader.fault?.message ?? null };
}

/** The reading of a clock on the wall, as the old server's file has it. */
export function wallText(atMs: number, zone = 'Europe/Paris'): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone);
  return zoned.toPlainDateTime().toString({ smallestUnit: 'second' }).replace('T', ' ');
}

/** Text of one-byte characters as bytes. */
export function toBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
