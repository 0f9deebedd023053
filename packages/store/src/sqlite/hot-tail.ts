import {
  EMPTY_GROUP,
  type Group,
  type JournalRow,
  makeRowColumns,
  type NewGroup,
  type RowColumns,
  type SealedPoints,
} from '../block/journal-codec.ts';
import { storeError } from '../errors.ts';
import type { Change, RunId, SeriesId, Timeline } from '../store.ts';
import { firstDifference, windowTime, windowTimes } from '../timeline.ts';
import type { Connection } from './connection.ts';
import { HotColumns } from './hot-columns.ts';
import type { Journal } from './journal.ts';
import type { Pending } from './pending.ts';
import type { SealedWindows } from './sealed-windows.ts';

/** A run that has, or may get, hot windows. */
export interface HotRun {
  readonly id: RunId;
  readonly series: SeriesId;
  timeline: Timeline;
  readonly columns: HotColumns;
}

/** What of a series is not sealed yet. */
export interface HotSeries {
  readonly runs: Map<RunId, HotRun>;
  readonly points: HotColumns;
}

/** A new measurement with its place in the order of changes. */
export interface PlacedPoint {
  readonly seq: number;
  readonly change: Extract<Change, { kind: 'point' }>;
}

/** What the hot tail is made from. */
interface HotParts {
  readonly connection: Connection;
  readonly pending: Pending;
  readonly journal: Journal;
  readonly sealed: SealedWindows;
}

/**
 * The hot tail in memory: every query adds it to what the blocks have, so it is kept as columns ready to be summed. It is
 * read from the journal when it is first asked for; the writer seals early what would make it too long.
 */
export class HotTail {
  readonly #parts: HotParts;
  readonly #series = new Map<SeriesId, HotSeries>();
  readonly #seriesOfRun = new Map<RunId, SeriesId>();
  /** Timelines and states that the journal has and the tables do not have yet. */
  readonly #timelines = new Map<RunId, Timeline>();
  readonly #states = new Map<string, string>();
  #isLoaded = false;
  /** The last group taken in. */
  #journalId = 0;
  /** Rows in the journal, those sealed meanwhile included. */
  #journalRows = 0;

  constructor(parts: HotParts) {
    this.#parts = parts;
  }

  series(series: SeriesId): HotSeries {
    this.#load();
    return this.#hotOf(series);
  }

  /** The run, with its hot windows. Throws `store/run` when there is none of that id. */
  run(run: RunId): HotRun {
    this.#load();
    return this.#runOf(run);
  }

  /** The run, where it is in memory already. */
  loadedRun(run: RunId): HotRun | undefined {
    if (!this.#isLoaded) return undefined;
    const series = this.#seriesOfRun.get(run);
    return series === undefined ? undefined : this.#series.get(series)?.runs.get(run);
  }

  /** What is remembered of a source and not in its table yet. */
  state(source: string): string | undefined {
    this.#load();
    return this.#states.get(source);
  }

  /** Hot measurements of a series, or of all. */
  count(series?: SeriesId): number {
    this.#load();
    const kept = series === undefined ? [...this.#series.values()] : [this.#hotOf(series)];
    let count = 0;
    for (const { runs, points } of kept) {
      count += points.count;
      for (const { columns } of runs.values()) count += columns.count;
    }
    return count;
  }

  /**
   * What has a place after `seq`, in that order, at most `limit`; what waits to be written among it. All that has a place after
   * the last sealed one is hot.
   */
  since(seq: number, limit: number): PlacedPoint[] {
    this.#load();
    const seqs: number[] = [];
    this.#eachAfter(seq, (_columns, _index, place) => seqs.push(place));
    if (seqs.length === 0) return [];
    const last =
      seqs.length <= limit ? Number.POSITIVE_INFINITY : (Float64Array.from(seqs).sort()[limit - 1] ?? 0);
    const found: PlacedPoint[] = [];
    this.#eachAfter(seq, (columns, index, place, series) => {
      if (place > last) return;
      const { startMs, durationMs, value } = columns.row(index);
      found.push({ seq: place, change: { kind: 'point', series, startMs, durationMs, value } });
    });
    return found.sort((one, other) => one.seq - other.seq);
  }

