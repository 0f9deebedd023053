import { type Clock, DAY_MS, type EpochMs } from '@kilowink/core/time';
import type { NewGroup } from '../block/journal-codec.ts';
import { LEVEL } from '../block/levels.ts';
import type { Damage, SeriesId } from '../store.ts';
import type { BadBlock } from './block-table.ts';
import type { BadGroup } from './journal.ts';
import { quarantine } from './quarantine.ts';
import { type Parts, SqliteReader } from './reader.ts';

/** Rows that wait in memory at most, whatever the grouping interval. */
export const PENDING_ROWS_MAX = 20_000;

/** Changes of imports kept at most; a cursor from before the oldest is not known any more. */
const IMPORT_CHANGES_MAX = 1_000;

/** How a store is written. */
export interface WriterOptions {
  readonly clock: Clock;
  /** How long what is put may wait for its group, in milliseconds of the monotonic clock. */
  readonly groupMs: number;
  /** Measurements that are kept in memory until they are sealed, about. */
  readonly hotRowsMax: number;
  /** `serve`: the one process that takes measurements in. `import`: writes beside it. */
  readonly role: 'serve' | 'import';
  /** Told of each damage when it is found. */
  readonly onDamage: (damage: Damage) => void;
  /** Called once when the store closes. */
  readonly release: () => void;
}

/** A stretch of a series that reads otherwise than before. */
export interface Rewrite {
  readonly series: SeriesId;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * What waits in memory for its group, and how it goes to the file: in one short transaction, so that an SD card lives and
 * other processes find the file free. Reading lays what waits over what the file has.
 */
export class GroupWriter extends SqliteReader {
  protected readonly options: WriterOptions;
  #lastSeq: number;
  #pendingSinceMs: number | null = null;
  #isReleased = false;
  #togetherDepth = 0;
  /** Whether it was looked in this turn of the event loop what other processes wrote, for all that is put together in it. */
  #isLookedAt = false;
  #writtenGroups = 0;

  constructor(parts: Parts, options: WriterOptions) {
    super(parts, { readOnly: false, isServing: options.role === 'serve', clock: options.clock });
    this.options = options;
    this.#lastSeq = parts.changes.lastSeq();
  }

  together<T>(body: () => T): T {
    this.#togetherDepth += 1;
    try {
      return body();
    } finally {
      this.#togetherDepth -= 1;
      this.flushWhenDue();
    }
  }

  get currentGroup(): number {
    return this.#writtenGroups + (this.parts.pending.isEmpty ? 0 : 1);
  }

  get writtenGroups(): number {
    return this.#writtenGroups;
  }

  flush(): void {
    this.assertOpen();
    if (this.parts.pending.isEmpty) return;
    this.write(() => undefined);
    this.relieve();
  }

  verify(budgetMs = Number.POSITIVE_INFINITY): boolean {
    const startedMs = this.clock.monotonicMs();
    const isEnough = () => this.clock.monotonicMs() - startedMs >= budgetMs;
    return this.snapshot(() => this.parts.blocks.verify(isEnough));
  }

  /** Opens every group of the journal and sets aside those that do not open. */
  openJournal(): void {
    this.snapshot(() => this.parts.hot.count());
  }

  override close(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    try {
      this.flush();
    } finally {
      super.close();
      this.options.release();
    }
  }

  /** Sets aside the blocks that did not open; writing may find more of them. */
  protected override afterRead(): void {
    const { bad } = this.parts.blocks;
    for (const group of this.parts.journal.bad.splice(0)) this.#setAsideGroup(group);
    while (bad.length > 0) {
      const found = bad.splice(0);
      const foundAtMs = this.clock.wallMs();
      const damages = this.write(() => found.flatMap((block) => this.#setAsideBlock(block, foundAtMs)));
      for (const damage of damages) this.options.onDamage(damage);
    }
  }

  /** A day whose points are gone reads otherwise than what pages have shown of it. */
  #setAsideBlock(block: BadBlock, foundAtMs: EpochMs): Damage[] {
    const damages = quarantine(this.parts, block, foundAtMs);
    const { series, period } = block;
    if (damages.length > 0 && block.level === LEVEL.raw)
      this.logRewritten({ series, fromMs: period * DAY_MS, toMs: (period + 1) * DAY_MS });
    return damages;
  }

  #setAsideGroup(bad: BadGroup): void {
    const foundAtMs = this.clock.wallMs();
    const message = `group ${bad.id} of the journal: ${bad.reason}; its measurements read as a gap`;
    const damage: Damage = { foundAtMs, message, keptAt: 'table damaged_block' };
    this.write(() => {
      this.parts.journal.setAside(bad, foundAtMs);
      this.parts.connection.run(
        'INSERT INTO damage (found_at_ms, message, kept_at) VALUES (?, ?, ?)',
        foundAtMs,
        message,
        damage.keptAt,
      );
    });
    this.options.onDamage(damage);
  }

