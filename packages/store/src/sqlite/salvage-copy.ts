import { assert, type Fault, type Result } from '@kilowink/core/error';
import { decodePoints, type Points } from '@kilowink/core/series';
import { DAY_MS, type EpochMs } from '@kilowink/core/time';
import { FAST_LEVEL, openBlock } from '../block/envelope.ts';
import { decodeGroup } from '../block/journal-codec.ts';
import { LEVEL } from '../block/levels.ts';
import type { SeriesId } from '../store.ts';
import { BlockTable } from './block-table.ts';
import { type Connection, isSqliteError } from './connection.ts';
import { type Row, readableRows } from './damaged-rows.ts';
import { DayWriter } from './day-writer.ts';
import type { FoundBlock } from './page-scan.ts';
import { SeriesKinds } from './series-kinds.ts';

/** Tables that are copied as they are; what others refer to comes first. */
const COPIED = [
  { table: 'series', key: ['id'] },
  { table: 'run', key: ['id'] },
  { table: 'source_state', key: ['source'] },
  { table: 'sealed_window', key: ['run', 'from_number'] },
  { table: 'hot_window', key: ['run', 'number'] },
  { table: 'recovered', key: ['run', 'from_number'] },
  { table: 'recovered_span', key: ['series', 'start_ms'] },
  { table: 'reading', key: ['series', 'at_ms', 'origin'] },
  { table: 'event', key: ['at_ms', 'source', 'kind'] },
  { table: 'correction', key: ['id'] },
  { table: 'hot_point', key: ['series', 'start_ms'] },
  { table: 'journal', key: ['id'] },
  { table: 'damage', key: ['id'] },
  { table: 'damaged_block', key: ['id'] },
] as const;

/** Tables that came with a migration: the schema of another store may not know where they begin. */
const MIGRATED: ReadonlySet<string> = new Set([
  'recovered',
  'recovered_span',
  'reading',
  'event',
  'correction',
]);

/** A series whose own row is lost may have points of any length. */
const LONGEST_MS_UNKNOWN = 366 * DAY_MS;

/** What of a damaged store can be read: its tables, as far as they lead anywhere, and its bare pages. */
export interface SalvageSource {
  readonly tables: Connection | null;
  readonly pages: Iterable<FoundBlock>;
  /** Whether the schema is that of another store: where tables that came with a migration begin is then not known. */
  readonly isGrafted: boolean;
}

/** Copies what can be read into the new store `made`; returns how many rows of each table. */
export function copyReadable(
  source: SalvageSource,
  made: Connection,
  foundAtMs: EpochMs,
): Map<string, number> {
  const counts = new Map<string, number>();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  const { tables } = source;
  for (const ordered of COPIED) {
    if (tables === null || (source.isGrafted && MIGRATED.has(ordered.table))) continue;
    copyTable({ tables, made, ordered, count });
  }
  const rows = tables === null ? [] : readableRows(tables, { table: 'block', key: ['id'] });
  copyBlocks({ made, foundAtMs, count }, rows, source.pages);
  // Without its run, nobody knows when a window was; the file that is set aside still has it.
  made.run('DELETE FROM hot_window WHERE run NOT IN (SELECT id FROM run)');
  made.run('DELETE FROM recovered WHERE run NOT IN (SELECT id FROM run)');
  return counts;
}

function copyTable(copy: {
  tables: Connection;
  made: Connection;
  ordered: (typeof COPIED)[number];
  count: (what: string) => void;
}): void {
  const { tables, made, ordered, count } = copy;
  const width = made.rows<Row>(`PRAGMA table_info(${ordered.table})`).length;
  const insert = `INSERT OR IGNORE INTO ${ordered.table} VALUES (${Array(width).fill('?').join(', ')})`;
  for (const row of readableRows(tables, ordered)) {
    if (ordered.table === 'run') keepSeries(made, row[1]);
    // Where the schema is that of another store, only what proves itself is a group.
    if (ordered.table === 'journal' && !keepSeriesOfGroup(made, row[3])) continue;
    // A store of an older schema has fewer columns; those that came with a migration stand last and may be null.
    const whole = [...row, ...Array(Math.max(0, width - row.length)).fill(null)];
    if (whole.length === width && insertOne(made, insert, whole)) count(ordered.table);
  }
}

/** Sees to the series whose points are in a group; false where it is none. */
function keepSeriesOfGroup(made: Connection, data: unknown): boolean {
  const opened = data instanceof Uint8Array ? decodeGroup(data) : null;
  if (!opened?.ok) return false;
  for (const [series] of opened.value.points) keepSeries(made, series);
  return true;
}

