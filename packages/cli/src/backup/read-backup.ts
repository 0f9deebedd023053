import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '@kilowink/core/error';
import { inspectStore, STORE_FILE, syncFolder } from '@kilowink/store';
import { machineClock } from '../clock.ts';
import { cliError } from '../errors.ts';
import { MANIFEST_NAME, type Manifest, parseManifest } from './manifest.ts';
import { listEntries, piecesOf, type TarEntry, writeAll } from './tar.ts';

const MANIFEST_BYTES_MAX = 64 * 1024 * 1024;

/** An archive whose manifest and list of files fit together; the contents are looked at when they are unpacked. */
export interface OpenedBackup {
  readonly path: string;
  readonly manifest: Manifest;
  readonly sizeBytes: number;
  readonly entries: ReadonlyMap<string, TarEntry>;
}

/** Opens an archive. Throws `backup/unreadable`, which says what was expected and what was found, and `cli/file`. */
export function openBackup(path: string): OpenedBackup {
  try {
    const sizeBytes = statSync(path).size;
    const listed = listEntries(path, sizeBytes);
    if (!listed.ok) throw unreadable(path, listed.fault);
    const entries = new Map(listed.value.map((entry) => [entry.name, entry]));
    const head = entries.get(MANIFEST_NAME);
    if (head === undefined || head.sizeBytes > MANIFEST_BYTES_MAX)
      throw unreadable(path, 'it has no manifest');
    const text = Buffer.concat(
      [...piecesOf(path, head.offset, head.sizeBytes)].map((piece) => Buffer.from(piece)),
    );
    const manifest = parseManifest(text.toString('utf8'));
    if (manifest === null) throw unreadable(path, 'its manifest is none that this program knows');
    for (const { name, sizeBytes: expected } of manifest.files) {
      const found = entries.get(name)?.sizeBytes ?? 'nothing';
      if (found !== expected) throw unreadable(path, `${name}: ${expected} bytes expected, found ${found}`);
    }
    if (!manifest.files.some(({ name }) => name === STORE_FILE)) throw unreadable(path, 'it holds no store');
    return { path, manifest, sizeBytes, entries };
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw cliError('cli/file', { path, reason: error instanceof Error ? error.message : String(error) });
  }
}

/**
 * Unpacks an archive into a folder, each file on the medium, and looks through all of it: the checksum of each file, each
 * page and block of the store, and what each series holds. Throws `backup/unreadable`, `cli/output`, `store/newer`.
 */
export function unpackBackup(
  backup: OpenedBackup,
  folder: string,
  onProgress: (done: number, total: number) => void,
): void {
  const { manifest, path, entries } = backup;
  const totalBytes = manifest.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let doneBytes = 0;
  for (const { name, sha256 } of manifest.files) {
    const entry = entries.get(name);
    const found =
      entry === undefined
        ? ''
        : unpackOne(backup, entry, join(folder, name), (bytes) => {
            doneBytes += bytes;
            onProgress(doneBytes, totalBytes);
          });
    if (found !== sha256) throw unreadable(path, `${name} is not what was put in: its checksum differs`);
  }
  const { schema, faults, totals } = inspectStore(join(folder, STORE_FILE), machineClock);
  if (faults.length > 0) throw unreadable(path, `its store is damaged: ${faults.join('; ')}`);
  const isSame =
    schema !== manifest.schema || manifest.totals === null || isDeepStrictEqual(totals, manifest.totals);
  // A program that knows a newer schema reads no totals of the older one.
  if (schema !== manifest.schema || (totals !== null && !isSame))
    throw unreadable(path, 'its store holds other totals than its manifest says');
}

/** Returns the checksum of what was written, hex. */
function unpackOne(
  { path }: OpenedBackup,
  entry: TarEntry,
  toPath: string,
  onBytes: (bytes: number) => void,
): string {
  const hash = createHash('sha256');
  try {
    mkdirSync(dirname(toPath), { recursive: true, mode: 0o700 });
    const file = openSync(toPath, 'wx', 0o600);
    try {
      for (const piece of piecesOf(path, entry.offset, entry.sizeBytes)) {
        hash.update(piece);
        writeAll(file, piece);
        onBytes(piece.length);
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    syncFolder(dirname(toPath));
  } catch (error) {
    throw cliError('cli/output', {
      path: toPath,
      reason: error instanceof Error ? error.message : String(error),
    });
  }
  return hash.digest('hex');
}

function unreadable(path: string, reason: string): AppError {
  return cliError('backup/unreadable', { path, reason });
}
