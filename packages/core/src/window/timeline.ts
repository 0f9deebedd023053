import { assert } from '../error/index.ts';
import type { EpochMs } from '../time/index.ts';
import type { TimelineSegment } from './port.ts';

/** When window `number` starts. The first segment also reaches backwards. */
export function windowStartMs(timeline: readonly TimelineSegment[], number: number): EpochMs {
  return startIn(segmentOf(timeline, number), number);
}

/** When window `number` ends. */
export function windowEndMs(timeline: readonly TimelineSegment[], number: number): EpochMs {
  const segment = segmentOf(timeline, number);
  return startIn(segment, number) + segment.intervalMs;
}

/** The same timeline, `byMs` later. */
export function shiftTimeline(timeline: readonly TimelineSegment[], byMs: number): TimelineSegment[] {
  return timeline.map((segment) => ({ ...segment, startMs: segment.startMs + byMs }));
}

/**
 * The timeline with a slow correction of `byMs` from window `fromNumber` on: each window is at most `slewMs` longer or
 * shorter until the whole is made up. Power is energy by time, so a window that lasts 0.1 % longer is invisible, while
 * one that is cut or stretched by half a second is not.
 */
export function slewTimeline(
  timeline: readonly TimelineSegment[],
  correction: { fromNumber: number; byMs: number; slewMs: number },
): TimelineSegment[] {
  const { fromNumber, byMs, slewMs } = correction;
  const intervalMs = segmentOf(timeline, fromNumber).intervalMs;
  const count = Math.max(1, Math.round(Math.abs(byMs) / slewMs));
  const startMs = windowStartMs(timeline, fromNumber);
  const slewed = intervalMs + Math.sign(byMs) * slewMs;
  const kept = timeline.filter((segment) => segment.fromNumber < fromNumber);
  return [
    ...withoutOld(kept, fromNumber),
    { fromNumber, startMs, intervalMs: slewed },
    { fromNumber: fromNumber + count, startMs: startMs + count * slewed, intervalMs },
  ];
}

/** Windows this far back are sealed and have their times; a sensor that runs for years needs no older segments. */
const SEGMENTS_REACH_WINDOWS = 100_000;

function withoutOld(timeline: readonly TimelineSegment[], number: number): readonly TimelineSegment[] {
  const oldest = timeline.findLastIndex((segment) => segment.fromNumber <= number - SEGMENTS_REACH_WINDOWS);
  return oldest <= 0 ? timeline : timeline.slice(oldest);
}

function startIn({ fromNumber, startMs, intervalMs }: TimelineSegment, number: number): EpochMs {
  return startMs + (number - fromNumber) * intervalMs;
}

function segmentOf(timeline: readonly TimelineSegment[], number: number): TimelineSegment {
  const first = timeline[0];
  assert(first !== undefined, 'a timeline has at least one segment');
  for (let index = timeline.length - 1; index > 0; index -= 1) {
    const segment = timeline[index];
    if (segment !== undefined && segment.fromNumber <= number) return segment;
  }
  return first;
}
