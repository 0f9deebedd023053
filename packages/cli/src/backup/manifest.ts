import type { SeriesTotal } from '@kilowink/store';
import { isArchivedName } from './data-files.ts';

/** The first file of an archive: what is in it, so that it can be looked through before it is relied on. */
export const MANIFEST_NAME = 'manifest.json';

/** A file of an archive. */
export interface ArchivedFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** Hex. */
  readonly sha256: string;
}

/** What an archive says of itself. */
export interface Manifest {
  readonly format: 'kilowink-backup';
  readonly version: 1;
  readonly madeMs: number;
  /** The program that made it. */
  readonly program: string;
  readonly schema: number;
  /** What each series holds; null where the store was of an older schema than the program. */
  readonly totals: readonly SeriesTotal[] | null;
  readonly files: readonly ArchivedFile[];
}

/** Reads a manifest; null where it is none, or names a file that no backup holds. */
export function parseManifest(text: string): Manifest | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const found = value as Partial<Manifest> | null;
  if (found === null || typeof found !== 'object') return null;
  const isOurs = found.format === 'kilowink-backup' && found.version === 1;
  const hasFiles = Array.isArray(found.files) && found.files.every(isFile);
  const hasTotals = found.totals === null || Array.isArray(found.totals);
  return isOurs && hasFiles && hasTotals && typeof found.madeMs === 'number' ? (found as Manifest) : null;
}

function isFile(file: unknown): boolean {
  const { name, sizeBytes, sha256 } = (file ?? {}) as Partial<ArchivedFile>;
  return (
    typeof name === 'string' &&
    isArchivedName(name) &&
    Number.isSafeInteger(sizeBytes) &&
    typeof sha256 === 'string'
  );
}
