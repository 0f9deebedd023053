import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RunClock, SLEW_MS, TOLERANCE_MS } from './run-clock.ts';
import { windowEndMs, windowStartMs } from './timeline.ts';

const WINDOW_MS = 5_000;
const START_MS = Date.UTC(2026, 9, 24, 21);

interface World {
  /** How much slower than true time the sensor counts, in parts per million. */
  driftPpm: number;
  /** The wall clock less the true time. */
  wrongByMs: (trueMs: number) => number;
  /** What the monotonic clock leaves out, because the machine slept. */
  sleptMs: (trueMs: number) => number;
  delayMs: (number: number) => number;
}

const calm: World = { driftPpm: 0, wrongByMs: () => 0, sleptMs: () => 0, delayMs: () => 30 };

function trueEndMs(world: World, number: number): number {
  return number * WINDOW_MS * (1 + world.driftPpm / 1e6);
}

function at(world: World, number: number) {
  const arrivalMs = Math.round(trueEndMs(world, number) + world.delayMs(number));
  const wallMs = START_MS + arrivalMs + world.wrongByMs(arrivalMs);
  return { wallMs, monotonicMs: arrivalMs + 777 - world.sleptMs(arrivalMs) };
}

/** Hears every third window from `from` to `to`. */
function hear(clock: RunClock, world: World, range: { from: number; to: number }): void {
  for (let number = range.from; number < range.to; number += 3) clock.observe(number, at(world, number));
}

function started(world: World): RunClock {
  const { wallMs } = at(world, 0);
  return new RunClock([{ fromNumber: 0, startMs: wallMs - WINDOW_MS, intervalMs: WINDOW_MS }], WINDOW_MS);
}

function errorMs(clock: RunClock, world: World, number: number): number {
  return windowEndMs(clock.timeline, number) - START_MS - trueEndMs(world, number);
}

test('a drifting sensor stays within a second over days, and no window is stretched visibly', () => {
  const drift = fc.integer({ min: -60, max: 60 });
  fc.assert(
    fc.property(drift, fc.integer({ min: 1, max: 1_000_000 }), (driftPpm, seed) => {
      const world = { ...calm, driftPpm, delayMs: (number: number) => 20 + ((number * seed) % 400) };
      const clock = started(world);
      const to = 3 * 17_280;
      hear(clock, world, { from: 0, to });
      for (let number = 720; number < to; number += 997) {
        const error = errorMs(clock, world, number);
        assert.ok(Math.abs(error) < TOLERANCE_MS + 500, `window ${number} is ${error} ms off`);
      }
      for (let number = 1; number < to; number += 1) {
        const lasts = windowStartMs(clock.timeline, number) - windowStartMs(clock.timeline, number - 1);
        assert.ok(Math.abs(lasts - WINDOW_MS) <= SLEW_MS, `window ${number - 1} lasts ${lasts} ms`);
      }
    }),
    { numRuns: 20 },
  );
});

test('a first report that is late does not keep the run late', () => {
  const world = { ...calm, delayMs: (number: number) => (number === 0 ? 45_000 : 30) };
  const clock = started(world);
  hear(clock, world, { from: 0, to: 30 });
  assert.ok(Math.abs(errorMs(clock, world, 0)) < 1_000);
});

test('a late report does not move the run', () => {
  const world = { ...calm, delayMs: (number: number) => (number % 90 === 0 && number > 0 ? 60_000 : 30) };
  const clock = started(world);
  hear(clock, world, { from: 0, to: 2_000 });
  assert.equal(errorMs(clock, world, 1_000), 30);
});

for (const [name, wrongMs] of [
  ['an hour ahead', 3_600_000],
  ['two days back', -172_800_000],
  ['in 1970', -START_MS],
  ['ninety seconds ahead', 90_000],
] as const) {
  test(`when a clock ${name} is put right, the run heard under it is put right too`, () => {
    const world = { ...calm, wrongByMs: (trueMs: number) => (trueMs < 600_000 ? wrongMs : 0) };
    const clock = started(world);
    hear(clock, world, { from: 0, to: 400 });
    assert.equal(errorMs(clock, world, 10), 30);
    assert.equal(errorMs(clock, world, 399), 30);
  });

  test(`a clock that is ${name} for a while leaves no trace`, () => {
    const wrongByMs = (trueMs: number) => (trueMs > 600_000 && trueMs < 900_000 ? wrongMs : 0);
    const world = { ...calm, wrongByMs };
    const clock = started(world);
    hear(clock, world, { from: 0, to: 400 });
    for (const number of [10, 150, 399]) assert.equal(errorMs(clock, world, number), 30);
  });
}

test('a machine that slept does not take the run along', () => {
  const world = { ...calm, sleptMs: (trueMs: number) => (trueMs > 600_000 ? 7_200_000 : 0) };
  const clock = started(world);
  hear(clock, world, { from: 0, to: 100 });
  hear(clock, world, { from: 1_600, to: 1_900 });
  assert.equal(errorMs(clock, world, 50), 30);
  assert.equal(errorMs(clock, world, 1_899), 30);
});

test('after a restart under a wrong clock the run follows it, and comes back', () => {
  const clock = started(calm);
  hear(clock, calm, { from: 0, to: 1_000 });
  const wrong = { ...calm, wrongByMs: () => -7_200_000 };
  const restarted = new RunClock(clock.timeline, WINDOW_MS);
  hear(restarted, wrong, { from: 1_000, to: 1_300 });
  assert.equal(errorMs(restarted, wrong, 1_200), -7_200_000 + 30);
  const again = new RunClock(restarted.timeline, WINDOW_MS);
  hear(again, calm, { from: 1_300, to: 1_600 });
  assert.equal(errorMs(again, calm, 1_500), 30);
});

test('reports that are repeated after a restart, all at once, do not move the run', () => {
  const clock = started(calm);
  hear(clock, calm, { from: 0, to: 130 });
  const known = { newestNumber: 129, offsetMs: clock.offsetMs };
  const restarted = new RunClock(clock.timeline, WINDOW_MS, known);
  for (const number of [111, 117, 123, 129]) restarted.observe(number, at(calm, 132));
  assert.equal(errorMs(restarted, calm, 129), 30);
  hear(restarted, calm, { from: 132, to: 300 });
  assert.equal(errorMs(restarted, calm, 200), 30);
});

test('NTP slewing is followed, not taken for a step', () => {
  const world = { ...calm, wrongByMs: (trueMs: number) => Math.round(Math.max(-4_000, -trueMs * 0.0005)) };
  const clock = started(world);
  let stepped = 0;
  for (let number = 0; number < 6_000; number += 3) stepped += clock.observe(number, at(world, number));
  assert.equal(stepped, 0);
  assert.ok(Math.abs(errorMs(clock, world, 5_999) + 4_000) < TOLERANCE_MS + 100);
});
