import { decodePoints } from '@kilowink/core/series';
import { DAY_MS, type EpochMs } from '@kilowink/core/time';
import { IMPORT_LEVEL, openBlock } from '../block/envelope.ts';
import { LEVEL } from '../block/levels.ts';
import type { SeriesId } from '../store.ts';
import { BlockTable } from './block-table.ts';
import { type Connection, isSqliteError } from './connection.ts';
import { type Row, readableRows } from './damaged-rows.ts';
import { DayWriter } from './day-writer.ts';

/** Tables that are copied as they are; what others refer to comes first. */
const COPIED = [
  { table: 'series', key: ['id'] },
  { table: 'run', key: ['id'] },
  { table: 'source_state', key: ['source'] },
  { table: 'sealed_window', key: ['run', 'from_number'] },
  { table: 'hot_window', key: ['run', 'number'] },
  { table: 'hot_point', key: ['series', 'start_ms'] },
  { table: 'damage', key: ['id'] },
  { table: 'damaged_block', key: ['id'] },
] as const;

/** A series whose own row is lost may have points of any length. */
const LONGEST_MS_UNKNOWN = 366 * DAY_MS;

/** Copies what can be read of `source` into the new store `made`; returns how many rows of each table. */
export function copyReadable(source: Connection, made: Connection, foundAtMs: EpochMs): Map<string, number> {
  const counts = new Map<string, number>();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  for (const ordered of COPIED) {
    const width = made.rows<Row>(`PRAGMA table_info(${ordered.table})`).length;
    const insert = `INSERT OR IGNORE INTO ${ordered.table} VALUES (${Array(width).fill('?').join(', ')})`;
    for (const row of readableRows(source, ordered)) {
      if (ordered.table === 'run') keepSeries(made, row[1]);
      if (row.length === width && insertOne(made, insert, row)) count(ordered.table);
    }
  }
  copyBlocks({ source, made, foundAtMs, count });
  // Without its run, nobody knows when a window was; the file that is set aside still has it.
  made.run('DELETE FROM hot_window WHERE run NOT IN (SELECT id FROM run)');
  return counts;
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

interface BlockCopy {
  readonly source: Connection;
  readonly made: Connection;
  readonly foundAtMs: EpochMs;
  readonly count: (what: string) => void;
}

/** Only points are copied; minutes and hours are made again from them. */
function copyBlocks(copy: BlockCopy): void {
  const blocks = new BlockTable(copy.made);
  const writers = new Map<SeriesId, DayWriter>();
  for (const [, series, level, day, , , data] of readableRows(copy.source, { table: 'block', key: ['id'] })) {
    if (level !== LEVEL.raw || typeof series !== 'number' || typeof day !== 'number') continue;
    if (!(data instanceof Uint8Array)) continue;
    const columns = openBlock(data);
    const points = columns.ok ? decodePoints(columns.value, day * DAY_MS) : columns;
    if (points.ok) {
      keepSeries(copy.made, series);
      const writer = writers.get(series) ?? new DayWriter(blocks, series, IMPORT_LEVEL);
      writers.set(series, writer);
      writer.setDay(day, points.value);
      copy.count('block');
    } else {
      keepBad(copy, [series, day, points.fault.message, data]);
      copy.count('block that did not open');
    }
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
