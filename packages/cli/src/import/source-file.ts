import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { AppError } from '@kilowink/core/error';
import { cliError } from '../errors.ts';

const CHUNK_BYTES = 1 << 18;

/** A file to read from the start, more than once. */
export interface SourceFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly isGzip: boolean;
}

/** Looks at a file: it must be there, be a file, and be readable. Gzip is told by its first bytes. Throws `cli/file`. */
export function lookAtFile(path: string): SourceFile {
  try {
    const descriptor = openSync(path, 'r');
    try {
      const stat = fstatSync(descriptor);
      if (!stat.isFile()) throw cliError('cli/file', { path, reason: 'expected a file' });
      const head = new Uint8Array(2);
      const count = readSync(descriptor, head);
      const isGzip = count === 2 && head[0] === 0x1f && head[1] === 0x8b;
      return { path, sizeBytes: stat.size, isGzip };
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    throw asFileError(path, cause);
  }
}

/** How a file begins, as it is: packed where it is packed. Throws `cli/file`. */
export function readHead({ path }: SourceFile, bytesMax: number): Uint8Array {
  const head = new Uint8Array(bytesMax);
  try {
    const descriptor = openSync(path, 'r');
    try {
      return head.subarray(0, readSync(descriptor, head));
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    throw asFileError(path, cause);
  }
}

/**
 * The file's bytes, unpacked, in chunks; each is handed over for good. `onBytes` is told how many bytes of the file
 * itself are behind. What is appended meanwhile is not read. Throws `cli/file`.
 */
export async function* readChunks(
  file: SourceFile,
  onBytes: (bytes: number) => void,
): AsyncIterable<Uint8Array> {
  if (file.sizeBytes === 0) return;
  const raw = createReadStream(file.path, { highWaterMark: CHUNK_BYTES, end: file.sizeBytes - 1 });
  const stream = file.isGzip ? raw.pipe(createGunzip({ chunkSize: CHUNK_BYTES })) : raw;
  raw.on('error', (error) => stream.destroy(error));
  try {
    for await (const chunk of stream) {
      onBytes(raw.bytesRead);
      yield chunk;
    }
  } catch (cause) {
    throw asFileError(file.path, cause);
  } finally {
    raw.destroy();
  }
}

function asFileError(path: string, cause: unknown): unknown {
  if (cause instanceof AppError) return cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EACCES: 'access is not allowed',
    EISDIR: 'expected a file, it is a folder',
    Z_BUF_ERROR: 'the gzip file is cut short',
    Z_DATA_ERROR: 'the gzip file is damaged',
  };
  const reason = known[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return cliError('cli/file', { path, reason }, cause);
}
