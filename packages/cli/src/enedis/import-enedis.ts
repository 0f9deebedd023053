import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import type { EnedisExport, EnedisRead } from '@kilowink/core/enedis';
import { IMPORT_FORMATS } from '@kilowink/core/import';
import {
  type ExportTarget,
  readEnedisFile,
  type StoredExport,
  storedOf,
  storeExports,
  TABLE_BYTES_MAX,
} from '@kilowink/server/enedis';
import type { Store, StoreReader } from '@kilowink/store';
import { cliError } from '../errors.ts';
import type { SourceFile } from '../import/source-file.ts';
import { alignLabels, formatCount } from '../term/format.ts';
import type { Style } from '../term/style.ts';
import { contentLines, doubtLines, type Line, storedLines, titleOf } from './preview.ts';
import { targetOf, targetsOf } from './targets.ts';

/** An export of Enedis or a supplier, read and not stored yet. */
export interface EnedisImport {
  readonly path: string;
  readonly zone: string;
  readonly exports: readonly EnedisExport[];
  readonly skipped: EnedisRead['skipped'];
  readonly isOpen: boolean;
  /** Where each export goes. */
  readonly targets: readonly ExportTarget[];
  readonly name: string;
}

const HEAD_BYTES = 4_096;
const BAD_SHOWN = 20;

/** Whether a file may be one of Enedis: its first line is no header of ours. */
export function mayBeEnedis(file: SourceFile): boolean {
  const raw = new Uint8Array(HEAD_BYTES);
  const descriptor = openSync(file.path, 'r');
  try {
    const head = raw.subarray(0, readSync(descriptor, raw));
    const text = new TextDecoder().decode(file.isGzip ? unpackedHead(head) : head);
    const first = text
      .replace(/^\ufeff/, '')
      .split(/\r?\n/)
      .find((line) => line.trim() !== '');
    return first !== undefined && !IMPORT_FORMATS.some(({ header }) => header === first.trim());
  } finally {
    closeSync(descriptor);
  }
}

/** What the beginning of a gzip file holds; nothing where it is damaged, which those who read it tell. */
function unpackedHead(head: Uint8Array): Uint8Array {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return new Uint8Array();
  }
}

/**
 * Reads the file.
 * @throws {AppError} `import/unreadable` for what is none of these, `cli/file` for a file that is cut short or damaged.
 */
export async function readEnedisImport(
  file: SourceFile,
  given: { zone: string; stamps: 'start' | 'end' | undefined; name: string | undefined },
): Promise<EnedisImport> {
  const { path } = file;
  const { zone, stamps } = given;
  const result = await readEnedisFile(bytesOf(file), { zone, ...(stamps === undefined ? {} : { stamps }) });
  if (!result.ok) {
    const others = result.fault.message.includes('such as "Horodate')
      ? `; or that of another format (kilowink import --help)`
      : '';
    throw cliError('import/unreadable', { path, reason: `${result.fault.message}${others}` });
  }
  const { exports, skipped, isOpen } = result.value;
  const target = targetOf(path);
  const whole = { ...target, name: given.name ?? target.name };
  return { path, zone, exports, skipped, isOpen, targets: targetsOf(exports, whole), name: whole.name };
}

function bytesOf({ path, sizeBytes, isGzip }: SourceFile): Uint8Array {
  const tooLarge = () => {
    const reason = `expected at most ${TABLE_BYTES_MAX / 1_048_576} MiB, which hold ten years by ten minutes`;
    return cliError('import/unreadable', { path, reason });
  };
  if (sizeBytes > TABLE_BYTES_MAX) throw tooLarge();
  const raw = readFileSync(path);
  if (!isGzip) return raw;
  try {
    return gunzipSync(raw, { maxOutputLength: TABLE_BYTES_MAX });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : '';
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    const reason = code === 'Z_BUF_ERROR' ? 'the gzip file is cut short' : 'the gzip file is damaged';
    throw cliError('cli/file', { path, reason }, cause);
  }
}

/** What the file holds and where it would go, line by line; `reader` is of the store, where there is one. */
export function enedisLines(found: EnedisImport, reader: StoreReader | null, style: Style): string[] {
  const { path, zone, exports, targets, skipped, isOpen } = found;
  const lines = exports.flatMap((each, index) => {
    const target = targets[index] as ExportTarget;
    const { name, source } = target;
    const stored = reader === null ? null : storedOf(reader, { of: each, target });
    return [
      `${style.strong(path)}  ${style.faint(titleOf(each))}`,
      ...alignLabels([
        ...contentLines(each, zone),
        ...doubtLines(each, style),
        ['series', `"${name}" (${source})`],
        ...storedLines(stored, style),
      ]),
    ];
  });
  const left: Line[] = skipped.map(({ line, what }) => ['left out', `${what}, from line ${line} on`]);
  const open: Line[] = isOpen
    ? [['last line', 'has no end: if the file was cut short, its value may lack digits']]
    : [];
  return [...lines, ...alignLabels([...left, ...open])];
}

/** Bad rows for the terminal, the first ones in full. */
export function badRowLines({ exports }: Pick<EnedisImport, 'exports'>): string[] {
  const bad = exports.flatMap((each) => each.bad);
  const lines = bad
    .slice(0, BAD_SHOWN)
    .map(({ row, expected, found }) => `row ${row}: expected ${expected}, found "${found}"`);
  return bad.length > BAD_SHOWN
    ? [...lines, `… and ${formatCount(bad.length - BAD_SHOWN)} more bad rows`]
    : lines;
}

/** Stores all of it. */
export function storeEnedisImport(store: Store, { exports, targets }: EnedisImport): StoredExport {
  const all = exports.map((of, index) => ({ of, target: targets[index] as ExportTarget }));
  const stored = storeExports(store, all);
  store.flush();
  return stored;
}
