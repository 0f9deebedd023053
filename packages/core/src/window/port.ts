import type { EpochMs } from '../time/index.ts';

/**
 * What identifying windows needs of a store: runs, their windows and their timelines. A run is the stretch of windows
 * that one boot of one sensor numbers.
 */
export interface RunPort {
  createRun(timeline: readonly TimelineSegment[]): number;
  setTimeline(run: number, timeline: readonly TimelineSegment[]): void;
  putWindows(run: number, windows: readonly RunWindow[]): void;
  /** Stored windows by number, [`fromNumber`, `toNumber`), ascending; `value` is null where it is stored but not at hand. */
  readWindows(run: number, fromNumber: number, toNumber: number): StoredRunWindow[];
  /** Keeps `state` no later than the windows put after it: a run whose windows survive must be known again. */
  saveState(state: SavedRuns): void;
}

/** From window `fromNumber` on, which starts at `startMs`, each window lasts `intervalMs`. */
export interface TimelineSegment {
  readonly fromNumber: number;
  readonly startMs: EpochMs;
  readonly intervalMs: number;
}

export interface RunWindow {
  readonly number: number;
  readonly value: number;
  readonly reports: number;
  readonly disagreements: number;
  /** When the middle of the last flash was, ms after the window's start; null or left out when that is not known, or without flash. */
  readonly lastFlashMs?: number | null;
}

export interface StoredRunWindow {
  readonly number: number;
  readonly value: number | null;
  readonly reports: number;
  readonly disagreements: number;
}

/** When something was received, by both clocks: the wall clock may step, the monotonic one has no date. */
export interface Reception {
  readonly wallMs: EpochMs;
  readonly monotonicMs: number;
}

/**
 * What a source must remember across restarts; the rest is in the store with the windows. Plain JSON. Monotonic times are
 * those of `Reception`; null where they are not known, which they are not once the machine was switched off.
 */
export interface SavedRuns {
  /** Newest first. */
  readonly runs: readonly SavedRun[];
  /** Whether the sensor said `up` and no report of that boot came yet. */
  readonly upPending: boolean;
  /** When it last said so; monotonic. */
  readonly upMs: number | null;
}

export interface SavedRun {
  readonly run: number;
  /** The uptime, modulo the window length, at which this boot's reports are built. */
  readonly phaseS: number;
  /** When its first report came; monotonic. */
  readonly startedMs: number | null;
  /** Whether a report of it was built after the sensor last said `up`. */
  readonly heardSinceUp: boolean;
  /** The wall clock less the monotonic one when it was last heard, to a quarter of a second. */
  readonly offsetMs: number | null;
}

/** A run taken up again: what was saved, with what the store has of it. */
export interface RunState extends SavedRun {
  readonly firstNumber: number;
  /** Below `firstNumber` when the run holds no window. */
  readonly lastNumber: number;
  readonly timeline: readonly TimelineSegment[];
}
