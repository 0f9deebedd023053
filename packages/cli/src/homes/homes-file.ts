import { readFileSync } from 'node:fs';
import type { AppError } from '@kilowink/core/error';
import { isSensorId, type NewSensor } from '@kilowink/server/keys';
import { cliError } from '../errors.ts';

/** A home in a file, with the line it stands on, from 1. */
export interface ListedHome extends NewSensor {
  readonly line: number;
}

/** So many faults are told; a file of another kind would have one on every line. */
const FAULTS_MAX = 20;

/**
 * Reads a file of sensors: `id,name` a line (comma, semicolon or tab; quotes around a name that holds one), the name may
 * be left out, a first line `id,…` is the head. `-` is standard input. Throws `cli/file`, and `cli/homes` with every line that is
 * wrong or repeats one before it.
 */
export function readHomes(path: string): ListedHome[] {
  const homes: ListedHome[] = [];
  const lines = new Map<string, number>();
  const faults: string[] = [];
  for (const { line, cells } of rowsOf(readText(path))) {
    const [id = '', name = ''] = cells;
    const key = id.toLowerCase();
    if (!isSensorId(key)) faults.push(`line ${line}: expected 16 hex digits, "${id.slice(0, 40)}" came`);
    else if (lines.has(key)) faults.push(`line ${line}: ${key} stands on line ${lines.get(key)} already`);
    else {
      lines.set(key, line);
      homes.push({ line, id: key, ...(name === '' ? {} : { name }) });
    }
  }
  if (homes.length === 0 && faults.length === 0) faults.push('it names no sensor');
  if (faults.length > 0) throw homesFault(path, faults);
  return homes;
}

/** The failure that tells so many faults of a file. */
export function homesFault(path: string, faults: readonly string[]): AppError {
  const shown = faults.slice(0, FAULTS_MAX);
  const more = faults.length > shown.length ? [`and ${faults.length - shown.length} more`] : [];
  return cliError('cli/homes', { path, reason: [...shown, ...more].join('; ') });
}

function* rowsOf(text: string): Iterable<{ line: number; cells: string[] }> {
  for (const [at, whole] of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .entries()) {
    const row = whole.trim();
    const isHead = at === 0 && /^"?id"?\s*([,;\t]|$)/i.test(row);
    if (row !== '' && !row.startsWith('#') && !isHead) yield { line: at + 1, cells: cellsOf(row) };
  }
}

/** The id, and the name after the first separator. */
function cellsOf(row: string): string[] {
  const at = row.search(/[,;\t]/);
  const cells = at < 0 ? [row] : [row.slice(0, at), row.slice(at + 1)];
  return cells.map(plainOf);
}

/** A name in quotes is what is between them; of one without, what comes after another separator is none of it. */
function plainOf(cell: string): string {
  const text = cell.trim();
  const quoted = /^"((?:[^"]|"")*)"/.exec(text);
  return quoted === null ? (text.split(/[,;\t]/)[0] ?? '').trim() : (quoted[1] ?? '').replaceAll('""', '"');
}

function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw cliError('cli/file', { path, reason }, cause);
  }
}
