import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Segment, Timeline } from './store.ts';
import { firstDifference, windowTime } from './timeline.ts';

const WINDOWS = Array.from({ length: 60 }, (_, at) => at - 5);

/** Of few and close numbers, so that two of them often begin alike. */
const segment: fc.Arbitrary<Segment> = fc.record({
  fromNumber: fc.integer({ min: 0, max: 40 }),
  startMs: fc.integer({ min: 0, max: 2 }).map((step) => step * 5_000),
  intervalMs: fc.constantFrom(4_995, 5_000),
});

const segments = fc.uniqueArray(segment, { maxLength: 4, selector: ({ fromNumber }) => fromNumber });

function timelineOf(...parts: (readonly Segment[])[]): Timeline {
  return parts.flat().toSorted((one, other) => one.fromNumber - other.fromNumber);
}

test('below the first difference of two timelines every window has one time', () => {
  let sharedCount = 0;
  fc.assert(
    fc.property(segment, segments, segments, (first, one, other) => {
      const start = { ...first, fromNumber: -1 };
      const [left, right] = [timelineOf([start], one), timelineOf([start], other)];
      const from = firstDifference(left, right);
      for (const number of WINDOWS) {
        if (number >= from) break;
        sharedCount += 1;
        assert.deepEqual(windowTime(left, number), windowTime(right, number), `window ${number}`);
      }
    }),
  );
  assert.ok(sharedCount > 0);
});

test('a segment that is added makes no difference to what was before it', () => {
  const before = [{ fromNumber: 0, startMs: 0, intervalMs: 5_000 }];
  const slewed = [...before, { fromNumber: 12, startMs: 60_000, intervalMs: 5_005 }];
  assert.equal(firstDifference(before, slewed), 12);
  assert.equal(firstDifference(slewed, slewed), Number.POSITIVE_INFINITY);
  const shifted = [{ fromNumber: 0, startMs: 1, intervalMs: 5_000 }];
  assert.equal(firstDifference(before, shifted), Number.NEGATIVE_INFINITY);
});