  #eachAfter(
    seq: number,
    take: (columns: HotColumns, index: number, place: number, series: SeriesId) => void,
  ): void {
    for (const [series, { runs, points }] of this.#series) {
      points.eachAfter(seq, (index, place) => take(points, index, place, series));
      for (const { columns } of runs.values())
        columns.eachAfter(seq, (index, place) => take(columns, index, place, series));
    }
  }

  /** The series that have hot measurements. */
  seriesIds(): SeriesId[] {
    this.#load();
    return [...this.#series.keys()].filter((series) => this.count(series) > 0);
  }

  get journalRows(): number {
    return this.#journalRows;
  }

  /** What these series have hot, in groups of so many rows at most, for memory's sake; those of many series go together. */
  *asGroups(
    all: readonly SeriesId[],
    rowsMax: number,
  ): Iterable<{ readonly group: NewGroup; readonly rowCount: number }> {
    // Another process may have written since anything was asked: then all of it is read again.
    this.#load();
    let slices: Slice[] = [];
    let rowCount = 0;
    for (const slice of this.#slices(all, rowsMax)) {
      const count = slice.to - slice.from;
      if (rowCount > 0 && rowCount + count > rowsMax) {
        yield { group: groupOf(slices), rowCount };
        [slices, rowCount] = [[], 0];
      }
      slices.push(slice);
      rowCount += count;
    }
    if (rowCount > 0) yield { group: groupOf(slices), rowCount };
  }

  *#slices(all: readonly SeriesId[], rowsMax: number): Iterable<Slice> {
    for (const series of all) {
      const hot = this.#hotOf(series);
      yield* slicesOf({ kind: 'points', id: series, columns: hot.points }, rowsMax);
      for (const { id, columns } of hot.runs.values())
        yield* slicesOf({ kind: 'windows', id, columns }, rowsMax);
    }
  }

  /** What the tables do not have yet. */
  notInTables(): { timelines: ReadonlyMap<RunId, Timeline>; states: ReadonlyMap<string, string> } {
    this.#load();
    return { timelines: this.#timelines, states: this.#states };
  }

  /** Moves the hot windows of a run; returns from when to when what moved was and is, or null when nothing moved. */
  retime(run: HotRun, timeline: Timeline): { fromMs: number; toMs: number } | null {
    // A clock that is corrected slowly has other times for what comes next, and for nothing that is here.
    const first = run.columns.lowerBound(firstDifference(run.timeline, timeline));
    const starts = run.columns.points.starts.subarray(first);
    const durationsMs = run.columns.points.durationsMs.subarray(first);
    const moved = windowTimes(timeline, run.columns.keys.subarray(first));
    let fromMs = Number.POSITIVE_INFINITY;
    let toMs = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < starts.length; index += 1) {
      const oldMs = starts[index] as number;
      const newMs = moved.starts[index] as number;
      const oldDurationMs = durationsMs[index] as number;
      const newDurationMs = moved.durationsMs[index] as number;
      if (oldMs === newMs && oldDurationMs === newDurationMs) continue;
      fromMs = Math.min(fromMs, oldMs, newMs);
      toMs = Math.max(toMs, oldMs + oldDurationMs, newMs + newDurationMs);
    }
    run.timeline = timeline;
    run.columns.setTimes(first, moved.starts, moved.durationsMs);
    return fromMs < toMs ? { fromMs, toMs } : null;
  }

  /** Takes in what was written since the last time. */
  catchUp(): void {
    if (!this.#isLoaded) return;
    const movedRuns = new Set<RunId>();
    for (const { id, rowCount, group } of this.#parts.journal.after(this.#journalId)) {
      this.#journalId = id;
      this.#journalRows += rowCount;
      this.#apply(group, movedRuns);
    }
    for (const id of movedRuns) {
      const run = this.#runOf(id);
      this.retime(run, this.#timeline(id));
    }
  }

  /** Takes note of a group of our own, which is in memory already; once it is committed. */
  noteWritten(id: number, group: Pick<NewGroup, 'timelines' | 'states'>, rowCount: number): void {
    // What was forgotten on the way is read from the file, with this group.
    if (!this.#isLoaded) return;
    this.#journalId = id;
    this.#journalRows += rowCount;
    for (const [run, timeline] of group.timelines) this.#timelines.set(run, timeline);
    for (const [source, state] of group.states) this.#states.set(source, state);
  }

  /** Takes note that the journal was cut to so many rows, and that the tables have what only it had of runs and sources. */
  noteCut(rowCount: number): void {
    this.#journalRows = rowCount;
    this.#timelines.clear();
    this.#states.clear();
  }

  /** Drops what is in memory, so that it is read again; what is pending stays. */
  forget(): void {
    this.#series.clear();
    this.#timelines.clear();
    this.#states.clear();
    this.#isLoaded = false;
    this.#journalId = 0;
    this.#journalRows = 0;
  }

  #load(): void {
    if (this.#isLoaded) return;
    this.#isLoaded = true;
    this.catchUp();
    const { pending } = this.#parts;
    for (const { run, row } of pending.windows.rows()) {
      const { timeline, columns } = this.#runOf(run);
      columns.put({ ...row, ...windowTime(timeline, row.key) });
    }
    for (const [series, rows] of pending.points) {
      const { points } = this.#hotOf(series);
      for (const row of rows.values()) if (points.find(row.key) < 0) points.put(row);
    }
  }

  #apply(group: Group, movedRuns: Set<RunId>): void {
    for (const [run, timeline] of group.timelines) {
      if (!this.#isRun(run)) continue;
      this.#timelines.set(run, timeline);
      movedRuns.add(run);
    }
    for (const [source, state] of group.states) this.#states.set(source, state);
    for (const [run, rows] of group.windows) if (this.#isRun(run)) this.#takeWindows(run, rows);
    for (const [series, rows] of group.points) {
      const { points } = this.#hotOf(series);
      for (const row of rows) if (points.find(row.key) < 0) points.put({ ...row, startMs: row.key });
    }
    for (const sealed of group.sealed) this.#dropSealed(sealed);
  }

  #takeWindows(id: RunId, rows: readonly JournalRow[]): void {
    const { timeline, columns } = this.#runOf(id);
    for (const row of rows) {
      if (!this.#parts.sealed.has(id, row.key)) columns.put({ ...row, ...windowTime(timeline, row.key) });
    }
  }

  #dropSealed({ series, fromMs, toMs }: SealedPoints): void {
    const { points } = this.#hotOf(series);
    const { starts, durationsMs } = points.points;
    points.retain((index) => {
      const midMs = (starts[index] as number) + (durationsMs[index] as number) / 2;
      return midMs < fromMs || midMs >= toMs;
    });
  }

  /** A salvage may have lost a run; nobody knows then when its windows were. */
  #isRun(run: RunId): boolean {
    if (this.#seriesOfRun.has(run)) return true;
    return this.#parts.connection.row('SELECT 1 FROM run WHERE id = ?', run) !== undefined;
  }

  #hotOf(series: SeriesId): HotSeries {
    const kept = this.#series.get(series);
    if (kept !== undefined) return kept;
    const made: HotSeries = { runs: new Map(), points: new HotColumns() };
    this.#series.set(series, made);
    return made;
  }

  #runOf(run: RunId): HotRun {
    const series = this.#seriesOf(run);
    const hot = this.#hotOf(series);
    const kept = hot.runs.get(run);
    if (kept !== undefined) return kept;
    const made = { id: run, series, timeline: this.#timeline(run), columns: new HotColumns() };
    hot.runs.set(run, made);
    return made;
  }

  #seriesOf(run: RunId): SeriesId {
    const kept = this.#seriesOfRun.get(run);
    if (kept !== undefined) return kept;
    const series = this.#parts.connection.row<[number]>('SELECT series FROM run WHERE id = ?', run)?.[0];
    if (series === undefined) throw storeError('store/run', { run });
    this.#seriesOfRun.set(run, series);
    return series;
  }

  #timeline(run: RunId): Timeline {
    const later = this.#parts.pending.timelines.get(run) ?? this.#timelines.get(run);
    if (later !== undefined) return later;
    const text = this.#parts.connection.row<[string]>('SELECT timeline FROM run WHERE id = ?', run)?.[0];
    if (text === undefined) throw storeError('store/run', { run });
    return JSON.parse(text) as Timeline;
  }
}

