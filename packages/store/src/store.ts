import type { Buckets, EventKind, Points, SeriesDefinition } from '@kilowink/core/series';
import type { EpochMs } from '@kilowink/core/time';
import type { CorrectionKind } from '@kilowink/core/truth';

/**
 * The store contract. One suite (`contract/`) tests every implementation.
 *
 * Two kinds of measurement come in. **Windows** are numbered by their sensor: identity is (run, number), and the time
 * follows from the run's timeline, so a window is stored once however often it is reported and whatever the server's
 * clock does. **Points** (imports, meters that date their own values) are identified by (series, start).
 *
 * What is written is readable at once by the same store, and durable after `flush()` or the grouping interval,
 * whichever comes first. Times are UTC milliseconds.
 */
export interface Store extends StoreReader {
  /** Finds the series of that source and quantity, or makes it, in a unit of that quantity. The name is set only when it is made. */
  ensureSeries(definition: SeriesDefinition): SeriesId;
  renameSeries(series: SeriesId, name: string): void;

  /** Starts a run: a stretch of windows that one boot of one sensor numbers. */
  createRun(run: NewRun): RunId;
  /**
   * Adds windows to a run. A number that the run already has keeps its value and takes only the higher counts of
   * reports and disagreements. Returns how many were new.
   */
  putWindows(run: RunId, windows: readonly Window[]): number;
  /**
   * Puts what is recovered of a run's windows that never came, `made`, in place of `gone`, which must be rows as
   * `readRecovered` gives them. Counted in sums by time, never in coverage. Values are above 0.
   */
  replaceRecovered(run: RunId, gone: readonly Recovered[], made: readonly Recovered[]): void;
  /** What `body` puts goes to the file in one group, or not at all. */
  together<T>(body: () => T): T;
  /** The group that holds the latest put: it is in the file once `writtenGroups` has reached it. */
  readonly currentGroup: number;
  readonly writtenGroups: number;
  /** Replaces the run's timeline. Windows already sealed keep the times they were sealed with. */
  setTimeline(run: RunId, timeline: Timeline): void;
  /**
   * Keeps what the ingest must remember of a source across restarts, as JSON; written with the windows of its group.
   * A function is asked when it is: for a state that changes with each measurement.
   */
  putSourceState(source: string, state: string | (() => string)): void;

  /**
   * Adds points; one whose (series, start) is stored already, or whose value is no whole number ≥ 0, is left out. A point
   * of a gauge is the value it held from its start for its duration; equal ones that follow each other may come as one.
   */
  addPoints(series: SeriesId, points: Points): AddedPoints;
  /**
   * Adds points that were packed beforehand (`PointsPacker`) to a series of energy, which is made when it is not there.
   * Durable and whole when it returns; when it throws, or the process ends before, nothing of it is stored.
   */
  addPacked(definition: SeriesDefinition, points: PackedPoints): AddedPoints;

  /**
   * Puts energy that is known of a stretch in which a series has no points (a meter's index across a gap) in the place
   * of the spans it meets; a value of 0 only removes them. Counted in sums by time, never in coverage. Idempotent.
   */
  putRecoveredSpan(series: SeriesId, span: Recovery): void;
  /** Adds what an index showed; one of the same series, time and origin stays as it is. Returns how many were new. */
  putReadings(series: SeriesId, readings: readonly Reading[]): number;
  /** Removes what a person read at that time; false where there is nothing. What a meter or a file says stays. */
  removeReading(series: SeriesId, atMs: EpochMs): boolean;
  /**
   * Keeps corrections, which are a layer above the measurements: nothing measured is changed, and nothing here applies
   * them (`core/truth` does). Written at once, all or none. Each comes back with its number, which is never given again.
   * Throws `store/series`.
   */
  putCorrections(made: readonly NewCorrection[]): StoredCorrection[];
  /** Takes a correction back; it stays listed. One that was taken back already stays as it is. Throws `store/correction`. */
  undoCorrection(id: number, atMs: EpochMs): StoredCorrection;
  /** Adds events; one of the same source, kind and time stays as it is. Returns how many were new. */
  putEvents(events: readonly StoredEvent[]): number;

  /** Makes everything written so far durable. */
  flush(): void;
  /**
   * Looks at the checksums of what is stored, going on from the call before, at most about `budgetMs` long. What does not
   * hold is set aside, and is in `health()`. Returns whether all was looked at since the store was opened.
   */
  verify(budgetMs?: number): boolean;
  /**
   * Moves to blocks what lies in whole UTC days that ended before `beforeMs`, at most about `budgetMs` long.
   * Idempotent; a crash at any point leaves every measurement stored once. Returns the number of day blocks written.
   */
  seal(beforeMs: EpochMs, budgetMs?: number): number;
}

