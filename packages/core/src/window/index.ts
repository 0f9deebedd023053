export type { RecoveredEnergy } from './gaps.ts';
export { NumberRanges } from './number-ranges.ts';
export type { NumberedPort, SavedBoot, SavedBoots, StoredRun } from './numbered-port.ts';
export { NumberedSource, type TakenNumbered } from './numbered-source.ts';
export type {
  Reception,
  RunPort,
  RunState,
  RunWindow,
  SavedRun,
  SavedRuns,
  StoredRunWindow,
  TimelineSegment,
} from './port.ts';
export { RunClock } from './run-clock.ts';
export { shiftTimeline, slewTimeline, windowEndMs, windowStartMs } from './timeline.ts';
export {
  type RestoredRuns,
  type Taken,
  type UnnumberedReport,
  UnnumberedSource,
} from './unnumbered-source.ts';
