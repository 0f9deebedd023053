import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { EnedisExport } from '@kilowink/core/enedis';
import { IMPORT_FORMATS } from '@kilowink/core/import';
import {
  isWorkbook,
  readEnedisFile,
  type StoredExport,
  storeExport,
  TABLE_BYTES_MAX,
} from '@kilowink/server/enedis';
import type { Store } from '@kilowink/store';
import { cliError } from '../errors.ts';
import type { SourceFile } from '../import/source-file.ts';
import { alignLabels, formatCount, formatEnergy, formatLocal } from '../term/format.ts';
import type { Style } from '../term/style.ts';

/** An export of Enedis or a supplier, read and not stored yet. */
export interface EnedisImport {
  readonly path: string;
  readonly zone: string;
  readonly exports: readonly EnedisExport[];
  readonly source: string;
  readonly name: string;
}

const HEAD_BYTES = 4_096;
const BAD_SHOWN = 20;

/** Whether a file may be one of Enedis: no known header of ours, or a workbook. */
export function mayBeEnedis(file: SourceFile): boolean {
  const head = new Uint8Array(HEAD_BYTES);
  const descriptor = openSync(file.path, 'r');
  try {
    const count = readSync(descriptor, head);
    if (isWorkbook(head.subarray(0, count))) return true;
    if (file.isGzip) return false;
    const text = new TextDecoder().decode(head.subarray(0, count));
    const first =
      text
        .replace(/^\ufeff/, '')
        .split(/\r?\n/)
        .find((line) => line.trim() !== '') ?? '';
    return (
      !IMPORT_FORMATS.some(({ header }) => header === first.trim()) &&
      /[;,\t]|Récapitulatif|Courbe/.test(text)
    );
  } finally {
    closeSync(descriptor);
  }
}

/** Reads the file; null where it is none of these. */
export async function readEnedisImport(
  file: SourceFile,
  given: { zone: string; stamps: 'start' | 'end' | undefined; name: string | undefined },
): Promise<EnedisImport | null> {
  if (file.sizeBytes > TABLE_BYTES_MAX) return null;
  const raw = readFileSync(file.path);
  const bytes = file.isGzip ? gunzipSync(raw, { maxOutputLength: TABLE_BYTES_MAX }) : raw;
  const { zone, stamps } = given;
  const result = await readEnedisFile(bytes, { zone, ...(stamps === undefined ? {} : { stamps }) });
  if (!result.ok) {
    if (isWorkbook(bytes))
      throw cliError('import/unreadable', { path: file.path, reason: result.fault.message });
    return null;
  }
  const stem = withoutMeter(basename(file.path).replace(/(\.gz|\.csv|\.xlsx)+$/i, ''));
  const slug = stem
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  const source = `import/${slug || 'enedis'}`;
  return { path: file.path, zone, exports: result.value, source, name: given.name ?? (stem || 'Enedis') };
}

/** The number of the delivery point is personal: it stays out of names. */
function withoutMeter(stem: string): string {
  return stem
    .replace(/\d{14}/g, '')
    .replace(/^[-_ ]+|[-_ ]+$/g, '')
    .replace(/([-_])[-_]+/g, '$1');
}

/** What the file holds and where it would go, line by line. */
export function enedisLines({ path, zone, exports, source, name }: EnedisImport, style: Style): string[] {
  return exports.flatMap((each) => [
    `${style.strong(path)}  ${style.faint(titleOf(each))}`,
    ...alignLabels([
      ...contentLines(each, zone),
      ...doubtLines(each, style),
      ['series', `"${name}" (${source})`],
    ]),
  ]);
}

type Line = readonly [label: string, text: string];

function titleOf({ kind, direction }: EnedisExport): string {
  const what = { curve: 'load curve', daily: 'energy by day', index: 'index by day' }[kind];
  return direction === 'injected' ? `${what}, injected` : what;
}

function contentLines({ kind, points, readings, stepMs, stampsEnd }: EnedisExport, zone: string): Line[] {
  if (kind === 'index') {
    const times = readings.map(({ atMs }) => atMs);
    const registers = [...new Set(readings.map(({ register }) => register))];
    return [
      ['readings', `${formatCount(readings.length)} of ${registers.join(', ')}`],
      [
        'time',
        `${formatLocal(Math.min(...times), zone)}  to  ${formatLocal(Math.max(...times), zone)}  ${zone}`,
      ],
    ];
  }
  const last = points.starts.length - 1;
  const endMs = (points.starts[last] as number) + (points.durationsMs[last] as number);
  const sum = points.values.reduce((total, each) => total + each, 0);
  const lines: Line[] = [
    ['rows', formatCount(points.starts.length)],
    ['time', `${formatLocal(points.starts[0] as number, zone)}  to  ${formatLocal(endMs, zone)}  ${zone}`],
    ['energy', formatEnergy(sum / 1_000)],
  ];
  const stamps = stampsEnd ? 'end' : 'begin';
  return kind === 'curve'
    ? [
        ...lines,
        [
          'interval',
          `${stepMs / 60_000} min; its stamps ${stamps} it (--stamps start or end, if they do not)`,
        ],
      ]
    : lines;
}

function doubtLines({ bad, emptyRows, repeatedRows }: EnedisExport, style: Style): Line[] {
  const lines: Line[] = [];
  if (emptyRows > 0) lines.push(['', `${formatCount(emptyRows)} rows say that nothing was measured`]);
  if (repeatedRows > 0)
    lines.push(['repeated', style.warning(`${formatCount(repeatedRows)} rows; the first counts`)]);
  if (bad.length > 0) lines.push(['bad rows', style.warning(`${formatCount(bad.length)}, left out`)]);
  return lines;
}

/** Bad rows for the terminal, the first ones in full. */
export function badRowLines({ exports }: EnedisImport): string[] {
  const bad = exports.flatMap((each) => each.bad);
  const lines = bad
    .slice(0, BAD_SHOWN)
    .map(({ row, expected, found }) => `row ${row}: expected ${expected}, found "${found}"`);
  return bad.length > BAD_SHOWN
    ? [...lines, `… and ${formatCount(bad.length - BAD_SHOWN)} more bad rows`]
    : lines;
}

/** Stores all of it. */
export function storeEnedisImport(store: Store, { exports, source, name }: EnedisImport): StoredExport {
  const parts = exports.map((each) => storeExport(store, each, { source, name }));
  store.flush();
  const sum = (pick: (part: StoredExport) => number) => parts.reduce((total, part) => total + pick(part), 0);
  return {
    added: sum((part) => part.added),
    repeated: sum((part) => part.repeated),
    readings: sum((part) => part.readings),
  };
}
