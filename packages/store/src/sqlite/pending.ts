import type { NewGroup } from '../block/journal-codec.ts';
import type { Change, RunId, SeriesId, StoredEvent, Timeline } from '../store.ts';
import type { Connection } from './connection.ts';
import { type PendingEvent, writeEvents } from './event-table.ts';
import type { HotRow } from './hot-columns.ts';
import { PendingWindows } from './pending-windows.ts';
import { type PendingReadings, writeReadings } from './reading-table.ts';
import { type RecoveredStep, writeRecovered } from './recovered-table.ts';
import { type SpanStep, writeSpan } from './span-table.ts';

/** A change that is not written yet; those of new windows follow from the windows. */
export type PendingChange =
  | { readonly kind: 'point'; readonly seq: number; readonly series: SeriesId; readonly startMs: number }
  | { readonly kind: 'rewritten'; readonly seq: number; readonly change: Rewritten }
  | { readonly kind: 'event'; readonly seq: number; readonly event: StoredEvent };

export type Rewritten = Extract<Change, { kind: 'rewritten' }>;

/** States by source; one given as a function is asked each time it is looked at. */
class SourceStates {
  readonly #states = new Map<string, string | (() => string)>();

  get size(): number {
    return this.#states.size;
  }

  set(source: string, state: string | (() => string)): void {
    this.#states.set(source, state);
  }

  get(source: string): string | undefined {
    const state = this.#states.get(source);
    return typeof state === 'function' ? state() : state;
  }

  *[Symbol.iterator](): Iterator<[string, string]> {
    for (const [source, state] of this.#states) yield [source, typeof state === 'function' ? state() : state];
  }

  clear(): void {
    this.#states.clear();
  }
}

/** What was put and not written yet. Readers of the same store lay it over what the file has. */
export class Pending {
  readonly windows = new PendingWindows();
  readonly points = new Map<SeriesId, Map<number, HotRow>>();
  readonly timelines = new Map<RunId, Timeline>();
  readonly sourceStates = new SourceStates();
  readonly longestMs = new Map<SeriesId, number>();
  /** What is done to the recovered energy, in order. */
  readonly recovered: RecoveredStep[] = [];
  readonly spans: SpanStep[] = [];
  readonly readings: PendingReadings = new Map();
  /** By `eventKey`. */
  readonly events = new Map<string, PendingEvent>();
  /** Ascending by place in the order of changes. */
  readonly changes: PendingChange[] = [];
  #pointCount = 0;

  /** Rows in `windows` and `points`. */
  get rowCount(): number {
    return this.windows.count + this.#pointCount;
  }

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

  putPoint(series: SeriesId, row: HotRow): void {
    let rows = this.points.get(series);
    if (rows === undefined) {
      rows = new Map();
      this.points.set(series, rows);
    }
    if (!rows.has(row.key)) this.#pointCount += 1;
    rows.set(row.key, row);
  }

  /** Writes everything but the group for the journal; inside the caller's transaction, and cleared by the caller once that is committed. */
  write(connection: Connection): void {
    for (const [series, longestMs] of this.longestMs) {
      connection.run('UPDATE series SET longest_ms = max(longest_ms, ?) WHERE id = ?', longestMs, series);
    }
    for (const step of this.recovered) writeRecovered(connection, step);
    for (const step of this.spans) writeSpan(connection, step);
    writeReadings(connection, this.readings);
    writeEvents(connection, this.events);
    for (const change of this.changes) {
      if (change.kind === 'rewritten') writeRewritten(connection, change.seq, change.change);
    }
  }

  /** What goes to the journal; null when that is nothing. */
  group(): NewGroup | null {
    if (this.rowCount + this.timelines.size + this.sourceStates.size === 0) return null;
    return {
      windows: this.windows.toColumns(),
      points: [...this.points].map(([series, rows]) => [series, [...rows.values()]]),
      timelines: [...this.timelines],
      states: [...this.sourceStates],
      sealed: [],
    };
  }

  /** Whether this changes what another process does not look at again by itself. */
  get isRewriting(): boolean {
    if (this.recovered.length + this.spans.length > 0) return true;
    for (const rows of this.points.values())
      for (const row of rows.values()) if (row.seq === null) return true;
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
    this.#pointCount = 0;
  }
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
