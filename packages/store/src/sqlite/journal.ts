import {
  decodeGroup,
  EMPTY_GROUP,
  encodeGroup,
  type Group,
  type NewGroup,
  rowColumnsOf,
} from '../block/journal-codec.ts';
import type { Connection } from './connection.ts';

/** A group as it stands in the file. */
export interface JournalEntry {
  readonly id: number;
  readonly rowCount: number;
  readonly group: Group;
}

/** A group that does not open. */
export interface BadGroup {
  readonly id: number;
  readonly reason: string;
}

/**
 * The hot tail as it stands in the file: one row a group of writes, for all sensors, only ever added to. A group so
 * touches one or two pages however many series it is for. Its last place is the highest up to there.
 */
export class Journal {
  /** Groups that did not open since the last time someone emptied this. They read as nothing. */
  readonly bad: BadGroup[] = [];
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Adds a group, in the caller's transaction; returns its id. */
  append(group: NewGroup): number {
    const windows = rowColumnsOf(group.windows);
    const points = rowColumnsOf(group.points);
    let lastSeq = this.#connection.row<[number]>(LAST_SEQ)?.[0] ?? 0;
    for (const { seqs } of [windows, points]) for (const seq of seqs) lastSeq = Math.max(lastSeq, seq);
    const row = this.#connection.row<[number]>(
      'INSERT INTO journal (last_seq, row_count, data) VALUES (?, ?, ?) RETURNING id',
      lastSeq,
      windows.keys.length + points.keys.length + group.sealed.length,
      encodeGroup({ ...group, windows, points }),
    );
    return row?.[0] ?? 0;
  }

  /** Puts groups in the place of all there are, in the caller's transaction; together they hold no new places. */
  replace(groups: Iterable<Group>): { id: number; rowCount: number } {
    let id = this.append(EMPTY_GROUP);
    this.#connection.run('DELETE FROM journal WHERE id < ?', id);
    let rowCount = 0;
    for (const group of groups) {
      id = this.append(group);
      rowCount += rowCountOf(group);
    }
    return { id, rowCount };
  }

  /** Removes the groups before one, in the caller's transaction; returns how many rows are left. */
  dropBefore(id: number): number {
    this.#connection.run('DELETE FROM journal WHERE id < ?', id);
    return this.#connection.row<[number]>('SELECT coalesce(sum(row_count), 0) FROM journal')?.[0] ?? 0;
  }

  /** The groups after `id`, in order. */
  *after(id: number): Iterable<JournalEntry> {
    const rows = this.#connection.rows<[number, number, Uint8Array]>(
      'SELECT id, row_count, data FROM journal WHERE id > ? ORDER BY id',
      id,
    );
    for (const [groupId, rowCount, data] of rows) {
      const group = this.#open(groupId, data);
      if (group !== null) yield { id: groupId, rowCount, group };
    }
  }

  /** Moves groups that do not open out of the way, in the caller's transaction. */
  setAside(bad: BadGroup, foundAtMs: number): void {
    this.#connection.run(
      `INSERT INTO damaged_block (series, level, period, found_at_ms, reason, data)
       SELECT 0, ?, id, ?, ?, data FROM journal WHERE id = ?`,
      JOURNAL_LEVEL,
      foundAtMs,
      bad.reason,
      bad.id,
    );
    this.#connection.run('DELETE FROM journal WHERE id = ?', bad.id);
  }

  #open(id: number, data: Uint8Array): Group | null {
    const opened = decodeGroup(data);
    if (opened.ok) return opened.value;
    const reason = opened.fault.message;
    if (!this.bad.some((other) => other.id === id)) this.bad.push({ id, reason });
    return null;
  }
}

/** What stands for the level where a group that does not open is kept among the damaged blocks. */
const JOURNAL_LEVEL = 9;

/** The highest place in the journal. */
export const LAST_SEQ = 'SELECT last_seq FROM journal ORDER BY id DESC LIMIT 1';

function rowCountOf({ windows, points, sealed }: Group): number {
  return [...windows, ...points].reduce((sum, [, rows]) => sum + rows.length, sealed.length);
}
