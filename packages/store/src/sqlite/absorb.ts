import { EMPTY_GROUP, type JournalRow } from '../block/journal-codec.ts';
import type { Connection } from './connection.ts';
import { Journal } from './journal.ts';

type Stored = [
  id: number,
  key: number,
  durationMs: number,
  value: number,
  reports: number,
  disagreements: number,
  lastFlashMs: number | null,
  seq: number | null,
];

const WINDOWS =
  'SELECT run, number, 0, value, reports, disagreements, last_flash_ms, seq FROM hot_window ORDER BY run, number';
const POINTS =
  'SELECT series, start_ms, duration_ms, value, reports, disagreements, NULL, seq FROM hot_point ORDER BY series, start_ms';

/** Takes the hot rows of older schemas, or of a salvage, into the journal. */
export function absorbHotRows(connection: Connection): void {
  const isThere = () =>
    connection.row('SELECT 1 FROM hot_window LIMIT 1') ?? connection.row('SELECT 1 FROM hot_point LIMIT 1');
  if (isThere() === undefined) return;
  connection.write(() => {
    const windows = partsOf(connection.rows<Stored>(WINDOWS));
    const points = partsOf(connection.rows<Stored>(POINTS));
    new Journal(connection).append({ ...EMPTY_GROUP, windows, points });
    connection.run('DELETE FROM hot_window');
    connection.run('DELETE FROM hot_point');
    connection.run('UPDATE state SET hot_generation = hot_generation + 1');
  });
}

function partsOf(rows: readonly Stored[]): [number, JournalRow[]][] {
  const parts = new Map<number, JournalRow[]>();
  for (const [id, key, durationMs, value, reports, disagreements, lastFlashMs, seq] of rows) {
    const part = parts.get(id) ?? [];
    parts.set(id, part);
    part.push({ key, durationMs, value, reports, disagreements, lastFlashMs, seq });
  }
  return [...parts];
}
