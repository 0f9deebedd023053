import { assert } from '@kilowink/core/error';
import { hasUnit, type Points, type SeriesDefinition } from '@kilowink/core/series';
import type { Clock, EpochMs } from '@kilowink/core/time';
import type { Group } from '../block/journal-codec.ts';
import { isStorable } from '../limits.ts';
import type {
  AddedPoints,
  Damage,
  NewCorrection,
  NewRun,
  PackedPoints,
  Reading,
  Recovered,
  Recovery,
  RunId,
  SeriesId,
  Store,
  StoredCorrection,
  StoredEvent,
  Timeline,
  Window,
} from '../store.ts';
import { assertTimeline, windowTime } from '../timeline.ts';
import { PackedDays } from './day-packer.ts';
import { eventKey } from './event-table.ts';
import type { HotRow } from './hot-columns.ts';
import type { HotRun } from './hot-tail.ts';
import { Importer } from './importer.ts';
import type { BadGroup } from './journal.ts';
import { quarantine } from './quarantine.ts';
import { type Parts, SqliteReader } from './reader.ts';
import { Sealer, type SealTarget } from './sealer.ts';

/** Rows that wait in memory at most, whatever the grouping interval. */
const PENDING_ROWS_MAX = 20_000;

/** Changes of imports kept at most; a cursor from before the oldest is not known any more. */
const IMPORT_CHANGES_MAX = 1_000;

/** How much of the bound sealing early leaves. */
const HOT_ROWS_LEFT = 0.75;

/** Rows of the journal that may be sealed already before it is written anew. */
const JOURNAL_ROWS_SLACK = 20_000;

const PUT_STATE =
  'INSERT INTO source_state VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET state = excluded.state';

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

/**
 * Writes a store. Measurements wait in memory for their group and are written in one short transaction, so that an SD
 * card lives and other processes find the file free; reading lays what waits over what the file has.
 */
export class SqliteStore extends SqliteReader implements Store {
  readonly #options: WriterOptions;
  readonly #importer: Importer;
  readonly #sealer: Sealer;
  #lastSeq: number;
  #pendingSinceMs: number | null = null;
  #isReleased = false;
  #togetherDepth = 0;
  #writtenGroups = 0;

