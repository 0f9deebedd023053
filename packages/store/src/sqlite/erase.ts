import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EMPTY_GROUP, type Group } from '../block/journal-codec.ts';
import { storeError } from '../errors.ts';
import type { RunId, SeriesId } from '../store.ts';
import { assertNoRestore } from './backup-swap.ts';
import { Connection } from './connection.ts';
import { Journal } from './journal.ts';
import { lockWriter } from './lock.ts';
import { STORE_FILE } from './open.ts';
import { migrate } from './schema.ts';

/** What was removed of sources. */
export interface Erased {
  readonly series: number;
  readonly runs: number;
  readonly blocks: number;
  /** Measurements that were not sealed yet. */
  readonly hotRows: number;
  readonly readings: number;
  readonly corrections: number;
  readonly events: number;
  /**
   * Parts that did not open and were set aside long ago: whose they are can not be told where they held a group of all
   * sensors, so these stay.
   */
  readonly setAside: number;
}

/** Tables whose rows belong to a series, and those whose rows belong to a run. */
const OF_SERIES = [
  'block',
  'damaged_block',
  'rewritten',
  'import_change',
  'hot_point',
  'recovered_span',
] as const;
const OF_RUN = ['sealed_window', 'recovered', 'hot_window'] as const;

/**
 * Removes for good everything that is stored of sources: measurements and their sums, what waits to be sealed, readings,
 * corrections, events, and what is remembered of each. All or nothing, and what is removed is overwritten in the file, so that
 * it can not be read out of it any more; the file stays as long. Nobody may serve the folder meanwhile, for a server has measurements in memory. A
 * source is meant with what is below it: `tic/1` with `tic/1/estimate`. Throws `store/missing`, `store/locked`, `store/damaged`
 * where a group can not be read that may hold some of it: starting the server sets that aside.
 */
export function eraseSources(folder: string, sources: readonly string[]): Erased {
  const path = join(folder, STORE_FILE);
  assertNoRestore(folder);
  if (!existsSync(path)) throw storeError('store/missing', { path });
  const release = lockWriter(folder);
  try {
    const connection = new Connection(path, { readOnly: false });
    try {
      migrate(connection);
      connection.exec('PRAGMA secure_delete = ON');
      const erased = connection.write(() => new Eraser(connection, sources).run());
      // The log has pages as they were before.
      connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      return erased;
    } finally {
      connection.close();
    }
  } finally {
    release();
  }
}

/** In one transaction of the caller's. */
class Eraser {
  readonly #connection: Connection;
  readonly #isMeant: (source: string) => boolean;

  constructor(connection: Connection, sources: readonly string[]) {
    this.#connection = connection;
    const wanted = new Set(sources);
    // What is remembered of a source that numbers its windows is kept as `source#2`.
    this.#isMeant = (source) => {
      const whole = source.replace(/#\d+$/, '');
      return wanted.has(whole) || sources.some((each) => whole.startsWith(`${each}/`));
    };
  }

  run(): Erased {
    const series = this.#meant('SELECT id, source FROM series');
    const runs = new Set(
      this.#connection
        .rows<[RunId, SeriesId]>('SELECT id, series FROM run')
        .flatMap(([id, of]) => (series.has(of) ? id : [])),
    );
    const hotRows = this.#eraseHot(series, runs);
    const blocks = this.#sum([...series].map((id) => this.#delete('block', 'series', id)));
    for (const id of series) for (const table of OF_SERIES) this.#delete(table, 'series', id);
    for (const id of runs) for (const table of OF_RUN) this.#delete(table, 'run', id);
    const readings = this.#sum([...series].map((id) => this.#delete('reading', 'series', id)));
    const corrections = this.#sum([...series].map((id) => this.#delete('correction', 'series', id)));
    const events = this.#eraseBySource('event');
    this.#eraseBySource('source_state');
    for (const id of runs) this.#delete('run', 'id', id);
    for (const id of series) this.#delete('series', 'id', id);
    this.#connection.run('UPDATE state SET generation = generation + 1, hot_generation = hot_generation + 1');
    const setAside = this.#connection.row<[number]>(
      'SELECT count(*) FROM damaged_block WHERE series = 0',
    )?.[0];
    const counts = { series: series.size, runs: runs.size, blocks, hotRows, readings, corrections, events };
    return { ...counts, setAside: setAside ?? 0 };
  }

  /** The journal holds the rows of all sensors together: it is written anew without those that go. */
  #eraseHot(series: ReadonlySet<SeriesId>, runs: ReadonlySet<RunId>): number {
    const journal = new Journal(this.#connection);
    let goneRows = 0;
    const left: Group[] = [];
    const keep = <T>(
      parts: readonly (readonly [id: number, rows: readonly T[]])[],
      gone: ReadonlySet<number>,
    ) => {
      goneRows += this.#sum(parts.map(([id, rows]) => (gone.has(id) ? rows.length : 0)));
      return parts.filter(([id]) => !gone.has(id));
    };
    for (const { group } of journal.after(0)) {
      left.push({
        ...EMPTY_GROUP,
        windows: keep(group.windows, runs),
        points: keep(group.points, series),
        timelines: group.timelines.filter(([run]) => !runs.has(run)),
        states: group.states.filter(([source]) => !this.#isMeant(source)),
        sealed: group.sealed.filter((each) => !series.has(each.series)),
      });
    }
    const [bad] = journal.bad;
    if (bad !== undefined) {
      const reason = `group ${bad.id} of the journal: ${bad.reason}; start the server once, which sets it aside`;
      throw storeError('store/damaged', { path: this.#connection.path, reason });
    }
    journal.replace(left);
    return goneRows;
  }

  #meant(sql: string): Set<SeriesId> {
    const rows = this.#connection.rows<[SeriesId, string]>(sql);
    return new Set(rows.flatMap(([id, source]) => (this.#isMeant(source) ? id : [])));
  }

  #eraseBySource(table: 'event' | 'source_state'): number {
    const sources = this.#connection.rows<[string]>(`SELECT DISTINCT source FROM ${table}`);
    return this.#sum(
      sources.map(([source]) => (this.#isMeant(source) ? this.#delete(table, 'source', source) : 0)),
    );
  }

  #delete(table: string, column: string, value: number | string): number {
    this.#connection.run(`DELETE FROM ${table} WHERE ${column} = ?`, value);
    return this.#connection.row<[number]>('SELECT changes()')?.[0] ?? 0;
  }

  #sum(counts: readonly number[]): number {
    return counts.reduce((sum, count) => sum + count, 0);
  }
}
