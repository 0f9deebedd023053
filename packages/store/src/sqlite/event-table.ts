import type { EventKind } from '@kilowink/core/series';
import type { EpochMs } from '@kilowink/core/time';
import type { EventQuery, StoredEvent } from '../store.ts';
import type { Connection, SqlValue } from './connection.ts';

/** An event that is not written yet, with its place in the order of changes; an import's has none. */
export interface PendingEvent {
  readonly event: StoredEvent;
  readonly seq: number | null;
}

/** What happened to meters and sensors. */
export class EventTable {
  readonly #connection: Connection;
  readonly #pending: Map<string, PendingEvent>;

  constructor(connection: Connection, pending: Map<string, PendingEvent>) {
    this.#connection = connection;
    this.#pending = pending;
  }

  has(event: StoredEvent): boolean {
    if (this.#pending.has(eventKey(event))) return true;
    const sql = 'SELECT 1 FROM event WHERE at_ms = ? AND source = ? AND kind = ?';
    return this.#connection.row(sql, event.atMs, event.source, event.kind) !== undefined;
  }

  /** The newest of those asked for, newest first. */
  read(query: EventQuery): StoredEvent[] {
    const { source, kinds, fromMs, toMs, limit } = query;
    const values: SqlValue[] = [fromMs, toMs];
    let where = 'at_ms >= ? AND at_ms < ?';
    if (source !== undefined) {
      where += ' AND source = ?';
      values.push(source);
    }
    if (kinds !== undefined) {
      where += ' AND kind IN (SELECT value FROM json_each(?))';
      values.push(JSON.stringify(kinds));
    }
    const sql = `SELECT at_ms, source, kind, data FROM event WHERE ${where} ORDER BY at_ms DESC, source DESC, kind DESC LIMIT ?`;
    const stored = this.#connection.rows<EventRow>(sql, ...values, limit).map(toEvent);
    const pending = [...this.#pending.values()]
      .map(({ event }) => event)
      .filter((event) => event.atMs >= fromMs && event.atMs < toMs)
      .filter(
        (event) => (source === undefined || event.source === source) && (kinds?.includes(event.kind) ?? true),
      );
    return [...stored, ...pending].sort(newestFirst).slice(0, limit);
  }

  /** Those with a place after `seq`, in that order. */
  since(seq: number, limit: number): { seq: number; event: StoredEvent }[] {
    const sql = 'SELECT at_ms, source, kind, data, seq FROM event WHERE seq > ? ORDER BY seq LIMIT ?';
    return this.#connection
      .rows<[...EventRow, number]>(sql, seq, limit)
      .map(([atMs, source, kind, data, place]) => ({
        seq: place,
        event: toEvent([atMs, source, kind, data]),
      }));
  }
}

type EventRow = [atMs: EpochMs, source: string, kind: EventKind, data: string];

function toEvent([atMs, source, kind, data]: EventRow): StoredEvent {
  return { source, atMs, kind, data: JSON.parse(data) as StoredEvent['data'] };
}

function newestFirst(one: StoredEvent, other: StoredEvent): number {
  if (one.atMs !== other.atMs) return other.atMs - one.atMs;
  return `${one.source} ${one.kind}` < `${other.source} ${other.kind}` ? 1 : -1;
}

/** Two events of one key are one. */
export function eventKey({ source, kind, atMs }: StoredEvent): string {
  return `${atMs} ${kind} ${source}`;
}

/** Writes what is pending; in the caller's transaction. */
export function writeEvents(connection: Connection, pending: ReadonlyMap<string, PendingEvent>): void {
  for (const { event, seq } of pending.values()) {
    connection.run(
      'INSERT INTO event (at_ms, source, kind, data, seq) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
      event.atMs,
      event.source,
      event.kind,
      JSON.stringify(event.data),
      seq,
    );
  }
}
