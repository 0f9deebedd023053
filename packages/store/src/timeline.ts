import { assert } from '@kilowink/core/error';
import type { EpochMs } from '@kilowink/core/time';
import type { Segment, Timeline } from './store.ts';

/** When window `number` starts and how long it lasts, in whole milliseconds: each ends where the next one starts. */
export function windowTime(timeline: Timeline, number: number): { startMs: EpochMs; durationMs: number } {
  const segment = segmentAt(timeline, number);
  const startMs = startIn(segment, number);
  return { startMs, durationMs: startIn(segment, number + 1) - startMs };
}

/** Starts and durations of many windows at once; fast where `numbers` ascend. */
export function windowTimes(
  timeline: Timeline,
  numbers: Float64Array,
): { starts: Float64Array; durationsMs: Float64Array } {
  const starts = new Float64Array(numbers.length);
  const durationsMs = new Float64Array(numbers.length);
  let segment = segmentAt(timeline, Number.NEGATIVE_INFINITY);
  let untilNumber = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < numbers.length; index += 1) {
    const number = numbers[index] as number;
    if (number >= untilNumber) {
      segment = segmentAt(timeline, number);
      untilNumber =
        timeline.find((other) => other.fromNumber > number)?.fromNumber ?? Number.POSITIVE_INFINITY;
    }
    const startMs = startIn(segment, number);
    starts[index] = startMs;
    durationsMs[index] = startIn(segment, number + 1) - startMs;
  }
  return { starts, durationsMs };
}

/** The first window of which two timelines may tell other times; −∞ where that is all of them. */
export function firstDifference(one: Timeline, other: Timeline): number {
  let same = 0;
  while (same < one.length && same < other.length && isSame(one[same], other[same])) same += 1;
  if (same === 0) return Number.NEGATIVE_INFINITY;
  const left = [one[same], other[same]].map((segment) => segment?.fromNumber ?? Number.POSITIVE_INFINITY);
  return Math.min(...left);
}

function isSame(one: Segment | undefined, other: Segment | undefined): boolean {
  return (
    one?.fromNumber === other?.fromNumber &&
    one?.startMs === other?.startMs &&
    one?.intervalMs === other?.intervalMs
  );
}

/** Asserts what `Timeline` promises. */
export function assertTimeline(timeline: Timeline): void {
  assert(timeline.length > 0, 'a timeline has at least one segment');
  let lastFrom = Number.NEGATIVE_INFINITY;
  // Clocks are corrected with each report where a network is slow: texts are made for what is wrong alone.
  for (const { fromNumber, startMs, intervalMs } of timeline) {
    const isSound = Number.isFinite(startMs) && intervalMs >= 1 && fromNumber > lastFrom;
    if (!isSound)
      assert(
        false,
        `a segment from window ${fromNumber} on, at ${startMs}, of ${intervalMs} ms, after ${lastFrom}`,
      );
    lastFrom = fromNumber;
  }
}

function segmentAt(timeline: Timeline, number: number): Segment {
  // A plain loop: this is asked for each window that comes.
  for (let at = timeline.length - 1; at > 0; at -= 1) {
    const segment = timeline[at] as Segment;
    if (segment.fromNumber <= number) return segment;
  }
  const first = timeline[0];
  assert(first !== undefined, 'a timeline has at least one segment');
  return first;
}

function startIn(segment: Segment, number: number): EpochMs {
  return Math.round(segment.startMs + (number - segment.fromNumber) * segment.intervalMs);
}
