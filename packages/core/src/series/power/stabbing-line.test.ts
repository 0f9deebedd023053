import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StabbingLine } from './stabbing-line.ts';

interface Gate {
  readonly at: number;
  readonly low: number;
  readonly high: number;
}

const gates = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: -20, max: 20 }), fc.nat(9)), {
    minLength: 2,
    maxLength: 40,
  })
  .map((steps) => {
    let at = 0;
    return steps.map(([step, low, width]): Gate => {
      at += step;
      return { at, low, high: low + width };
    });
  });

/** By every pair of gates. */
function slopesOf(some: readonly Gate[]): { min: number; max: number } {
  let [min, max] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const [index, later] of some.entries()) {
    for (const earlier of some.slice(0, index)) {
      min = Math.max(min, (later.low - earlier.high) / (later.at - earlier.at));
      max = Math.min(max, (later.high - earlier.low) / (later.at - earlier.at));
    }
  }
  return { min, max };
}

test('a gate is taken exactly when one line still passes through all, and the slopes left are those of every pair', () => {
  fc.assert(
    fc.property(gates, (all) => {
      const line = new StabbingLine();
      const taken: Gate[] = [];
      for (const gate of all) {
        const { min, max } = slopesOf([...taken, gate]);
        if (Math.abs(max - min) < 1e-9) return;
        assert.equal(line.add(gate.at, gate.low, gate.high), min <= max);
        if (min <= max) taken.push(gate);
      }
      const { min, max } = slopesOf(taken);
      if (taken.length < 2) return;
      assert.ok(Math.abs(line.slopeMin - min) < 1e-9);
      assert.ok(Math.abs(line.slopeMax - max) < 1e-9);
    }),
    { numRuns: 2_000 },
  );
});

test('cleared, it begins again', () => {
  const line = new StabbingLine();
  assert.ok(line.add(0, 0, 1) && line.add(1, 0, 1));
  assert.equal(line.add(2, 50, 51), false);
  line.clear();
  assert.ok(line.add(2, 50, 51));
  assert.equal(line.slopeMax, Number.POSITIVE_INFINITY);
});
