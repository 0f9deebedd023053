import { assert } from '@kilowink/core/error';
import { type BadLine, type ImportFormat, ImportReader, type ImportSummary } from '@kilowink/core/import';
import type { Points } from '@kilowink/core/series';
import { cliError } from '../errors.ts';
import { formatCount } from '../term/format.ts';
import { progressBar } from '../term/progress.ts';
import { readChunks, type SourceFile } from './source-file.ts';

export interface ReadImportOptions {
  readonly zone: string;
  readonly format: ImportFormat | undefined;
  readonly onBadLine: (bad: BadLine) => void;
  /** Called with the points as they are read, in the file's order. */
  readonly onPoints: (points: Points, format: ImportFormat) => void;
}

/** Reads a whole file through the parser, in bounded memory. Throws `import/unreadable`, `cli/file`. */
export async function readImport(file: SourceFile, options: ReadImportOptions): Promise<ImportSummary> {
  const reader = new ImportReader(options);
  const progress = progressBar('Reading');
  let bytesBehind = 0;
  let rows = 0;
  const feed = (points: Points | null) => {
    if (points === null || reader.format === null) return;
    rows += points.starts.length;
    options.onPoints(points, reader.format);
  };
  try {
    for await (const chunk of readChunks(file, (bytes) => (bytesBehind = bytes))) {
      feed(reader.feed(chunk));
      if (reader.fault !== null) break;
      progress.update(bytesBehind, file.sizeBytes, `${formatCount(rows)} rows`);
    }
    for (const points of reader.finish()) feed(points);
  } finally {
    progress.end();
  }
  if (reader.fault !== null) {
    throw cliError('import/unreadable', { path: file.path, reason: reader.fault.message });
  }
  const summary = reader.summary();
  assert(summary !== null, 'a file that was read has a format');
  return summary;
}
