import { type Fault, fault, ok, type Result } from '@kilowink/core/error';
import { BLOCK_POINTS_MAX, VarintReader, VarintWriter } from '@kilowink/core/series';
import type { EpochMs } from '@kilowink/core/time';
import type { RunId, SeriesId, Timeline } from '../store.ts';
import { openBlock, sealBlock } from './envelope.ts';

/*
 * One group of writes as one block:
 *
 *   head length, head (JSON: which runs and series have how many rows, timelines, states, what was sealed),
 *   columns over all rows of all parts: keys, lengths, values, reports, disagreements, last flashes, places
 *
 * All sensors share the columns, so that what they have in common is written once.
 */

/** A hot measurement as it is written: a window's time follows from its run. */
export interface JournalRow {
  /** The window's number, or the point's start. */
  readonly key: number;
  /** Of a point; a window's is not written, and reads as 0. */
  readonly durationMs: number;
  readonly value: number;
  readonly reports: number;
  readonly disagreements: number;
  readonly lastFlashMs: number | null;
  readonly seq: number | null;
}

/** Points of a series that went into blocks: those with midpoint in [`fromMs`, `toMs`) that were written before. */
export interface SealedPoints {
  readonly series: SeriesId;
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

/** What goes to the file at once. */
export interface Group {
  readonly windows: readonly (readonly [run: RunId, rows: readonly JournalRow[]])[];
  readonly points: readonly (readonly [series: SeriesId, rows: readonly JournalRow[]])[];
  readonly timelines: readonly (readonly [run: RunId, timeline: Timeline])[];
  /** What is remembered of sources. */
  readonly states: readonly (readonly [source: string, state: string])[];
  readonly sealed: readonly SealedPoints[];
}

/** Rows as columns, those of each run or series one after the other. */
export interface RowColumns {
  /** Whose they are, and how many. */
  readonly counts: Counts;
  readonly keys: Float64Array;
  readonly durationsMs: Float64Array;
  readonly values: Float64Array;
  readonly reports: Float64Array;
  readonly disagreements: Float64Array;
  /** Greater by one; 0 stands for none. */
  readonly lastFlashes: Float64Array;
  /** 0 stands for none. */
  readonly seqs: Float64Array;
}

/** A group that is to be written. */
export interface NewGroup extends Omit<Group, 'windows' | 'points'> {
  readonly windows: Group['windows'] | RowColumns;
  readonly points: Group['points'] | RowColumns;
}

/** A group of nothing. */
export const EMPTY_GROUP: Group = { windows: [], points: [], timelines: [], states: [], sealed: [] };

/** Groups are small and come all day: the level that is fastest. */
const GROUP_LEVEL = 3;

type Counts = readonly (readonly [id: number, count: number])[];

interface Head extends Pick<Group, 'timelines' | 'states' | 'sealed'> {
  readonly windows: Counts;
  readonly points: Counts;
}

export function encodeGroup(group: NewGroup): Uint8Array {
  const windows = rowColumnsOf(group.windows);
  const points = rowColumnsOf(group.points);
  const head: Head = {
    windows: windows.counts,
    points: points.counts,
    timelines: group.timelines,
    states: group.states,
    sealed: group.sealed,
  };
  const text = new TextEncoder().encode(JSON.stringify(head));
  const length = windows.keys.length + points.keys.length;
  const joined = (name: Exclude<keyof RowColumns, 'counts'>) => {
    const column = new Float64Array(length);
    column.set(windows[name]);
    column.set(points[name], windows[name].length);
    return column;
  };
  const writer = new VarintWriter(1024 + length * 8);
  writer.column(joined('keys'), length, 2);
  writer.column(joined('durationsMs').fill(0, 0, windows.keys.length), length, 1);
  writer.columnOfValues(joined('values'), length);
  writer.columnOfValues(joined('reports'), length);
  writer.columnOfValues(joined('disagreements'), length);
  writer.columnOfValues(joined('lastFlashes'), length);
  writer.column(joined('seqs'), length, 2);
  const columns = writer.finish();
  const bytes = new Uint8Array(4 + text.length + columns.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  bytes.set(columns, 4 + text.length);
  return sealBlock(bytes, GROUP_LEVEL);
}

/** Room for so many rows. */
export function makeRowColumns(counts: RowColumns['counts'], rowCount: number): RowColumns {
  return {
    counts,
    keys: new Float64Array(rowCount),
    durationsMs: new Float64Array(rowCount),
    values: new Float64Array(rowCount),
    reports: new Float64Array(rowCount),
    disagreements: new Float64Array(rowCount),
    lastFlashes: new Float64Array(rowCount),
    seqs: new Float64Array(rowCount),
  };
}

/** Rows as columns, where they are not. */
export function rowColumnsOf(parts: Group['points'] | RowColumns): RowColumns {
  if ('counts' in parts) return parts;
  const rows = parts.flatMap(([, part]) => part);
  return {
    counts: parts.map(([id, part]) => [id, part.length] as const),
    keys: columnOf(rows, ({ key }) => key),
    durationsMs: columnOf(rows, ({ durationMs }) => durationMs),
    values: columnOf(rows, ({ value }) => value),
    reports: columnOf(rows, ({ reports }) => reports),
    disagreements: columnOf(rows, ({ disagreements }) => disagreements),
    lastFlashes: columnOf(rows, ({ lastFlashMs }) => (lastFlashMs === null ? 0 : lastFlashMs + 1)),
    seqs: columnOf(rows, ({ seq }) => seq ?? 0),
  };
}

/** `Float64Array.from` goes through what it is given by its iterator: for thousands of rows that is the larger part. */
function columnOf(rows: readonly JournalRow[], of: (row: JournalRow) => number): Float64Array {
  const column = new Float64Array(rows.length);
  for (let index = 0; index < rows.length; index += 1) column[index] = of(rows[index] as JournalRow);
  return column;
}

/** The group that `encodeGroup` wrote, or what is wrong with the bytes. */
export function decodeGroup(data: Uint8Array): Result<Group, Fault> {
  const opened = openBlock(data);
  if (!opened.ok) return opened;
  const bytes = opened.value;
  const headBytes =
    bytes.length < 4 ? bytes.length : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (4 + headBytes > bytes.length) return damaged(`a head of ${headBytes} bytes expected`);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headBytes))) as Head;
  const count = [...head.windows, ...head.points].reduce((sum, [, rows]) => sum + rows, 0);
  if (count > BLOCK_POINTS_MAX) return damaged(`at most ${BLOCK_POINTS_MAX} rows expected, found ${count}`);
  const reader = new VarintReader(bytes.subarray(4 + headBytes));
  const rows = readRows(reader, count);
  const end = reader.end();
  if (!end.ok) return end;
  let at = 0;
  const take = (counts: Counts) =>
    counts.map(([id, size]) => {
      at += size;
      return [id, rows.slice(at - size, at)] as const;
    });
  const { timelines, states, sealed } = head;
  return ok({ windows: take(head.windows), points: take(head.points), timelines, states, sealed });
}

function readRows(reader: VarintReader, count: number): JournalRow[] {
  const names = ['key', 'durationMs', 'value', 'reports', 'disagreements', 'lastFlash', 'seq'] as const;
  const columns = Object.fromEntries(names.map((name) => [name, reader.column(count)]));
  const at = (name: (typeof names)[number], index: number) => columns[name]?.[index] ?? 0;
  return Array.from({ length: count }, (_, index) => {
    const lastFlash = at('lastFlash', index);
    const seq = at('seq', index);
    return {
      key: at('key', index),
      durationMs: at('durationMs', index),
      value: at('value', index),
      reports: at('reports', index),
      disagreements: at('disagreements', index),
      lastFlashMs: lastFlash === 0 ? null : lastFlash - 1,
      seq: seq === 0 ? null : seq,
    };
  });
}

function damaged(message: string): Result<Group, Fault> {
  return fault({ code: 'store/group', message });
}
