import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { storedOf, TABLE_BYTES_MAX } from '@kilowink/server/enedis';
import {
  type EnedisImport as EnedisFile,
  firstLine,
  formatOf,
  HEAD_BYTES,
  readEnedisImport as readFile,
  TOO_LARGE,
  targetedOf,
} from '@kilowink/server/import';
import type { StoreReader } from '@kilowink/store';
import { cliError } from '../errors.ts';
import { readHead, type SourceFile } from '../import/source-file.ts';
import { alignLabels, formatCount } from '../term/format.ts';
import type { Style } from '../term/style.ts';
import { contentLines, doubtLines, type Line, storedLines, titleOf } from './preview.ts';

/** An export of Enedis or a supplier, read and not stored yet. */
export interface EnedisImport extends EnedisFile {
  readonly path: string;
}

const BAD_SHOWN = 20;

/** Whether a file may be one of Enedis: its first line is no header of ours. */
export function mayBeEnedis(file: SourceFile): boolean {
  const head = readHead(file, HEAD_BYTES);
  return firstLine(head) !== null && formatOf(head) === null;
}

/**
 * Reads the file.
 * @throws {AppError} `import/unreadable` for what is none of these, `cli/file` for a file that is cut short or damaged.
 */
export async function readEnedisImport(
  { path, sizeBytes }: SourceFile,
  choices: { zone: string; stamps: 'start' | 'end' | undefined; name: string | undefined },
): Promise<EnedisImport> {
  // What is too large is not read: the library refuses it unpacked, and packed it is smaller.
  if (sizeBytes > TABLE_BYTES_MAX) throw cliError('import/unreadable', { path, reason: TOO_LARGE.message });
  const result = await readFile({ name: basename(path), bytes: readFileSync(path) }, choices);
  if (result.ok) return { ...result.value, path };
  const { code, message: reason } = result.fault;
  if (code === 'file/damaged') throw cliError('cli/file', { path, reason });
  const others = reason.includes('such as "Horodate')
    ? `; or that of another format (kilowink import --help)`
    : '';
  throw cliError('import/unreadable', { path, reason: `${reason}${others}` });
}

/** What the file holds and where it would go, line by line; `reader` is of the store, where there is one. */
export function enedisLines(found: EnedisImport, reader: StoreReader | null, style: Style): string[] {
  const { path, zone, skipped, isOpen } = found;
  const lines = targetedOf(found).flatMap((each) => {
    const { of, target } = each;
    const { name, source } = target;
    const stored = reader === null ? null : storedOf(reader, each);
    return [
      `${style.strong(path)}  ${style.faint(titleOf(of))}`,
      ...alignLabels([
        ...contentLines(of, zone),
        ...doubtLines(of, style),
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
