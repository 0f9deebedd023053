import { statSync } from 'node:fs';
import {
  addRecovered,
  type Buckets,
  concatPoints,
  NO_POINTS,
  type Points,
  type Quantity,
  type RecoveredSpan,
  recoveredIn,
  sortPoints,
  type Unit,
} from '@kilowink/core/series';
import { type Clock, DAY_MS, type EpochMs, utcDay } from '@kilowink/core/time';
import { storeError } from '../errors.ts';
import type {
  Changes,
  Damage,
  EventQuery,
  Reading,
  Recovered,
  Recovery,
  RunId,
  RunInfo,
  SeriesEntry,
  SeriesId,
  SeriesInfo,
  StoredCorrection,
  StoredEvent,
  StoredWindow,
  StoreHealth,
  StoreReader,
  Timeline,
  Total,
} from '../store.ts';
import { BlockTable } from './block-table.ts';
import { ChangeLog } from './change-log.ts';
import type { Connection } from './connection.ts';
import { CorrectionTable } from './correction-table.ts';
import { EventTable } from './event-table.ts';
import { HotTail } from './hot-tail.ts';
import { Journal } from './journal.ts';
import { Pending } from './pending.ts';
import { Queries, startsBetween } from './queries.ts';
import { ReadingTable } from './reading-table.ts';
import { RecoveredTable } from './recovered-table.ts';
import { SealedWindows } from './sealed-windows.ts';
import { SeriesKinds } from './series-kinds.ts';
import { SpanTable } from './span-table.ts';

/** What reading needs; a writer shares these with its reader. */
export interface Parts {
  readonly connection: Connection;
  readonly pending: Pending;
  readonly hot: HotTail;
  readonly journal: Journal;
  readonly blocks: BlockTable;
  readonly sealed: SealedWindows;
  readonly changes: ChangeLog;
  readonly recovered: RecoveredTable;
  readonly kinds: SeriesKinds;
  readonly spans: SpanTable;
  readonly readings: ReadingTable;
  readonly events: EventTable;
  readonly corrections: CorrectionTable;
}

/** The parts over one connection. */
export function makeParts(connection: Connection): Parts {
  const pending = new Pending();
  const journal = new Journal(connection);
  const sealed = new SealedWindows(connection);
  const hot = new HotTail({ connection, pending, journal, sealed });
  const events = new EventTable(connection, pending.events);
  return {
    connection,
    pending,
    hot,
    blocks: new BlockTable(connection),
    sealed,
    journal,
    changes: new ChangeLog({ connection, hot, pending, events }),
    recovered: new RecoveredTable(connection, hot, pending.recovered),
    kinds: new SeriesKinds(connection),
    spans: new SpanTable(connection, pending.spans),
    readings: new ReadingTable(connection, pending.readings),
    events,
    corrections: new CorrectionTable(connection),
  };
}

type SeriesRow = [id: SeriesId, source: string, quantity: Quantity, unit: Unit, name: string];

/** What tells whether something that is kept in memory is stale. */
interface Stand {
  readonly epoch: string;
  readonly generation: number;
  readonly hotGeneration: number;
}

/** Reads a store: every answer is from one snapshot of the file, and sees what other processes committed before it. */
export class SqliteReader implements StoreReader {
  readonly readOnly: boolean;
  protected readonly parts: Parts;
  protected readonly clock: Clock;
  readonly #queries: Queries;
  readonly #damages: Damage[] = [];
  #dataVersion: number;
  #stand: Stand;
  /** Nobody but the serving process appends to the hot tail. */
  readonly #isServing: boolean;
  #isChanged = false;
  #isClosed = false;
  /** What the file says of the longest point of each series, until it changes. */
  readonly #longestMs = new Map<SeriesId, number>();
  #entries: readonly SeriesEntry[] | null = null;

  constructor(parts: Parts, options: { readOnly: boolean; isServing: boolean; clock: Clock }) {
    this.#isServing = options.isServing;
    this.parts = parts;
    this.readOnly = options.readOnly;
    this.clock = options.clock;
    this.#queries = new Queries(parts);
    this.#dataVersion = parts.connection.dataVersion();
    this.#stand = this.#readStand();
  }

  listSeries(): SeriesInfo[] {
    return this.snapshot(() =>
      this.#listEntries().map((entry): SeriesInfo => ({ ...entry, ...this.#extent(entry.id) })),
    );
  }

