import { constants, gunzipSync } from 'node:zlib';
import { IMPORT_FORMATS, type ImportFormat } from '@kilowink/core/import';
import { isGzip } from './unpack-file.ts';

/** So much of a file is looked at to tell what it is. */
export const HEAD_BYTES = 4_096;

/** The first line of a file that says anything; null where there is none. `head` is its beginning, packed or not. */
export function firstLine(head: Uint8Array): string | null {
  const text = new TextDecoder().decode(isGzip(head) ? unpackedHead(head) : head);
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  return lines.find((line) => line.trim() !== '')?.trim() ?? null;
}

/** The format of other programs that a file begins as; null for a file of Enedis, and for any other. */
export function formatOf(head: Uint8Array): ImportFormat | null {
  const first = firstLine(head);
  return IMPORT_FORMATS.find(({ header }) => header === first) ?? null;
}

/** What the beginning of a gzip file holds; nothing where it is damaged, which those who read it tell. */
function unpackedHead(head: Uint8Array): Uint8Array {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return new Uint8Array();
  }
}