/** The part that a read-only instance has: it never writes a byte. */
export interface StoreReader {
  readonly readOnly: boolean;
  listSeries(): SeriesInfo[];
  /** The same without how far they reach, which of thousands takes 50 ms; kept until something is written. */
  listEntries(): readonly SeriesEntry[];
  /** One of them, without looking at the others; null when there is none of that id. */
  findSeries(series: SeriesId): SeriesInfo | null;
  /** The runs of a series, newest first. */
  listRuns(series: SeriesId, limit: number): RunInfo[];
  /** The run of that boot; null when there is none. */
  findRun(series: SeriesId, boot: number): RunInfo | null;
  /** What is recovered of windows of a run that meet [`fromNumber`, `toNumber`), ascending. */
  readRecovered(run: RunId, fromNumber: number, toNumber: number): Recovered[];
  /** Windows of a run by number, [`fromNumber`, `toNumber`), ascending. A sealed one has its value left out (null). */
  readWindows(run: RunId, fromNumber: number, toNumber: number): StoredWindow[];
  sourceState(source: string): string | null;

  /**
   * What was measured by bucket between consecutive `edges` (ascending), what is recovered included by time. What a point
   * held counts evenly while it lasted, as far as that is in the UTC minute of its midpoint (of a point longer than 15 s: the
   * hour; of one longer than an hour: all of it), so buckets add up whatever their edges are. Buckets of a gauge have
   * `means`. `stepMs`: how long the buckets are that these are parts of, left out where they are none; below what holds
   * points whole, the time measured is told by time.
   */
  readBuckets(series: SeriesId, edges: Float64Array, stepMs?: number): Buckets;
  /** What one bucket from `fromMs` to `toMs` holds. */
  readTotal(series: SeriesId, fromMs: EpochMs, toMs: EpochMs): Total;
  /** The spans of recovered energy of a series of points that meet [`fromMs`, `toMs`), ascending. */
  readRecoveredSpans(series: SeriesId, fromMs: EpochMs, toMs: EpochMs): Recovery[];
  /** What the index showed in [`fromMs`, `toMs`), ascending. */
  readReadings(series: SeriesId, fromMs: EpochMs, toMs: EpochMs): Reading[];
  /** The corrections of a series in the order in which they were made, those taken back included. */
  listCorrections(series: SeriesId): readonly StoredCorrection[];
  /** The newest events of those asked for, newest first. */
  readEvents(query: EventQuery): StoredEvent[];
  /** Points that start in [`fromMs`, `toMs`), in order, a day or so at a time, so that memory stays bounded. */
  readPoints(series: SeriesId, fromMs: EpochMs, toMs: EpochMs): Iterable<Points>;

  /**
   * What came since `cursor`, oldest first, at most `limit`; null when that is no longer known (then read the range
   * again). Cursors survive restarts and hold for every process on the same data.
   */
  readChanges(cursor: string, limit: number): Changes | null;
  /** The cursor after everything stored so far. */
  cursor(): string;
  /** Sees what other processes wrote; true when anything changed since the last call. Cheap. */
  refresh(): boolean;

  health(): StoreHealth;
  close(): void;
}

export type SeriesId = number;
export type RunId = number;

/** A series that is kept. */
export interface SeriesEntry extends SeriesDefinition {
  readonly id: SeriesId;
}

export interface SeriesInfo extends SeriesEntry {
  /** Start of the first point and end of the last, or of the energy of gaps of points beyond them; null while empty. */
  readonly firstMs: EpochMs | null;
  readonly lastMs: EpochMs | null;
}

/**
 * When windows are: segment k says that window `fromNumber` starts at `startMs` and each window from there on lasts
 * `intervalMs`, until the next segment. At least one segment, ascending by number; the first also reaches backwards.
 */
export type Timeline = readonly Segment[];

export interface Segment {
  readonly fromNumber: number;
  readonly startMs: EpochMs;
  readonly intervalMs: number;
}

export interface NewRun {
  readonly series: SeriesId;
  readonly timeline: Timeline;
  /** What its sensor calls the boot, where it does; a series has one run for each. */
  readonly boot?: number;
}

export interface RunInfo extends NewRun {
  readonly id: RunId;
  /** Lowest and highest window number stored; null while empty. */
  readonly firstNumber: number | null;
  readonly lastNumber: number | null;
}