  listEntries(): readonly SeriesEntry[] {
    return this.snapshot(() => this.#listEntries());
  }

  findSeries(series: SeriesId): SeriesInfo | null {
    return this.snapshot(() => {
      const row = this.parts.connection.row<SeriesRow>(
        'SELECT id, source, quantity, unit, name FROM series WHERE id = ?',
        series,
      );
      return row === undefined ? null : { ...toEntry(row), ...this.#extent(series) };
    });
  }

  listRuns(series: SeriesId, limit: number): RunInfo[] {
    return this.snapshot(() =>
      this.parts.connection
        .rows<[RunId]>('SELECT id FROM run WHERE series = ? ORDER BY id DESC LIMIT ?', series, limit)
        .map(([id]) => this.#runInfo(id)),
    );
  }

  findRun(series: SeriesId, boot: number): RunInfo | null {
    return this.snapshot(() => {
      const row = this.parts.connection.row<[RunId]>(
        'SELECT id FROM run WHERE series = ? AND boot = ?',
        series,
        boot,
      );
      return row === undefined ? null : this.#runInfo(row[0]);
    });
  }

  readRecovered(run: RunId, fromNumber: number, toNumber: number): Recovered[] {
    return this.look(() =>
      this.parts.recovered
        .rows(run, fromNumber, toNumber)
        .map(({ times: _, ...recovered }): Recovered => recovered),
    );
  }

  readWindows(run: RunId, fromNumber: number, toNumber: number): StoredWindow[] {
    return this.look(() => {
      const windows = this.parts.hot.run(run).columns.windows(fromNumber, toNumber);
      const hotCount = windows.length;
      for (const range of this.parts.sealed.ranges(run)) {
        const to = Math.min(range.to, toNumber);
        for (let number = Math.max(range.from, fromNumber); number < to; number += 1) {
          windows.push({ number, value: null, reports: 0, disagreements: 0 });
        }
      }
      if (windows.length === hotCount) return windows;
      return windows.sort((left, right) => left.number - right.number);
    });
  }

  sourceState(source: string): string | null {
    return this.snapshot(() => {
      const { connection, hot, pending } = this.parts;
      const later = pending.sourceStates.get(source) ?? hot.state(source);
      if (later !== undefined) return later;
      return connection.row<[string]>('SELECT state FROM source_state WHERE source = ?', source)?.[0] ?? null;
    });
  }

  readBuckets(series: SeriesId, edges: Float64Array, stepMs?: number): Buckets {
    return this.snapshot(() => {
      const buckets = this.#queries.buckets(series, edges, { longestMs: this.longestMs(series), stepMs });
      return addRecovered(buckets, edges, this.#recoveredSpans(series));
    });
  }

  readTotal(series: SeriesId, fromMs: EpochMs, toMs: EpochMs): Total {
    return this.snapshot(() => {
      const range = { fromMs, toMs };
      const { sum, validMs } = this.#queries.total(series, range, this.longestMs(series));
      const recoveredSum = recoveredIn(this.#recoveredSpans(series), range);
      return { sum: sum + recoveredSum, validMs, recoveredSum };
    });
  }

  readRecoveredSpans(series: SeriesId, fromMs: EpochMs, toMs: EpochMs): Recovery[] {
    return this.snapshot(() =>
      this.parts.spans
        .read(series, fromMs, toMs)
        .map((span) => ({ fromMs: span.startMs, toMs: span.endMs, value: span.value })),
    );
  }

  readReadings(series: SeriesId, fromMs: EpochMs, toMs: EpochMs): Reading[] {
    return this.snapshot(() => this.parts.readings.read(series, fromMs, toMs));
  }

  listCorrections(series: SeriesId): readonly StoredCorrection[] {
    return this.snapshot(() => this.parts.corrections.list(series));
  }

  readEvents(query: EventQuery): StoredEvent[] {
    return this.snapshot(() => this.parts.events.read(query));
  }

  *readPoints(series: SeriesId, fromMs: EpochMs, toMs: EpochMs): Iterable<Points> {
    const longestMs = this.snapshot(() => this.longestMs(series));
    const days = this.snapshot(() =>
      this.#queries.days(series, utcDay(fromMs), utcDay(toMs + longestMs / 2)),
    );
    // A point is in the block of its midpoint's day, and is given out with the day that it starts on.
    const reach = Math.ceil(longestMs / 2 / DAY_MS);
    const startDays = new Set(
      days.flatMap((day) => Array.from({ length: reach + 1 }, (_, back) => day - back)),
    );
    for (const day of [...startDays].sort((left, right) => left - right)) {
      const range = { fromMs: Math.max(fromMs, day * DAY_MS), toMs: Math.min(toMs, (day + 1) * DAY_MS) };
      if (range.fromMs >= range.toMs) continue;
      const points = this.snapshot(() => this.#startingIn(series, range, longestMs));
      if (points.starts.length > 0) yield points;
    }
  }

  readChanges(cursor: string, limit: number): Changes | null {
    return this.snapshot(() => this.parts.changes.read(cursor, limit));
  }

  cursor(): string {
    return this.snapshot(() => this.parts.changes.cursor());
  }

  refresh(): boolean {
    this.snapshot(() => undefined);
    const isChanged = this.#isChanged;
    this.#isChanged = false;
    return isChanged;
  }

  health(): StoreHealth {
    return this.snapshot(() => {
      const { connection, hot } = this.parts;
      const blockCount = connection.row<[number]>('SELECT count(*) FROM block')?.[0];
      const stored = connection
        .rows<[EpochMs, string, string]>('SELECT found_at_ms, message, kept_at FROM damage ORDER BY id')
        .map(([foundAtMs, message, keptAt]) => ({ foundAtMs, message, keptAt }));
      return {
        path: connection.path,
        sizeBytes: sizeOf(connection.path) + sizeOf(`${connection.path}-wal`),
        hotCount: hot.count(),
        blockCount: blockCount ?? 0,
        damages: [...stored, ...this.#damages],
      };
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.parts.connection.close();
  }

  /** Runs `body` on one snapshot of the file, after dropping what other processes made stale. */
  protected snapshot<T>(body: () => T): T {
    this.assertOpen();
    const result = this.parts.connection.read(() => {
      this.dropStale();
      return body();
    });
    this.afterRead();
    return result;
  }

  /** `snapshot` for what a sensor's report is laid beside; a writer looks at the file less often for it. */
  protected look<T>(body: () => T): T {
    return this.snapshot(body);
  }

  protected assertOpen(): void {
    if (this.#isClosed) throw storeError('store/closed', { path: this.parts.connection.path });
  }

  /** Looks whether another process committed, and if so reads again what may be stale. Inside a transaction. */
  protected dropStale(): void {
    const dataVersion = this.parts.connection.dataVersion();
    if (dataVersion === this.#dataVersion) return;
    this.#dataVersion = dataVersion;
    this.#isChanged = true;
    this.#forgetSeries();
    const { hot, sealed, blocks, recovered, spans } = this.parts;
    this.parts.corrections.forget();
    const stand = this.#readStand();
    if (stand.epoch !== this.#stand.epoch || stand.hotGeneration !== this.#stand.hotGeneration) {
      hot.forget();
      sealed.forget();
      recovered.forget();
      spans.forget();
    } else if (!this.#isServing) {
      hot.catchUp();
    }
    if (stand.generation !== this.#stand.generation) blocks.forget();
    this.#stand = stand;
  }

  /** Takes note of what we changed ourselves, so that it is not taken for another's. Inside our write transaction. */
  protected noteOwnStand(): void {
    this.#stand = this.#readStand();
    this.#forgetSeries();
  }

  /** Forgets what is kept of the file, so that it is read again; what is pending stays. */
  protected forgetAll(): void {
    this.#forgetSeries();
    this.parts.hot.forget();
    this.parts.sealed.forget();
    this.parts.blocks.forget();
    this.parts.recovered.forget();
    this.parts.spans.forget();
    this.parts.corrections.forget();
  }

  /** Blocks that did not open: a reader can only say so. */
  protected afterRead(): void {
    for (const bad of this.parts.blocks.bad.splice(0)) {
      const message = `block ${bad.series}/${bad.level}/${bad.period}: ${bad.reason}`;
      if (this.#damages.some((damage) => damage.message === message)) continue;
      this.#damages.push({ foundAtMs: this.clock.wallMs(), message, keptAt: 'block' });
    }
  }

  #forgetSeries(): void {
    this.#longestMs.clear();
    this.#entries = null;
  }

  /** No point of the series lasts longer than this. Throws `store/series` when there is none of that id. */
  protected longestMs(series: SeriesId): number {
    return Math.max(this.#longestInFile(series), this.parts.pending.longestMs.get(series) ?? 0);
  }

  #longestInFile(series: SeriesId): number {
    const kept = this.#longestMs.get(series);
    if (kept !== undefined) return kept;
    const row = this.parts.connection.row<[number]>('SELECT longest_ms FROM series WHERE id = ?', series);
    if (row === undefined) throw storeError('store/series', { series });
    this.#longestMs.set(series, row[0]);
    return row[0];
  }

  #recoveredSpans(series: SeriesId): RecoveredSpan[] {
    const { recovered, spans } = this.parts;
    const ofPoints = spans.read(series, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    return [...recovered.spans(series), ...ofPoints];
  }

  /** The points that start in a range; only the days are opened that can hold their midpoints. */
  #startingIn(series: SeriesId, range: { fromMs: EpochMs; toMs: EpochMs }, longestMs: number): Points {
    const parts: Points[] = [];
    const lastDay = utcDay(range.toMs + longestMs / 2);
    for (let day = utcDay(range.fromMs); day <= lastDay; day += 1) {
      const points = startsBetween(this.#queries.day(series, day), range.fromMs, range.toMs);
      if (points.starts.length > 0) parts.push(points);
    }
    return parts.length > 1 ? sortPoints(concatPoints(parts)) : (parts[0] ?? NO_POINTS);
  }

  #readStand(): Stand {
    const row = this.parts.connection.row<[string, number, number]>(
      'SELECT epoch, generation, hot_generation FROM state',
    );
    const [epoch, generation, hotGeneration] = row ?? ['', 0, 0];
    return { epoch, generation, hotGeneration };
  }

  #listEntries(): readonly SeriesEntry[] {
    this.#entries ??= this.parts.connection
      .rows<SeriesRow>('SELECT id, source, quantity, unit, name FROM series ORDER BY id')
      .map(toEntry);
    return this.#entries;
  }

  #runInfo(id: RunId): RunInfo {
    const { series, timeline, columns } = this.parts.hot.run(id);
    const keys = columns.keys;
    const ranges = this.parts.sealed.ranges(id);
    const firsts = [keys[0], ranges[0]?.from].filter((number) => number !== undefined);
    const lastRange = ranges.at(-1);
    const boot = this.parts.connection.row<[number | null]>('SELECT boot FROM run WHERE id = ?', id)?.[0];
    const lasts = [keys[keys.length - 1], lastRange && lastRange.to - 1].filter(
      (number) => number !== undefined,
    );
    return {
      id,
      series,
      timeline: timeline as Timeline,
      ...(boot === null || boot === undefined ? {} : { boot }),
      firstNumber: firsts.length === 0 ? null : Math.min(...firsts),
      lastNumber: lasts.length === 0 ? null : Math.max(...lasts),
    };
  }

  #extent(series: SeriesId): { firstMs: EpochMs | null; lastMs: EpochMs | null } {
    let firstMs = Number.POSITIVE_INFINITY;
    let lastMs = Number.NEGATIVE_INFINITY;
    const hot = this.parts.hot.series(series);
    for (const columns of [hot.points, ...[...hot.runs.values()].map((run) => run.columns)]) {
      const extent = columns.extent();
      if (extent === null) continue;
      firstMs = Math.min(firstMs, extent.fromMs);
      lastMs = Math.max(lastMs, extent.toMs);
    }
    const sealed = this.parts.blocks.extent(series, Math.ceil(this.longestMs(series) / DAY_MS));
    if (sealed !== null) {
      firstMs = Math.min(firstMs, sealed.firstMs);
      lastMs = Math.max(lastMs, sealed.lastMs);
    }
    const recovered = this.parts.spans.extent(series);
    if (recovered !== null) {
      firstMs = Math.min(firstMs, recovered.startMs);
      lastMs = Math.max(lastMs, recovered.endMs);
    }
    return firstMs < lastMs ? { firstMs, lastMs } : { firstMs: null, lastMs: null };
  }
}

function toEntry([id, source, quantity, unit, name]: SeriesRow): SeriesEntry {
  return { id, source, quantity, unit, name };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
