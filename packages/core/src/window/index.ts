export type { Reception, RunPort, RunState, RunWindow, StoredRunWindow, TimelineSegment } from './port.ts';
export { RunClock } from './run-clock.ts';
export { shiftTimeline, slewTimeline, windowEndMs, windowStartMs } from './timeline.ts';
export {
  type Taken,
  type UnnumberedReport,
  UnnumberedSource,
  type UnnumberedState,
} from './unnumbered-source.ts';