  constructor(parts: Parts, options: WriterOptions) {
    super(parts, { readOnly: false, isServing: options.role === 'serve', clock: options.clock });
    this.#options = options;
    this.#lastSeq = parts.changes.lastSeq();
    this.#sealer = new Sealer(parts);
    this.#importer = new Importer(parts, {
      clock: options.clock,
      snapshot: (body) => this.snapshot(body),
      write: (body) => this.#write(body),
      nextSeq: () => this.#nextSeq(),
      setLongest: (series, longestMs) => this.#setLongest(series, longestMs),
      longestMs: (series) => this.longestMs(series),
      logRewritten: (range) => this.#logRewritten(range),
    });
  }

  ensureSeries(definition: SeriesDefinition): SeriesId {
    this.assertOpen();
    const { connection } = this.parts;
    const { source, quantity, unit, name } = definition;
    assert(hasUnit(quantity, unit), `series ${source}: ${quantity} has no unit ${unit}`);
    const insert = () => {
      connection.run(
        `INSERT INTO series (source, quantity, unit, name, longest_ms) VALUES (?, ?, ?, ?, 0)
         ON CONFLICT DO NOTHING`,
        source,
        quantity,
        unit,
        name,
      );
      const id = this.#findSeries(definition);
      assert(id !== undefined, `series ${source} was just made`);
      return id;
    };
    return this.#findSeries(definition) ?? this.#write(insert);
  }

  #findSeries({ source, quantity }: SeriesDefinition): SeriesId | undefined {
    const find = 'SELECT id FROM series WHERE source = ? AND quantity = ?';
    return this.parts.connection.row<[SeriesId]>(find, source, quantity)?.[0];
  }

  renameSeries(series: SeriesId, name: string): void {
    this.#write(() => {
      this.longestMs(series);
      this.parts.connection.run('UPDATE series SET name = ? WHERE id = ?', name, series);
    });
  }

  createRun(run: NewRun): RunId {
    assertTimeline(run.timeline);
    return this.#write(() => {
      this.#setLongest(run.series, longestOf(run.timeline));
      const row = this.parts.connection.row<[RunId]>(
        'INSERT INTO run (series, timeline, boot) VALUES (?, ?, ?) RETURNING id',
        run.series,
        JSON.stringify(run.timeline),
        run.boot ?? null,
      );
      assert(row !== undefined, 'an insert returns its row');
      return row[0];
    });
  }

  putWindows(run: RunId, windows: readonly Window[]): number {
    // Only the serving process writes windows, so what it has of a run in memory is never stale: no snapshot is needed.
    const loaded = this.#options.role === 'serve' ? this.parts.hot.loadedRun(run) : undefined;
    if (loaded === undefined) return this.#put(() => this.#putAll(this.parts.hot.run(run), windows));
    this.assertOpen();
    const newCount = this.#putAll(loaded, windows);
    this.#flushWhenDue();
    return newCount;
  }

  replaceRecovered(run: RunId, gone: readonly Recovered[], made: readonly Recovered[]): void {
    this.#put(() => {
      const { hot, pending, recovered } = this.parts;
      const { series } = hot.run(run);
      const steps = recovered.replace(run, gone, made);
      if (steps.length === 0) return;
      pending.recovered.push(...steps);
      const times = steps.map(({ row }) => recovered.timesOf(run, row));
      const fromMs = Math.min(...times.map(({ startMs }) => startMs));
      const toMs = Math.max(...times.map(({ endMs }) => endMs));
      this.#logRewritten({ series, fromMs, toMs });
    });
  }

  together<T>(body: () => T): T {
    this.#togetherDepth += 1;
    try {
      return body();
    } finally {
      this.#togetherDepth -= 1;
      this.#flushWhenDue();
    }
  }

  get currentGroup(): number {
    return this.#writtenGroups + (this.parts.pending.isEmpty ? 0 : 1);
  }

  get writtenGroups(): number {
    return this.#writtenGroups;
  }

  setTimeline(run: RunId, timeline: Timeline): void {
    assertTimeline(timeline);
    this.#put(() => {
      const hotRun = this.parts.hot.run(run);
      const { series } = hotRun;
      const moved = this.parts.hot.retime(hotRun, timeline);
      this.parts.pending.timelines.set(run, timeline);
      this.#setLongest(series, longestOf(timeline));
      if (moved !== null) this.#logRewritten({ series, ...moved });
    });
  }

  putSourceState(source: string, state: string | (() => string)): void {
    this.assertOpen();
    this.parts.pending.sourceStates.set(source, state);
    this.#flushWhenDue();
  }

  addPoints(series: SeriesId, points: Points): AddedPoints {
    this.assertOpen();
    const added = this.#importer.add(series, points);
    this.#flushWhenDue();
    return added;
  }

  addPacked(definition: SeriesDefinition, points: PackedPoints): AddedPoints {
    this.assertOpen();
    assert(points instanceof PackedDays, 'packed by the packer of this store');
    assert(definition.quantity === 'energy', `${definition.quantity} is not packed`);
    const add = (series: SeriesId) => this.#importer.addPacked(series, points);
    const known = this.#findSeries(definition);
    const added = known === undefined ? this.#write(() => add(this.ensureSeries(definition))) : add(known);
    this.flush();
    return added;
  }

  putRecoveredSpan(series: SeriesId, { fromMs: startMs, toMs: endMs, value }: Recovery): void {
    const isWhole = Number.isInteger(startMs) && Number.isInteger(endMs);
    assert(isStorable(value) && isWhole && startMs < endMs, `recovered ${value} in ${startMs} to ${endMs}`);
    this.#put(() => {
      const { kinds, pending, spans } = this.parts;
      assert(kinds.of(series) === 'sum', `series ${series} is a gauge, which has no energy to recover`);
      const steps = spans.put(series, { startMs, endMs, value });
      if (steps.length === 0) return;
      pending.spans.push(...steps);
      const fromMs = Math.min(...steps.map((step) => step.span.startMs));
      const toMs = Math.max(...steps.map((step) => step.span.endMs));
      this.#logRewritten({ series, fromMs, toMs });
    });
  }

  putReadings(series: SeriesId, readings: readonly Reading[]): number {
    for (const { indexWh } of readings) assert(isStorable(indexWh), `a reading of ${indexWh} Wh`);
    return this.#put(() => {
      this.longestMs(series);
      return this.parts.readings.put(series, readings);
    });
  }

  removeReading(series: SeriesId, atMs: EpochMs): boolean {
    return this.#write(() => {
      this.longestMs(series);
      return this.parts.readings.remove(series, atMs);
    });
  }

  putCorrections(made: readonly NewCorrection[]): StoredCorrection[] {
    return this.#write(() =>
      made.map((correction) => {
        const { series, fromMs, toMs } = correction;
        this.longestMs(series);
        assert(Number.isInteger(fromMs) && Number.isInteger(toMs) && fromMs < toMs, 'a range of whole ms');
        assert(this.parts.kinds.of(series) === 'sum', `series ${series} is a gauge, which is not corrected`);
        this.#logRewritten({ series, fromMs, toMs });
        return this.parts.corrections.put(correction);
      }),
    );
  }

  undoCorrection(id: number, atMs: EpochMs): StoredCorrection {
    return this.#write(() => {
      const { correction, isChanged } = this.parts.corrections.undo(id, atMs);
      const { series, fromMs, toMs } = correction;
      if (isChanged) this.#logRewritten({ series, fromMs, toMs });
      return correction;
    });
  }

  putEvents(events: readonly StoredEvent[]): number {
    return this.#put(() => {
      const { pending } = this.parts;
      let newCount = 0;
      for (const event of events) {
        if (this.parts.events.has(event)) continue;
        const seq = this.#nextSeq();
        pending.events.set(eventKey(event), { event, seq });
        if (seq !== null) pending.changes.push({ kind: 'event', seq, event });
        newCount += 1;
      }
      return newCount;
    });
  }

  flush(): void {
    this.assertOpen();
    if (this.parts.pending.isEmpty) return;
    this.#write(() => undefined);
    this.#relieve();
  }

  seal(beforeMs: EpochMs, budgetMs = Number.POSITIVE_INFINITY): number {
    this.assertOpen();
    // An import must not seal what it sees: the serving process may have more of the same windows in memory.
    if (this.#options.role !== 'serve') return 0;
    const targets = this.snapshot(() => this.#sealer.targets(beforeMs));
    // Asked every minute: a group is not cut short for nothing.
    if (targets.length === 0) return 0;
    this.flush();
    this.#settleRecovered(beforeMs);
    const startedMs = this.clock.monotonicMs();
    let blockCount = 0;
    for (const target of targets) {
      if (blockCount > 0 && this.clock.monotonicMs() - startedMs >= budgetMs) break;
      this.#sealOne(target);
      blockCount += 1;
    }
    this.#tidyJournal();
    this.afterRead();
    return blockCount;
  }

  /** Looks at the checksum of every block and sets aside those that do not hold: about 50 ms for ten years of a house. */
  verifyBlocks(): void {
    this.snapshot(() => {
      this.parts.blocks.verify();
      this.parts.hot.count();
    });
  }

  override close(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    try {
      this.flush();
    } finally {
      super.close();
      this.#options.release();
    }
  }

  /** Sets aside the blocks that did not open; writing may find more of them. */
  protected override afterRead(): void {
    const { bad } = this.parts.blocks;
    for (const group of this.parts.journal.bad.splice(0)) this.#setAsideGroup(group);
    while (bad.length > 0) {
      const found = bad.splice(0);
      const foundAtMs = this.clock.wallMs();
      const damages = this.#write(() => found.flatMap((block) => quarantine(this.parts, block, foundAtMs)));
      for (const damage of damages) this.#options.onDamage(damage);
    }
  }

  #setAsideGroup(bad: BadGroup): void {
    const foundAtMs = this.clock.wallMs();
    const message = `group ${bad.id} of the journal: ${bad.reason}; its measurements read as a gap`;
    const damage: Damage = { foundAtMs, message, keptAt: 'table damaged_block' };
    this.#write(() => {
      this.parts.journal.setAside(bad, foundAtMs);
      this.parts.connection.run(
        'INSERT INTO damage (found_at_ms, message, kept_at) VALUES (?, ?, ?)',
        foundAtMs,
        message,
        damage.keptAt,
      );
    });
    this.#options.onDamage(damage);
  }

  #sealOne(target: SealTarget): void {
    const moved = this.#write(() => this.#sealer.seal(target));
    for (const forget of moved) forget();
  }

  /**
   * Seals early, longest series first, when the hot tail gets too long: a thousand sensors, or frames by the second. Such
   * windows keep the times they have; late ones still come, and are merged.
   */
  #relieve(): void {
    if (this.#options.role !== 'serve') return;
    const { hot } = this.parts;
    if (hot.count() <= this.#options.hotRowsMax) return;
    const byCount = hot
      .seriesIds()
      .map((series) => ({ series, count: hot.count(series) }))
      .sort((one, other) => other.count - one.count);
    for (const { series } of byCount) {
      if (hot.count() <= this.#options.hotRowsMax * HOT_ROWS_LEFT) break;
      for (const target of this.snapshot(() => this.#sealer.early(series))) this.#sealOne(target);
    }
    this.#tidyJournal();
  }

  /** Writes the journal anew when most of it is sealed; what only it had of runs and sources goes to their tables. */
  #tidyJournal(): void {
    const { connection, hot, journal } = this.parts;
    const hotCount = hot.count();
    if (hot.journalRows <= 2 * hotCount + JOURNAL_ROWS_SLACK) return;
    const written = this.#write(() => {
      const { timelines, states } = hot.notInTables();
      for (const [run, timeline] of timelines)
        connection.run('UPDATE run SET timeline = ? WHERE id = ?', JSON.stringify(timeline), run);
      for (const [source, state] of states) connection.run(PUT_STATE, source, state);
      connection.run('UPDATE state SET hot_generation = hot_generation + 1');
      return journal.replace(hot.asGroups(PENDING_ROWS_MAX));
    });
    hot.noteReplaced(written);
  }

  /** What is recovered keeps its times from here on, as the windows around it do. */
  #settleRecovered(beforeMs: EpochMs): void {
    const { pending, recovered } = this.parts;
    const steps = this.snapshot(() => recovered.settle(beforeMs));
    if (steps.length === 0) return;
    pending.recovered.push(...steps);
    recovered.forget();
    this.flush();
  }

  #put<T>(body: () => T): T {
    const result = this.snapshot(body);
    this.#flushWhenDue();
    return result;
  }

  #putAll(run: HotRun, windows: readonly Window[]): number {
    let newCount = 0;
    for (const window of windows) newCount += this.#putWindow(run, window);
    return newCount;
  }

  #putWindow(run: HotRun, window: Window): number {
    const { pending, sealed } = this.parts;
    const { number, value } = window;
    const at = run.columns.find(number);
    if (at >= 0) {
      const row = run.columns.row(at);
      const { reports, disagreements } = window;
      if (reports > row.reports || disagreements > row.disagreements) {
        const higher: HotRow = {
          ...row,
          reports: Math.max(reports, row.reports),
          disagreements: Math.max(disagreements, row.disagreements),
        };
        run.columns.put(higher);
        pending.putWindow(run.id, higher);
      }
      return 0;
    }
    if (sealed.has(run.id, number)) return 0;
    assert(Number.isSafeInteger(number), `window number ${number} is whole`);
    assert(isStorable(value), `window ${number} holds ${value}`);
    const seq = this.#nextSeq();
    const { reports, disagreements, lastFlashMs = null } = window;
    const time = windowTime(run.timeline, number);
    const row: HotRow = { key: number, ...time, value, reports, disagreements, lastFlashMs, seq };
    run.columns.put(row);
    pending.putWindow(run.id, row);
    if (seq !== null) pending.changes.push({ kind: 'window', seq, run: run.id, number });
    return 1;
  }

  /** The next place in the order of changes; an import has none, for its changes are told as ranges. */
  #nextSeq(): number | null {
    if (this.#options.role !== 'serve') return null;
    this.#lastSeq += 1;
    return this.#lastSeq;
  }

  /** An import calls this inside its transaction. */
  #logRewritten(range: Range): void {
    const seq = this.#nextSeq();
    if (seq === null) this.#insertImportChange(range);
    else this.parts.pending.changes.push({ kind: 'rewritten', seq, change: { kind: 'rewritten', ...range } });
  }

  #insertImportChange(range: Range): void {
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

  #setLongest(series: SeriesId, longestMs: number): void {
    if (longestMs > this.longestMs(series)) this.parts.pending.longestMs.set(series, longestMs);
  }

  #flushWhenDue(): void {
    const { pending } = this.parts;
    if (pending.isEmpty || this.#togetherDepth > 0) return;
    const nowMs = this.clock.monotonicMs();
    this.#pendingSinceMs ??= nowMs;
    const isDue = nowMs - this.#pendingSinceMs >= this.#options.groupMs;
    if (isDue || pending.rowCount >= PENDING_ROWS_MAX) this.flush();
  }

  /** Runs `body` and writes what is pending, in one transaction. What is in memory stays as it is if that fails. */
  #write<T>(body: () => T): T {
    this.assertOpen();
    const { connection, hot, pending } = this.parts;
    let groupId = 0;
    let group: Group | null = null;
    try {
      const result = connection.write(() => {
        this.dropStale();
        const made = body();
        group = pending.group();
        if (this.#options.role === 'import')
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
      throw error;
    }
  }
}

interface Range {
  readonly series: SeriesId;
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

function longestOf(timeline: Timeline): number {
  // A window of a fractional interval lasts one or the other of the whole numbers beside it.
  return Math.max(...timeline.map((segment) => Math.ceil(segment.intervalMs)));
}
