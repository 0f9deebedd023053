import type { EpochMs } from '@kilowink/core/time';
import { EMPTY_GROUP } from '../block/journal-codec.ts';
import type { SeriesId } from '../store.ts';
import { GroupWriter, PENDING_ROWS_MAX, type WriterOptions } from './group-writer.ts';
import type { Parts } from './reader.ts';
import { Sealer, type SealTarget } from './sealer.ts';

/** How much of the bound sealing early leaves. */
const HOT_ROWS_LEFT = 0.75;

/**
 * Sealing early is done a slice at a time, and for a fifth of the time: a thousand series at once would keep sensors and
 * pages waiting for seconds. Where that does not keep up, all of it is done at once when there are half as many rows again.
 */
const RELIEF_SLICE_MS = 50;
const RELIEF_PAUSE_SLICES = 4;
const RELIEF_HOT_ROWS_MAX = 1.5;

/** Rows of the journal that may be sealed already before it is written anew. */
const JOURNAL_ROWS_SLACK = 20_000;

/** Rows that are written anew at a time, about. */
const REWRITTEN_ROWS = 10_000;

const PUT_STATE =
  'INSERT INTO source_state VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET state = excluded.state';

/** How days leave the hot tail for their blocks: when they have ended, or early when memory gets short. */
export class SealingWriter extends GroupWriter {
  readonly #sealer: Sealer;
  /** The series that are still to be sealed early, and from when on. */
  #reliefs: SeriesId[] = [];
  #reliefAtMs = 0;
  /** The first group of the journal that stays, and the series that are still to be written anew behind it. */
  #rewriting: { readonly firstId: number; readonly left: SeriesId[] } | null = null;

  constructor(parts: Parts, options: WriterOptions) {
    super(parts, options);
    this.#sealer = new Sealer(parts);
  }

  seal(beforeMs: EpochMs, budgetMs = Number.POSITIVE_INFINITY): number {
    this.assertOpen();
    // An import must not seal what it sees: the serving process may have more of the same windows in memory.
    if (this.options.role !== 'serve') return 0;
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

  #sealOne(target: SealTarget): void {
    this.snapshot(() => this.#sealer.open(target));
    const moved = this.write(() => this.#sealer.seal(target));
    for (const forget of moved) forget();
  }

  /**
   * Seals early, longest series first, when the hot tail gets too long: a thousand sensors, or frames by the second. Such
   * windows keep the times they have; late ones still come, and are merged.
   */
  protected override relieve(): void {
    if (this.options.role !== 'serve') return;
    const { hot } = this.parts;
    const { hotRowsMax } = this.options;
    const count = hot.count();
    if (count <= hotRowsMax * HOT_ROWS_LEFT) this.#reliefs = [];
    else if (count > hotRowsMax && this.#reliefs.length === 0) this.#reliefs = this.#longestFirst();
    if (this.#reliefs.length === 0) {
      if (this.#rewriting !== null) this.#tidyJournal();
      return;
    }
    const budgetMs = count > hotRowsMax * RELIEF_HOT_ROWS_MAX ? Number.POSITIVE_INFINITY : RELIEF_SLICE_MS;
    const startedMs = this.clock.monotonicMs();
    let tookMs = 0;
    while (tookMs < budgetMs && hot.count() > hotRowsMax * HOT_ROWS_LEFT) {
      const series = this.#reliefs.shift();
      if (series === undefined) break;
      for (const target of this.snapshot(() => this.#sealer.early(series))) this.#sealOne(target);
      tookMs = this.clock.monotonicMs() - startedMs;
    }
    this.#reliefAtMs = startedMs + (1 + RELIEF_PAUSE_SLICES) * tookMs;
    this.#tidyJournal();
  }

  /** Whether it is time for the next slice of what is sealed early: what waits is written first. */
  protected override get isFlushWanted(): boolean {
    return this.#reliefs.length > 0 && this.clock.monotonicMs() >= this.#reliefAtMs;
  }

  #longestFirst(): SeriesId[] {
    const { hot } = this.parts;
    return hot
      .seriesIds()
      .map((series) => ({ series, count: hot.count(series) }))
      .sort((one, other) => other.count - one.count)
      .map(({ series }) => series);
  }

  /**
   * Writes the journal anew when most of it is sealed, some series at a time: all of thousands take a third of a second. What it
   * had before goes last, so whatever ends the process on the way leaves all of it; what stands there twice is read once.
   */
  #tidyJournal(): void {
    const { hot, journal } = this.parts;
    if (this.#rewriting === null) {
      if (hot.journalRows <= 2 * hot.count() + JOURNAL_ROWS_SLACK) return;
      const firstId = this.write(() => journal.append(EMPTY_GROUP));
      this.#rewriting = { firstId, left: hot.seriesIds() };
    }
    const { firstId, left } = this.#rewriting;
    // Those that could not be written are still left.
    left.splice(0, this.#rewriteSome(left));
    if (left.length > 0) return;
    this.write(() => this.#dropRewritten(firstId));
    this.#rewriting = null;
  }

  /** Puts what the first of some series have hot at the end of the journal; returns how many they were. */
  #rewriteSome(left: readonly SeriesId[]): number {
    const { hot, journal } = this.parts;
    let seriesCount = 0;
    for (let rowCount = 0; seriesCount < left.length && rowCount < REWRITTEN_ROWS; seriesCount += 1)
      rowCount += hot.count(left[seriesCount]);
    const taken = left.slice(0, seriesCount);
    this.write(() => {
      for (const { group, rowCount } of hot.asGroups(taken, PENDING_ROWS_MAX))
        hot.noteWritten(journal.append(group), group, rowCount);
    });
    return seriesCount;
  }

  /** Removes what was written anew; what only that had of runs and sources goes to their tables. */
  #dropRewritten(firstId: number): void {
    const { connection, hot, journal } = this.parts;
    const { timelines, states } = hot.notInTables();
    for (const [run, timeline] of timelines)
      connection.run('UPDATE run SET timeline = ? WHERE id = ?', JSON.stringify(timeline), run);
    for (const [source, state] of states) connection.run(PUT_STATE, source, state);
    connection.run('UPDATE state SET hot_generation = hot_generation + 1');
    hot.noteCut(journal.dropBefore(firstId));
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
}