function insertOne(made: Connection, sql: string, row: Row): boolean {
  try {
    made.run(sql, ...row);
    return true;
  } catch (error) {
    // A row whose columns do not fit their types is damaged too.
    if (!isSqliteError(error)) throw error;
    return false;
  }
}

/** Where blocks are salvaged to. */
interface BlockCopy {
  readonly made: Connection;
  readonly foundAtMs: EpochMs;
  readonly count: (what: string) => void;
}

/** A day's block whose checksum holds. */
interface SoundDay {
  readonly series: SeriesId;
  readonly day: number;
  readonly data: Uint8Array;
  readonly pointCount: number;
}

/**
 * Copies the points of all blocks, from the table and then, for the days that it did not give, from `pages`. Only points
 * are copied; minutes and hours are made again from them.
 */
function copyBlocks(copy: BlockCopy, table: Iterable<Row>, pages: Iterable<FoundBlock>): void {
  const fromTable = daysOfTable(copy, table);
  const fromPages = daysOfPages(pages);
  for (const key of fromTable.keys()) fromPages.delete(key);
  for (const _ of fromTable) copy.count('block');
  for (const _ of fromPages) copy.count('block from a page that nothing leads to');
  writeDays(copy.made, [...fromTable.values(), ...fromPages.values()]);
}

function daysOfTable(copy: BlockCopy, table: Iterable<Row>): Map<string, SoundDay> {
  const days = new Map<string, SoundDay>();
  for (const [, series, level, day, , , data] of table) {
    if (level !== LEVEL.raw || typeof series !== 'number' || typeof day !== 'number') continue;
    if (!(data instanceof Uint8Array)) continue;
    const points = openPoints(data, day);
    if (points.ok) {
      days.set(`${series}/${day}`, { series, day, data, pointCount: points.value.starts.length });
    } else {
      keepBad(copy, [series, day, points.fault.message, data]);
      copy.count('block that did not open');
    }
  }
  return days;
}

/** Of several copies of a day the one with the most points is the latest, for days only grow. */
function daysOfPages(pages: Iterable<FoundBlock>): Map<string, SoundDay> {
  const days = new Map<string, SoundDay>();
  for (const { series, period: day, data } of pages) {
    const points = openPoints(data, day);
    if (!points.ok) continue;
    const key = `${series}/${day}`;
    const pointCount = points.value.starts.length;
    if (pointCount > (days.get(key)?.pointCount ?? 0)) days.set(key, { series, day, data, pointCount });
  }
  return days;
}

function openPoints(data: Uint8Array, day: number): Result<Points, Fault> {
  const columns = openBlock(data);
  return columns.ok ? decodePoints(columns.value, day * DAY_MS) : columns;
}

function writeDays(made: Connection, days: readonly SoundDay[]): void {
  const blocks = new BlockTable(made);
  const kinds = new SeriesKinds(made);
  const writers = new Map<SeriesId, DayWriter>();
  for (const { series, day, data } of days) {
    const points = openPoints(data, day);
    assert(points.ok, `day ${day} opened before`);
    keepSeries(made, series);
    const writer =
      writers.get(series) ?? new DayWriter(blocks, { id: series, kind: kinds.of(series) }, FAST_LEVEL);
    writers.set(series, writer);
    writer.setDay(day, points.value);
  }
  for (const writer of writers.values()) for (const write of writer.writes()) blocks.write(write);
}

function keepBad(copy: BlockCopy, [series, day, reason, data]: [SeriesId, number, string, Uint8Array]): void {
  copy.made.run(
    'INSERT INTO damaged_block (series, level, period, found_at_ms, reason, data) VALUES (?, ?, ?, ?, ?, ?)',
    series,
    LEVEL.raw,
    day,
    copy.foundAtMs,
    reason,
    data,
  );
}

/** A series whose row is lost keeps its points, under a name that says so. */
function keepSeries(made: Connection, series: unknown): void {
  if (typeof series !== 'number') return;
  made.run(
    `INSERT INTO series (id, source, quantity, unit, name, longest_ms) VALUES (?, ?, 'energy', 'Wh', ?, ?)
     ON CONFLICT DO NOTHING`,
    series,
    `salvaged/${series}`,
    `Salvaged ${series}`,
    LONGEST_MS_UNKNOWN,
  );
}
