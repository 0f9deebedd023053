import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Points } from '@kilowink/core/series';
import fc from 'fast-check';
import { constantLoad, createMeter, powersFromEnergy, steppedLoad } from './index.ts';

describe('meter', () => {
  it('3600 W flash once a second', () => {
    const meter = createMeter(constantLoad(3_600), 0);
    equal(meter.advance(999), 0);
    equal(meter.advance(1_000), 1);
    equal(meter.advance(61_000), 60);
  });

  it('flashes do not depend on how the time is cut up, and are the integral of the power', () => {
    const powers = fc.array(fc.integer({ min: 0, max: 9_000_000 }), { minLength: 1, maxLength: 30 });
    const cuts = fc.array(fc.nat(3_000_000), { maxLength: 40 });
    fc.assert(
      fc.property(powers, cuts, fc.nat(100_000), (powersMw, cutsMs, startMs) => {
        const load = steppedLoad({ startMs: 12_345, stepMs: 60_000, powersMw: Float64Array.from(powersMw) });
        const endMs = startMs + 3_000_000;
        const whole = createMeter(load, startMs).advance(endMs);
        const pieces = createMeter(load, startMs);
        let sum = 0;
        for (const cut of cutsMs.toSorted((a, b) => a - b)) sum += pieces.advance(startMs + cut);
        sum += pieces.advance(endMs);
        equal(sum, whole);
        let energy = 0n;
        for (let atMs = startMs; atMs < endMs; ) {
          const { powerMw, untilMs } = load.stretchAt(atMs);
          const until = Math.min(untilMs, endMs);
          energy += BigInt(powerMw) * BigInt(until - atMs);
          atMs = until;
        }
        equal(BigInt(whole), energy / 3_600_000_000n);
      }),
    );
  });
});

describe('load', () => {
  it('steps begin again when they are over, and reach backwards', () => {
    const load = steppedLoad({ startMs: 1_000, stepMs: 10, powersMw: Float64Array.of(1, 2, 3) });
    deepEqual(
      [990, 1_000, 1_019, 1_020, 1_030].map((at) => load.stretchAt(at).powerMw),
      [3, 1, 2, 3, 1],
    );
    equal(load.stretchAt(1_019).untilMs, 1_020);
  });

  it('a minute that nobody measured keeps the power before it', () => {
    const points: Points = {
      starts: Float64Array.of(0, 60_000, 240_000),
      durationsMs: Float64Array.of(60_000, 60_000, 60_000),
      values: Float64Array.of(1_000, 2_000, 0),
      reports: null,
      disagreements: null,
    };
    deepEqual([...powersFromEnergy(points, 60_000)], [60_000, 120_000, 120_000, 120_000, 0]);
  });
});
