import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  clampRange,
  NOTCH_FACTOR,
  panBy,
  readWheel,
  spanOf,
  type TimeRange,
  type WheelInput,
  zoomAbout,
  zoomWithin,
} from './zoom.ts';

const LIMITS = { fromMs: 0, toMs: 1e9, spanMsMin: 30_000 };
const range = fc
  .tuple(fc.integer({ min: -1e9, max: 2e9 }), fc.integer({ min: 1, max: 3e9 }))
  .map(([fromMs, span]): TimeRange => ({ fromMs, toMs: fromMs + span }));

test('what is under the finger stays there', () => {
  fc.assert(
    fc.property(
      range,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0.1, max: 10, noNaN: true }),
      (from, part, factor) => {
        const atMs = from.fromMs + spanOf(from) * part;
        const to = zoomAbout(from, atMs, factor);
        assert.ok(Math.abs((atMs - to.fromMs) / spanOf(to) - part) < 1e-6);
        assert.ok(Math.abs(spanOf(to) / spanOf(from) - factor) < 1e-6);
      },
    ),
  );
});

test('a clamped range lies inside the limits, and clamping it again changes nothing', () => {
  fc.assert(
    fc.property(range, (any) => {
      const clamped = clampRange(any, LIMITS);
      assert.ok(clamped.fromMs >= LIMITS.fromMs && clamped.toMs <= LIMITS.toMs);
      assert.ok(spanOf(clamped) >= LIMITS.spanMsMin);
      assert.deepEqual(clampRange(clamped, LIMITS), clamped);
    }),
  );
});

test('panning keeps the span, to the limit and no further', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9e8 }), fc.integer({ min: -2e9, max: 2e9 }), (fromMs, deltaMs) => {
      const panned = clampRange(panBy({ fromMs, toMs: fromMs + 1e8 }, deltaMs), LIMITS);
      assert.equal(spanOf(panned), 1e8);
      const isFree = fromMs + deltaMs >= 0 && fromMs + deltaMs <= 9e8;
      if (isFree) assert.equal(panned.fromMs, fromMs + deltaMs);
    }),
  );
});

test('at the shortest span zooming in moves nothing', () => {
  const shortest = { fromMs: 500_000, toMs: 530_000 };
  assert.deepEqual(zoomWithin(shortest, { atMs: 502_000, factor: 0.5 }, LIMITS), shortest);
});

test('zooming out ends at the limits', () => {
  const out = zoomWithin({ fromMs: 1e8, toMs: 9e8 }, { atMs: 2e8, factor: 100 }, LIMITS);
  assert.deepEqual(out, { fromMs: 0, toMs: 1e9 });
});

test('a range wider than a history of a minute is shown whole', () => {
  const limits = { fromMs: 0, toMs: 10_000, spanMsMin: 30_000 };
  assert.deepEqual(clampRange({ fromMs: 2_000, toMs: 4_000 }, limits), { fromMs: 0, toMs: 30_000 });
});

const STILL: WheelInput = { deltaX: 0, deltaY: 0, deltaMode: 0, ctrlKey: false, shiftKey: false };

test('a notch towards the reader shows a third more, away from him three quarters', () => {
  assert.deepEqual(readWheel({ ...STILL, deltaY: -100 }), { kind: 'zoom', factor: NOTCH_FACTOR });
  assert.deepEqual(readWheel({ ...STILL, deltaY: 100 }), { kind: 'zoom', factor: 1 / NOTCH_FACTOR });
});

test('many small turns of a trackpad are as much as one notch', () => {
  let factor = 1;
  for (let turn = 0; turn < 25; turn++) {
    const meaning = readWheel({ ...STILL, deltaY: -4 });
    if (meaning.kind === 'zoom') factor *= meaning.factor;
  }
  assert.ok(Math.abs(factor - NOTCH_FACTOR) < 1e-9);
});

test('sideways and shift pan', () => {
  assert.deepEqual(readWheel({ ...STILL, deltaX: 30, deltaY: 10 }), { kind: 'pan', px: 30 });
  assert.deepEqual(readWheel({ ...STILL, deltaY: 100, shiftKey: true }), { kind: 'pan', px: 100 });
});

test('lines count as pixels of a line, and no single event runs away', () => {
  const lines = readWheel({ ...STILL, deltaY: 3, deltaMode: 1 });
  assert.ok(lines.kind === 'zoom' && lines.factor > 1 && lines.factor < 1 / NOTCH_FACTOR);
  const spin = readWheel({ ...STILL, deltaY: 100_000 });
  assert.ok(spin.kind === 'zoom' && spin.factor <= NOTCH_FACTOR ** -3);
});
