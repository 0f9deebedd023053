import type { TicCounters } from './frame.ts';

/** Counters of a line that has brought nothing. */
export function createCounters(): TicCounters {
  return {
    bytes: 0,
    parityErrors: 0,
    groupsOk: 0,
    badChecksum: 0,
    unknownLabel: 0,
    badFormat: 0,
    framesComplete: 0,
    framesIncomplete: 0,
    framesInterrupted: 0,
    resyncs: 0,
    modeChanges: 0,
    bytesSinceFrame: 0,
  };
}