export interface Window {
  /** Rises by one a window for as long as the run lasts; may be negative. */
  readonly number: number;
  /** A whole number ≥ 0 in the series' unit. */
  readonly value: number;
  readonly reports: number;
  readonly disagreements: number;
  /** When the middle of the last flash was, whole ms after the window's start, below 65 535; null or left out where not known. */
  readonly lastFlashMs?: number | null;
}

/** Energy of windows that never came, known from the counts around them. */
export interface Recovered {
  readonly fromNumber: number;
  /** Not included. */
  readonly toNumber: number;
  /** A whole number > 0 in the series' unit. */
  readonly value: number;
}

/** A stored window; `value` is null once it is sealed (its day's block has it). */
export interface StoredWindow {
  readonly number: number;
  readonly value: number | null;
  readonly reports: number;
  readonly disagreements: number;
  /** Left out where it is not known, and once the window is sealed. */
  readonly lastFlashMs?: number;
}

/** Energy that is known of a stretch in which a series of points has none. */
export interface Recovery {
  readonly fromMs: EpochMs;
  /** Not included. */
  readonly toMs: EpochMs;
  /** A whole number ≥ 0 in the series' unit. */
  readonly value: number;
}

/** Who says what an index showed: the meter itself, someone who read its display, or a file. */
export type ReadingOrigin = 'meter' | 'person' | 'file';

/** What a meter's index showed. Kept for good as a row of its own: a few a day, not one a frame. */
export interface Reading {
  readonly atMs: EpochMs;
  /** A whole number ≥ 0. */
  readonly indexWh: number;
  readonly origin: ReadingOrigin;
  /** How coarse the reading is, Wh; left out where that is not known. */
  readonly resolutionWh?: number;
  /** The first of a meter that replaced the one before. */
  readonly isReplaced?: true;
}

/** Who says it: a person, or the bound that physics sets. */
export type CorrectionOrigin = 'person' | 'bound';

/** What is said of [`fromMs`, `toMs`) of a series; an energy in its kind is in the unit of the series. */
export interface NewCorrection {
  readonly series: SeriesId;
  readonly fromMs: EpochMs;
  /** Not included. */
  readonly toMs: EpochMs;
  readonly kind: CorrectionKind;
  readonly origin: CorrectionOrigin;
  /** Why; may be empty. */
  readonly note: string;
  readonly madeMs: EpochMs;
}

/** A correction that is kept. */
export interface StoredCorrection extends NewCorrection {
  readonly id: number;
  /** When it was taken back; null while it holds. */
  readonly undoneMs: EpochMs | null;
}

/** Something that happened. */
export interface StoredEvent {
  /** As that of a series. */
  readonly source: string;
  readonly atMs: EpochMs;
  readonly kind: EventKind;
  /** What is to be said of it; must be JSON. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** Which events, in [`fromMs`, `toMs`); at most `limit`. */
export interface EventQuery {
  readonly source?: string;
  readonly kinds?: readonly EventKind[];
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly limit: number;
}

/** Points of a series, packed into days; only the store that packed them knows how. */
export interface PackedPoints {
  /** How many there are; repeated and refused ones left out. */
  readonly count: number;
  /** Of those that were to be packed: same start as another one. */
  readonly repeated: number;
  readonly refused: number;
}

export interface AddedPoints {
  readonly added: number;
  /** Already stored with the same start. */
  readonly repeated: number;
  /** Not a whole number ≥ 0, or a time or duration out of range. */
  readonly refused: number;
}

export interface Total {
  /** Measured and recovered; of a gauge the value × ms, so that the mean is `sum / validMs`. */
  readonly sum: number;
  readonly recoveredSum: number;
  readonly validMs: number;
}

export interface Changes {
  readonly cursor: string;
  readonly items: readonly Change[];
}

export type Change =
  /** A new measurement. */
  | {
      readonly kind: 'point';
      readonly series: SeriesId;
      readonly startMs: EpochMs;
      readonly durationMs: number;
      readonly value: number;
    }
  /** Something between these times changed (an import, a timeline that moved, a correction): read the range again. */
  | {
      readonly kind: 'rewritten';
      readonly series: SeriesId;
      readonly fromMs: EpochMs;
      readonly toMs: EpochMs;
    }
  /** Something happened. */
  | { readonly kind: 'event'; readonly event: StoredEvent };

export interface StoreHealth {
  /** Where the data is. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Windows and points not sealed yet. */
  readonly hotCount: number;
  readonly blockCount: number;
  /** Faults found in stored data, each with where it was set aside. */
  readonly damages: readonly Damage[];
}

export interface Damage {
  readonly foundAtMs: EpochMs;
  /** What was expected and what was found. */
  readonly message: string;
  /** File or table that now keeps what was set aside. */
  readonly keptAt: string;
}
