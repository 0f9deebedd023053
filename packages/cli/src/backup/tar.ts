import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { Result } from '@kilowink/core/error';

/*
 * The plain form of a tape archive (POSIX ustar): a head of 512 bytes and the content in whole blocks for each file, two empty
 * blocks at the end. Any `tar` lists and unpacks it, also when this program is long gone.
 */

const BLOCK = 512;
const PIECE_BYTES = 1 << 20;
/** Eleven octal digits. */
export const TAR_BYTES_MAX = 8 ** 11 - 1;

/** Where a field stands in the head. */
const FIELD = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  modified: [136, 12],
  checksum: [148, 8],
  kind: [156, 1],
  magic: [257, 8],
} as const;

/** A file of an archive: where its content is. */
export interface TarEntry {
  readonly name: string;
  readonly sizeBytes: number;
  readonly offset: number;
}

function headOf(name: string, { sizeBytes, atMs }: { sizeBytes: number; atMs: number }): Buffer {
  const head = Buffer.alloc(BLOCK);
  const put = ([at, length]: readonly [number, number], text: string) => head.write(text, at, length, 'utf8');
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  put(FIELD.name, name);
  put(FIELD.mode, octal(0o600, 7));
  put(FIELD.uid, octal(0, 7));
  put(FIELD.gid, octal(0, 7));
  put(FIELD.size, octal(sizeBytes, 11));
  put(FIELD.modified, octal(Math.floor(atMs / 1_000), 11));
  put(FIELD.kind, '0');
  put(FIELD.magic, 'ustar\u000000');
  put(FIELD.checksum, `${checksumOf(head).toString(8).padStart(6, '0')}\0 `);
  return head;
}

/** The sum of the head's bytes, its own field read as spaces. */
function checksumOf(head: Buffer): number {
  const [at, length] = FIELD.checksum;
  let sum = 0;
  for (const [index, byte] of head.entries()) sum += index >= at && index < at + length ? 0x20 : byte;
  return sum;
}

/** Adds a file to an archive that is open for writing; its content comes piece by piece. */
export function appendEntry(
  archive: number,
  entry: { name: string; sizeBytes: number; atMs: number },
  pieces: Iterable<Uint8Array>,
): void {
  writeAll(archive, headOf(entry.name, entry));
  for (const piece of pieces) writeAll(archive, piece);
  writeAll(archive, Buffer.alloc(paddingOf(entry.sizeBytes)));
}

/** Ends an archive. */
export function appendEnd(archive: number): void {
  writeAll(archive, Buffer.alloc(2 * BLOCK));
}

/** One call may write less than it was given. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}

/** A part of a file in pieces; ends early where the file does. */
export function* piecesOf(path: string, offset: number, sizeBytes: number): Iterable<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    const piece = Buffer.alloc(Math.min(PIECE_BYTES, Math.max(1, sizeBytes)));
    for (let done = 0; done < sizeBytes; ) {
      const read = readSync(file, piece, 0, Math.min(piece.length, sizeBytes - done), offset + done);
      if (read === 0) return;
      done += read;
      yield piece.subarray(0, read);
    }
  } finally {
    closeSync(file);
  }
}

/** The files of an archive, without their content. A fault says what is no archive of plain files, or is cut off. */
export function listEntries(path: string, archiveBytes: number): Result<TarEntry[], string> {
  const file = openSync(path, 'r');
  const entries: TarEntry[] = [];
  const head = Buffer.alloc(BLOCK);
  try {
    for (let at = 0; ; ) {
      if (readSync(file, head, 0, BLOCK, at) < BLOCK) return torn('it ends before its end mark');
      if (head.every((byte) => byte === 0)) return { ok: true, value: entries };
      const entry = readHead(head, at + BLOCK);
      if (!entry.ok) return entry;
      entries.push(entry.value);
      at = entry.value.offset + entry.value.sizeBytes + paddingOf(entry.value.sizeBytes);
      if (at > archiveBytes) return torn(`${entry.value.name} is cut off`);
    }
  } finally {
    closeSync(file);
  }
}

function readHead(head: Buffer, offset: number): Result<TarEntry, string> {
  const text = ([at, length]: readonly [number, number]) =>
    head.toString('utf8', at, at + length).replace(/\0.*$/s, '');
  const sizeBytes = Number.parseInt(text(FIELD.size), 8);
  if (head[0] === 0x1f && head[1] === 0x8b) return torn('it is packed with gzip: unpack it first');
  if (!text(FIELD.magic).startsWith('ustar') || Number.parseInt(text(FIELD.checksum), 8) !== checksumOf(head))
    return torn(`at byte ${offset - BLOCK} no head of a file is found`);
  if (text(FIELD.kind) !== '0' || !Number.isSafeInteger(sizeBytes) || sizeBytes < 0)
    return torn(`${text(FIELD.name)} is no plain file`);
  return { ok: true, value: { name: text(FIELD.name), sizeBytes, offset } };
}

function paddingOf(sizeBytes: number): number {
  return (BLOCK - (sizeBytes % BLOCK)) % BLOCK;
}

function torn(fault: string): { ok: false; fault: string } {
  return { ok: false, fault };
}
