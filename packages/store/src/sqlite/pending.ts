import type { Change, RunId, SeriesId, StoredEvent, Timeline } from '../store.ts';
import type { Connection } from './connection.ts';
import { type PendingEvent, writeEvents } from './event-table.ts';
import type { HotRow } from './hot-columns.ts';
import { type PendingReadings, writeReadings } from './reading-table.ts';
import { type RecoveredStep, writeRecovered } from './recovered-table.ts';
import { type SpanStep, writeSpan } from './span-table.ts';

/** A change that is not written yet. Its start follows from the run's timeline when it is asked for. */
export type PendingChange =
  | { readonly kind: 'window'; readonly seq: number; readonly run: RunId; readonly number: number }
  | { readonly kind: 'point'; readonly seq: number; readonly series: SeriesId; readonly startMs: number }
  | { readonly kind: 'rewritten'; readonly seq: number; readonly change: Rewritten }
  | { readonly kind: 'event'; readonly seq: number; readonly event: StoredEvent };

export type Rewritten = Extract<Change, { kind: 'rewritten' }>;

/** What was put and not written yet. Readers of the same store lay it over what the file has. */
export class Pending {
  readonly windows = new Map<RunId, Map<number, HotRow>>();
  readonly points = new Map<SeriesId, Map<number, HotRow>>();
  readonly timelines = new Map<RunId, Timeline>();
  readonly sourceStates = new Map<string, string>();
  readonly longestMs = new Map<SeriesId, number>();
  /** What is done to the recovered energy, in order. */
  readonly recovered: RecoveredStep[] = [];
  readonly spans: SpanStep[] = [];
  readonly readings: PendingReadings = new Map();
  /** By `eventKey`. */
  readonly events = new Map<string, PendingEvent>();
  /** Ascending by place in the order of changes. */
  readonly changes: PendingChange[] = [];
  /** Rows in `windows` and `points`. */
  rowCount = 0;

  get isEmpty(): boolean {
    return (
      this.rowCount +
        this.changes.length +
        this.timelines.size +
        this.sourceStates.size +
        this.longestMs.size +
        this.recovered.length +
        this.spans.length +
        this.readings.size +
        this.events.size ===
      0
    );
  }

  putWindow(run: RunId, row: HotRow): void {
    this.#put(this.windows, run, row);
  }

  putPoint(series: SeriesId, row: HotRow): void {
    this.#put(this.points, series, row);
  }

  /** Writes everything; inside the caller's transaction, and cleared by the caller once that is committed. */
  write(connection: Connection): void {
    for (const [series, longestMs] of this.longestMs) {
      connection.run('UPDATE series SET longest_ms = max(longest_ms, ?) WHERE id = ?', longestMs, series);
    }
    for (const [run, timeline] of this.timelines) {
      connection.run('UPDATE run SET timeline = ? WHERE id = ?', JSON.stringify(timeline), run);
    }
    for (const [run, rows] of this.windows)
      for (const row of rows.values()) writeWindow(connection, run, row);
    for (const [series, rows] of this.points)
      for (const row of rows.values()) writePoint(connection, series, row);
    for (const step of this.recovered) writeRecovered(connection, step);
    for (const step of this.spans) writeSpan(connection, step);
    writeReadings(connection, this.readings);
    writeEvents(connection, this.events);
    for (const change of this.changes) {
      if (change.kind === 'rewritten') writeRewritten(connection, change.seq, change.change);
    }
    for (const [source, state] of this.sourceStates) {
      connection.run(
        'INSERT INTO source_state VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET state = excluded.state',
        source,
        state,
      );
    }
  }

  /** Whether this changes hot rows that another process does not look at again by itself: those before `place`. */
  isRewriting(place: number): boolean {
    if (this.timelines.size + this.recovered.length + this.spans.length > 0) return true;
    for (const table of [this.windows, this.points]) {
      for (const rows of table.values())
        for (const row of rows.values()) if (row.seq === null || row.seq < place) return true;
    }
    return false;
  }

  /** From when to when the pending points of each series reach. */
  ranges(): { series: SeriesId; fromMs: number; toMs: number }[] {
    return [...this.points].map(([series, rows]) => {
      let fromMs = Number.POSITIVE_INFINITY;
      let toMs = Number.NEGATIVE_INFINITY;
      for (const row of rows.values()) {
        fromMs = Math.min(fromMs, row.startMs);
        toMs = Math.max(toMs, row.startMs + row.durationMs);
      }
      return { series, fromMs, toMs };
    });
  }

  clear(): void {
    this.windows.clear();
    this.points.clear();
    this.timelines.clear();
    this.sourceStates.clear();
    this.longestMs.clear();
    this.recovered.length = 0;
    this.spans.length = 0;
    this.readings.clear();
    this.events.clear();
    this.changes.length = 0;
    this.rowCount = 0;
  }

  #put(table: Map<number, Map<number, HotRow>>, id: number, row: HotRow): void {
    let rows = table.get(id);
    if (rows === undefined) {
      rows = new Map();
      table.set(id, rows);
    }
    if (!rows.has(row.key)) this.rowCount += 1;
    rows.set(row.key, row);
  }
}

function writeWindow(connection: Connection, run: RunId, row: HotRow): void {
  connection.run(
    `INSERT INTO hot_window (run, number, value, reports, disagreements, seq, last_flash_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (run, number) DO UPDATE SET
       reports = max(reports, excluded.reports), disagreements = max(disagreements, excluded.disagreements)`,
    run,
    row.key,
    row.value,
    row.reports,
    row.disagreements,
    row.seq,
    row.lastFlashMs,
  );
}

function writePoint(connection: Connection, series: SeriesId, row: HotRow): void {
  connection.run(
    `INSERT INTO hot_point (series, start_ms, duration_ms, value, reports, disagreements, seq)
     VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    series,
    row.startMs,
    row.durationMs,
    row.value,
    row.reports,
    row.disagreements,
    row.seq,
  );
}

function writeRewritten(connection: Connection, seq: number, change: Rewritten): void {
  connection.run(
    'INSERT INTO rewritten (seq, series, from_ms, to_ms) VALUES (?, ?, ?, ?)',
    seq,
    change.series,
    change.fromMs,
    change.toMs,
  );
}
