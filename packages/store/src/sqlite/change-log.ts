import { randomBytes } from 'node:crypto';
import type { EpochMs } from '@kilowink/core/time';
import type { Change, Changes, SeriesId } from '../store.ts';
import type { Connection } from './connection.ts';
import type { EventTable } from './event-table.ts';
import type { HotTail } from './hot-tail.ts';
import { LAST_SEQ } from './journal.ts';
import type { Pending } from './pending.ts';

/*
 * A cursor is `epoch.seq.import`. Places (`seq`) are given out by the one process that serves, ascending, before they
 * are written; a new epoch begins whenever such a process opens the store, so that a place given out and lost in a
 * crash cannot be taken for the one given out next. Imports run beside it in processes of their own and number their
 * changes themselves, in the transaction that makes them.
 */

/** Past epochs whose cursors are still understood. */
const PAST_EPOCHS_MAX = 32;

interface Cursor {
  readonly epoch: string;
  readonly seq: number;
  readonly importId: number;
}

interface PastEpoch {
  readonly epoch: string;
  /** The last place of that epoch that was written. */
  readonly endSeq: number;
}

/** What came since when. */
export class ChangeLog {
  readonly #connection: Connection;
  readonly #hot: HotTail;
  readonly #pending: Pending;
  readonly #events: EventTable;

  constructor(parts: {
    connection: Connection;
    hot: HotTail;
    pending: Pending;
    events: EventTable;
  }) {
    this.#connection = parts.connection;
    this.#hot = parts.hot;
    this.#pending = parts.pending;
    this.#events = parts.events;
  }

  cursor(): string {
    const { epoch } = this.#state();
    return formatCursor({ epoch, seq: this.lastSeq(), importId: this.#lastImportId() });
  }

  /** The highest place given out so far. */
  lastSeq(): number {
    const { changes, windows } = this.#pending;
    return Math.max(windows.lastSeq, changes.at(-1)?.seq ?? 0, lastSeqWritten(this.#connection));
  }

  read(cursorText: string, limit: number): Changes | null {
    const cursor = parseCursor(cursorText);
    if (cursor === null) return null;
    const state = this.#state();
    if (!this.#isKnown(cursor, state)) return null;
    const placed = this.#placed(cursor.seq, limit);
    const imported = this.#imported(cursor.importId, limit - placed.length);
    const next = {
      epoch: state.epoch,
      seq: placed.at(-1)?.seq ?? cursor.seq,
      importId: imported.at(-1)?.id ?? cursor.importId,
    };
    const items = [...placed, ...imported].map((entry) => entry.change);
    return { cursor: formatCursor(next), items };
  }

  #isKnown(cursor: Cursor, state: State): boolean {
    if (cursor.seq < state.sealedSeq) return false;
    if (this.#isBeforeTrimmed(cursor)) return false;
    if (cursor.epoch === state.epoch) return true;
    const past = state.pastEpochs.find((other) => other.epoch === cursor.epoch);
    // A backup that was restored has neither the places nor the imports that came after it.
    return past !== undefined && cursor.seq <= past.endSeq && cursor.importId <= this.#lastImportId();
  }

  #isBeforeTrimmed(cursor: Cursor): boolean {
    const oldest = this.#connection.row<[number | null]>('SELECT min(id) FROM import_change')?.[0] ?? null;
    return oldest !== null && cursor.importId < oldest - 1;
  }

  #placed(seq: number, limit: number): Placed[] {
    // Mostly asked by whoever knows all of it.
    if (this.lastSeq() <= seq) return [];
    const rewritten = this.#connection.rows<[number, SeriesId, EpochMs, EpochMs]>(
      'SELECT seq, series, from_ms, to_ms FROM rewritten WHERE seq > ? ORDER BY seq LIMIT ?',
      seq,
      limit,
    );
    const all: Placed[] = [
      ...this.#hot.since(seq, limit),
      ...rewritten.map(([place, series, fromMs, toMs]) => ({
        seq: place,
        change: { kind: 'rewritten' as const, series, fromMs, toMs },
      })),
      ...this.#events.since(seq, limit).map(({ seq: place, event }) => ({
        seq: place,
        change: { kind: 'event' as const, event },
      })),
      ...this.#notWritten(seq),
    ];
    return all.sort((left, right) => left.seq - right.seq).slice(0, limit);
  }

  /** Measurements that wait are in the hot tail with the others. */
  #notWritten(seq: number): Placed[] {
    const { changes } = this.#pending;
    const found: Placed[] = [];
    for (let at = changes.length - 1; at >= 0; at -= 1) {
      const change = changes[at];
      if (change === undefined || change.seq <= seq) break;
      if (change.kind === 'rewritten') found.push(change);
      if (change.kind === 'event')
        found.push({ seq: change.seq, change: { kind: 'event', event: change.event } });
    }
    return found;
  }

  #imported(importId: number, limit: number): { id: number; change: Change }[] {
    if (limit <= 0) return [];
    return this.#connection
      .rows<[number, SeriesId, EpochMs, EpochMs]>(
        'SELECT id, series, from_ms, to_ms FROM import_change WHERE id > ? ORDER BY id LIMIT ?',
        importId,
        limit,
      )
      .map(([id, series, fromMs, toMs]) => ({ id, change: { kind: 'rewritten', series, fromMs, toMs } }));
  }

  #lastImportId(): number {
    return this.#connection.row<[number | null]>('SELECT max(id) FROM import_change')?.[0] ?? 0;
  }

  #state(): State {
    const row = this.#connection.row<[string, string, number]>(
      'SELECT epoch, past_epochs, sealed_seq FROM state',
    );
    const [epoch, pastEpochs, sealedSeq] = row ?? ['', '[]', 0];
    return { epoch, pastEpochs: JSON.parse(pastEpochs) as PastEpoch[], sealedSeq };
  }
}

interface State {
  readonly epoch: string;
  readonly pastEpochs: readonly PastEpoch[];
  readonly sealedSeq: number;
}

interface Placed {
  readonly seq: number;
  readonly change: Change;
}

/** Begins an epoch; cursors of the ones before stay understood as far as their places were written. */
export function beginEpoch(connection: Connection): void {
  const [epoch, pastText] = connection.row<[string, string]>('SELECT epoch, past_epochs FROM state') ?? [
    '',
    '[]',
  ];
  const past = JSON.parse(pastText) as PastEpoch[];
  if (epoch !== '') past.push({ epoch, endSeq: lastSeqWritten(connection) });
  connection.run(
    'UPDATE state SET epoch = ?, past_epochs = ?',
    randomBytes(6).toString('hex'),
    JSON.stringify(past.slice(-PAST_EPOCHS_MAX)),
  );
}

/** The highest place in the file. */
export function lastSeqWritten(connection: Connection): number {
  const row = connection.row<[number]>(
    `SELECT max(
       (SELECT sealed_seq FROM state),
       coalesce((${LAST_SEQ}), 0),
       coalesce((SELECT max(seq) FROM event WHERE seq IS NOT NULL), 0),
       coalesce((SELECT max(seq) FROM rewritten), 0))`,
  );
  return row?.[0] ?? 0;
}

function formatCursor(cursor: Cursor): string {
  return `${cursor.epoch}.${cursor.seq}.${cursor.importId}`;
}

function parseCursor(text: string): Cursor | null {
  const match = /^([0-9a-f]{12})\.(\d{1,15})\.(\d{1,15})$/.exec(text);
  if (match === null) return null;
  return { epoch: match[1] ?? '', seq: Number(match[2]), importId: Number(match[3]) };
}
