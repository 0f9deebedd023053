import type { EpochMs } from '@kilowink/core/time';
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

const PUT_STATE =
  'INSERT INTO source_state VALUES (?, ?) ON CONFLICT (source) DO UPDATE SET state = excluded.state';

/** How days leave the hot tail for their blocks: when they have ended, or early when memory gets short. */
export class SealingWriter extends GroupWriter {
  readonly #sealer: Sealer;
  /** The series that are still to be sealed early, and from when on. */
  #reliefs: SeriesId[] = [];
  #reliefAtMs = 0;

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
    if (this.#reliefs.length === 0) return;
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

  /** Writes the journal anew when most of it is sealed; what only it had of runs and sources goes to their tables. */
  #tidyJournal(): void {
    const { connection, hot, journal } = this.parts;
    const hotCount = hot.count();
    if (hot.journalRows <= 2 * hotCount + JOURNAL_ROWS_SLACK) return;
    const written = this.write(() => {
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
}
