import { gunzipSync } from 'node:zlib';
import { type Fault, fault, ok, type Result } from '@kilowink/core/error';
import { TABLE_BYTES_MAX } from '../enedis/index.ts';

/** A file as it was downloaded, and what it is called. */
export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Whether a file is packed with gzip, by its first two bytes. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** What a file holds, unpacked where it is packed with gzip. Fault `file/unpacked` where that is too much, `file/damaged`. */
export function unpackFile({ bytes }: NamedFile): Result<Uint8Array, Fault> {
  if (!isGzip(bytes)) return bytes.length > TABLE_BYTES_MAX ? fault(TOO_LARGE) : ok(bytes);
  try {
    return ok(gunzipSync(bytes, { maxOutputLength: TABLE_BYTES_MAX }));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : '';
    if (code === 'ERR_BUFFER_TOO_LARGE') return fault(TOO_LARGE);
    const message = code === 'Z_BUF_ERROR' ? 'the gzip file is cut short' : 'the gzip file is damaged';
    return fault({ code: 'file/damaged', message });
  }
}

/** Of what is too large, packed or unpacked. */
export const TOO_LARGE: Fault = {
  code: 'file/unpacked',
  message: `expected at most ${TABLE_BYTES_MAX / 1_048_576} MiB, which hold ten years by ten minutes`,
};