  /** Called after each flush, for a store whose hot tail gets too long. */
  protected relieve(): void {}

  /** Puts what `body` does, which sees what is stored; it goes to the file with its group. */
  protected put<T>(body: () => T): T {
    const result = this.snapshot(body);
    this.flushWhenDue();
    return result;
  }

  /**
   * `snapshot` for what is put, and for what it is laid beside. Within `together` the file is looked at once a turn of the
   * event loop: what is put waits for its group far longer than that, and the look costs more than a point does.
   */
  protected override look<T>(body: () => T): T {
    if (this.#togetherDepth === 0) return this.snapshot(body);
    if (this.#isLookedAt) {
      this.assertOpen();
      const result = body();
      this.afterRead();
      return result;
    }
    const result = this.snapshot(body);
    this.#isLookedAt = true;
    setImmediate(() => {
      this.#isLookedAt = false;
    });
    return result;
  }

  /** The next place in the order of changes; an import has none, for its changes are told as ranges. */
  protected nextSeq(): number | null {
    if (this.options.role !== 'serve') return null;
    this.#lastSeq += 1;
    return this.#lastSeq;
  }

  /** An import calls this inside its transaction. */
  protected logRewritten(range: Rewrite): void {
    const seq = this.nextSeq();
    if (seq === null) this.#insertImportChange(range);
    else this.parts.pending.changes.push({ kind: 'rewritten', seq, change: { kind: 'rewritten', ...range } });
  }

  #insertImportChange(range: Rewrite): void {
    const { connection } = this.parts;
    connection.run(
      'INSERT INTO import_change (series, from_ms, to_ms) VALUES (?, ?, ?)',
      range.series,
      range.fromMs,
      range.toMs,
    );
    connection.run(
      'DELETE FROM import_change WHERE id <= (SELECT max(id) FROM import_change) - ?',
      IMPORT_CHANGES_MAX,
    );
  }

  /** Takes note that a point of the series lasts so long. */
  protected setLongest(series: SeriesId, longestMs: number): void {
    if (longestMs > this.longestMs(series)) this.parts.pending.longestMs.set(series, longestMs);
  }

  /** Writes what waits when its time has come, or it is too much. */
  protected flushWhenDue(): void {
    const { pending } = this.parts;
    if (pending.isEmpty || this.#togetherDepth > 0) return;
    const nowMs = this.clock.monotonicMs();
    this.#pendingSinceMs ??= nowMs;
    const isDue = nowMs - this.#pendingSinceMs >= this.options.groupMs;
    if (isDue || pending.rowCount >= PENDING_ROWS_MAX || this.isFlushWanted) this.flush();
  }

  /** Whether something waits for what is pending to be written. */
  protected get isFlushWanted(): boolean {
    return false;
  }

  /** Runs `body` and writes what is pending, in one transaction. What is in memory stays as it is if that fails. */
  protected write<T>(body: () => T): T {
    this.assertOpen();
    const { connection, hot, pending } = this.parts;
    let groupId = 0;
    let group: NewGroup | null = null;
    try {
      const result = connection.write(() => {
        this.dropStale();
        const made = body();
        group = pending.group();
        if (this.options.role === 'import')
          for (const range of pending.ranges()) this.#insertImportChange(range);
        pending.write(connection);
        if (group !== null) groupId = this.parts.journal.append(group);
        if (pending.isRewriting) {
          connection.run('UPDATE state SET hot_generation = hot_generation + 1');
        }
        this.noteOwnStand();
        return made;
      });
      if (group !== null) hot.noteWritten(groupId, group, pending.rowCount);
      pending.clear();
      this.#pendingSinceMs = null;
      this.#writtenGroups += 1;
      return result;
    } catch (error) {
      this.forgetAll();
      this.#isLookedAt = false;
      throw error;
    }
  }
}
