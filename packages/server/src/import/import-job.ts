import type { ImportAnswer } from '@kilowink/api';
import { AppError, type Fault } from '@kilowink/core/error';
import type { Clock } from '@kilowink/core/time';
import { openSqliteStore, openSqliteStoreReadOnly, type StoreReader } from '@kilowink/store';
import { type SERVER_ERRORS, serverError } from '../errors.ts';
import { describeImport, describeStored } from './describe-import.ts';
import { readEnedisImport, storeEnedisImport } from './enedis-import.ts';
import { formatOf, HEAD_BYTES } from './first-line.ts';
import type { NamedFile } from './unpack-file.ts';

/** What is to be done with a file. */
export interface ImportJob {
  /** Of the store. */
  readonly folder: string;
  readonly zone: string;
  readonly file: NamedFile;
  readonly stamps: 'start' | 'end' | undefined;
  readonly seriesName: string | undefined;
  /** Whether it is to be taken in; otherwise it is told only what was understood. */
  readonly isWritten: boolean;
}

/**
 * Reads a file and, where it is asked to, takes it in: beside the server, as the command line does it. Throws `file/…`, and what
 * the store throws.
 */
export async function runImport(job: ImportJob, clock: Clock): Promise<ImportAnswer> {
  const { folder, file, zone, stamps, seriesName } = job;
  if (file.bytes.length === 0) throw serverError('file/empty', { name: file.name });
  const format = formatOf(file.bytes.subarray(0, HEAD_BYTES));
  if (format !== null) throw serverError('file/command-line', { name: file.name, format: format.name });
  const read = await readEnedisImport(file, { zone, stamps, name: seriesName });
  if (!read.ok) throw refusalOf(read.fault, file.name);
  const reader = openIfThere(folder, clock);
  const told = withClosing(reader, () => describeImport(read.value, reader));
  if (!job.isWritten) return { ...told, written: null };
  const store = openSqliteStore({ folder, clock, role: 'import' });
  return withClosing(store, () => {
    const written = describeStored(storeEnedisImport(store, read.value));
    // Series that were made have their numbers now.
    const { parts } = describeImport(read.value, store);
    return {
      ...told,
      parts: told.parts.map((part, index) => ({ ...part, series: parts[index]?.series ?? part.series })),
      written,
    };
  });
}

function withClosing<T>(store: StoreReader | null, body: () => T): T {
  try {
    return body();
  } finally {
    store?.close();
  }
}

function openIfThere(folder: string, clock: Clock): StoreReader | null {
  try {
    return openSqliteStoreReadOnly({ folder, clock });
  } catch (error) {
    if (error instanceof AppError && error.code === 'store/missing') return null;
    throw error;
  }
}

const CODES: Readonly<Record<string, keyof typeof SERVER_ERRORS>> = {
  'enedis/unknown': 'file/no-table',
  'enedis/empty': 'file/no-rows',
  'enedis/web-page': 'file/web-page',
  'enedis/other': 'file/other',
  'enedis/workbook': 'file/damaged',
  'file/damaged': 'file/damaged',
  'file/unpacked': 'file/unpacked',
};

function refusalOf({ code, message }: Fault, name: string): AppError {
  return serverError(CODES[code] ?? 'file/other', { name, reason: message });
}
