import type { RecoveredEnergy } from './gaps.ts';
import type { RunPort, TimelineSegment } from './port.ts';

/** What a source whose windows carry numbers needs of a store. */
export interface NumberedPort extends Pick<RunPort, 'setTimeline' | 'putWindows' | 'readWindows'> {
  /** Starts the run of a boot; a source has one run for each. */
  createRun(bootId: number, timeline: readonly TimelineSegment[]): number;
  /** The run of a boot, however long ago; null when there is none. */
  findRun(bootId: number): StoredRun | null;
  /** What is recovered, of windows that never came or beside those that did, where it meets [`fromNumber`, `toNumber`), ascending. */
  readRecovered(run: number, fromNumber: number, toNumber: number): readonly RecoveredEnergy[];
  /** Puts `made` in place of `gone`, which are as `readRecovered` gave them. */
  replaceRecovered(run: number, gone: readonly RecoveredEnergy[], made: readonly RecoveredEnergy[]): void;
  /** Keeps `state` with the windows put beside it. */
  saveState(state: SavedBoots): void;
}

/** A run as the store has it. */
export interface StoredRun {
  readonly run: number;
  readonly firstNumber: number;
  /** Below `firstNumber` when the run holds no window. */
  readonly lastNumber: number;
  readonly timeline: readonly TimelineSegment[];
}

/** What a numbered source must remember across restarts; the rest is in the store with the windows. Plain JSON. */
export interface SavedBoots {
  /** Newest first. */
  readonly boots: readonly SavedBoot[];
}

export interface SavedBoot {
  readonly bootId: number;
  readonly run: number;
  /** The cumulative count with window `topNumber`, which was the newest when this was saved; null when not known. */
  readonly topNumber: number;
  readonly topCount: number | null;
  readonly oldestNumber: number;
  /** [fromNumber, toNumber, before, before + energy, and from and to of each stretch inside that is known] each. */
  readonly gaps: readonly (readonly number[])[];
  /** Windows that came without a measurement, [from, to) each. */
  readonly absent: readonly (readonly [number, number])[];
}
