import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SAMPLE_MISSING } from './geometry.ts';
import { PulseDetector, type PulseFlash } from './pulse-detector.ts';
import type { PulseWindow } from './windows.ts';

interface Seen {
  readonly flashes: PulseFlash[];
  readonly windows: PulseWindow[];
}

function watch(
  samplesMv: Int16Array,
  options: { rateHz?: number; chunk?: (index: number) => number } = {},
): Seen {
  const { rateHz = 1_000, chunk = () => samplesMv.length } = options;
  const detector = new PulseDetector({ rateHz, fullScaleMv: 3_300 });
  const seen: Seen = { flashes: [], windows: [] };
  const sink = {
    flash: (flash: PulseFlash) => void seen.flashes.push(flash),
    window: (window: PulseWindow) => void seen.windows.push(window),
  };
  let from = 0;
  for (let index = 0; from < samplesMv.length; index++) {
    const size = Math.max(1, chunk(index));
    detector.feed(samplesMv.subarray(from, from + size), sink);
    from += size;
  }
  return seen;
}

/** Flashes of 40 ms and 300 mV, the first after `firstMs`, on a level with a little noise; 12 s at 1 kHz. */
function flashing(of: { firstMs?: number; everyMs?: number; levelMv?: number; seed?: number }): Int16Array {
  const { firstMs = 1_000, everyMs = 700, levelMv = 100, seed = 1 } = of;
  let state = seed;
  return Int16Array.from({ length: 12_000 }, (_, ms) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const isOn = ms >= firstMs && (ms - firstMs) % everyMs < 40;
    return levelMv + (isOn ? 300 : 0) + (state >>> 30);
  });
}

describe('pulse detector', () => {
  it('the middle of a flash is told to a few milliseconds', () => {
    const { flashes } = watch(flashing({}));
    equal(flashes.length, 16);
    for (const [index, flash] of flashes.entries()) {
      const atMs = flash.windowNumber * 5_000 + flash.sample;
      const trueMs = 1_000 + 700 * index + 19.5;
      ok(Math.abs(atMs - trueMs) <= 3, `flash ${index}: ${atMs} for ${trueMs}`);
    }
  });

  it('a window tells count, last flash, light, height, noise and length', () => {
    const [first] = watch(flashing({})).windows;
    ok(first !== undefined);
    deepEqual([first.number, first.state, first.count], [0, 'good', 6]);
    ok(Math.abs(first.lastFlashSample - 4_520) <= 3);
    ok(Math.abs(first.amplitudeMv - 300) <= 5);
    ok(Math.abs(first.lengthUs - 40_000) <= 1_500);
    ok(first.baselineMv >= 100 && first.baselineMv <= 110);
  });

  it('a start counts its first flashes late, with the window in which the third came', () => {
    const slow = Int16Array.from({ length: 40_000 }, (_, ms) =>
      ms % 7_000 >= 3_000 && ms % 7_000 < 3_040 ? 400 : 80,
    );
    const { windows, flashes } = watch(slow);
    deepEqual(
      windows.map(({ count, lateCount }) => [count, lateCount]),
      [
        [0, 0],
        [0, 0],
        [0, 0],
        [1, 2],
        [1, 0],
        [0, 0],
        [1, 0],
      ],
    );
    deepEqual(
      flashes.map(({ windowNumber }) => windowNumber),
      [0, 2, 3, 4, 6, 7],
    );
    for (const { windowNumber, sample } of flashes) {
      ok(Math.abs(((windowNumber * 5_000 + sample) % 7_000) - 3_019.5) <= 3);
    }
  });

  it('a flash on the edge of two windows is counted once', () => {
    for (let firstMs = 700; firstMs < 820; firstMs += 7) {
      const { windows, flashes } = watch(flashing({ firstMs }));
      const inWindows = windows.map((window) => window.count);
      const told = [0, 1].map((number) => flashes.filter((flash) => flash.windowNumber === number).length);
      deepEqual(inWindows, told);
      const wanted = Array.from({ length: 20 }, (_, i) => firstMs + 700 * i + 19.5);
      equal(flashes.length, wanted.filter((ms) => ms < 11_700).length);
    }
  });

  it('however samples are cut up, the same is found', () => {
    const samplesMv = flashing({ everyMs: 330 });
    const whole = watch(samplesMv);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1 }), (sizes) => {
        deepEqual(watch(samplesMv, { chunk: (index) => sizes[index % sizes.length] ?? 1 }), whole);
      }),
      { numRuns: 20 },
    );
  });

  it('light that is always there changes no count', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2_800 }),
        fc.integer({ min: 100, max: 2_000 }),
        (levelMv, everyMs) => {
          const counts = (level: number) =>
            watch(flashing({ levelMv: level, everyMs })).windows.map((window) => window.count);
          deepEqual(counts(levelMv), counts(100));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('any samples at any rate are taken, and told in whole windows', () => {
    const sample = fc.oneof(
      fc.integer({ min: -32_768, max: 32_767 }),
      fc.constantFrom(0, 3_300, SAMPLE_MISSING),
    );
    const run = fc.record({ sample, length: fc.integer({ min: 1, max: 400 }) });
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 8_000 }), fc.array(run, { maxLength: 60 }), (rateHz, runs) => {
        const samplesMv = Int16Array.from(runs.flatMap(({ sample, length }) => Array(length).fill(sample)));
        const { windows } = watch(samplesMv, { rateHz });
        deepEqual(
          windows.map((window) => window.number),
          windows.map((_, index) => index),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('light at the top of the scale is no measurement, before and after it is one', () => {
    const samplesMv = new Int16Array(26_000).fill(3_300, 6_000, 7_000);
    samplesMv.set(flashing({}), 0);
    samplesMv.set(flashing({}), 14_000);
    samplesMv.fill(3_300, 6_000, 7_000);
    const states = watch(samplesMv).windows.map((window) => window.state);
    deepEqual(states, ['good', 'saturated', 'good', 'good', 'good']);
  });

  it('an ADC that gives nothing is no measurement, in each window it touches', () => {
    const samplesMv = new Int16Array(21_000);
    samplesMv.set(flashing({}), 0);
    samplesMv.fill(SAMPLE_MISSING, 4_900, 5_100);
    const states = watch(samplesMv).windows.map((window) => window.state);
    deepEqual(states.slice(0, 3), ['missing', 'missing', 'good']);
  });

  it('rates and scales that make no sense are refused', () => {
    for (const options of [
      { rateHz: 19, fullScaleMv: 3_300 },
      { rateHz: 8_001, fullScaleMv: 3_300 },
      { rateHz: 99.5, fullScaleMv: 3_300 },
      { rateHz: 1_000, fullScaleMv: 0 },
      { rateHz: 1_000, fullScaleMv: 4_096 },
    ]) {
      throws(() => new PulseDetector(options));
    }
  });
});