/** Some of what is hot of a run, or of the points of a series. */
interface Slice {
  readonly kind: 'windows' | 'points';
  readonly id: RunId | SeriesId;
  readonly columns: HotColumns;
  readonly from: number;
  readonly to: number;
}

function* slicesOf(of: Pick<Slice, 'kind' | 'id' | 'columns'>, rowsMax: number): Iterable<Slice> {
  const { count } = of.columns;
  for (let from = 0; from < count; from += rowsMax)
    yield { ...of, from, to: Math.min(count, from + rowsMax) };
}

function groupOf(slices: readonly Slice[]): NewGroup {
  const columnsOf = (kind: Slice['kind']) => rowsOf(slices.filter((slice) => slice.kind === kind));
  return { ...EMPTY_GROUP, windows: columnsOf('windows'), points: columnsOf('points') };
}

/** As columns throughout: an object for each of tens of thousands of rows would outlive the young heap. */
function rowsOf(slices: readonly Slice[]): RowColumns {
  const counts = slices.map(({ id, from, to }) => [id, to - from] as const);
  const made = makeRowColumns(
    counts,
    counts.reduce((sum, [, count]) => sum + count, 0),
  );
  let at = 0;
  for (const { columns, from, to } of slices) {
    columns.copyTo(made, { at, from, to });
    at += to - from;
  }
  return made;
}
