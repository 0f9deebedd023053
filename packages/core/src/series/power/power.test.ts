import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Points } from '../points.ts';
import { powerFromFlashes, standingLoad } from './index.ts';

const WINDOW_MS = 5_000;
const START_MS = Date.UTC(2026, 2, 29);

/** What a sensor counts of powers (W) that each last for some seconds. */
function countsOf(given: {
  powersW: readonly number[];
  eachS: number;
  exact: boolean;
  used?: number;
}): Points {
  const { powersW, eachS, exact } = given;
  const count = Math.floor((powersW.length * eachS * 1_000) / WINDOW_MS);
  const values = new Float64Array(count);
  const lastFlashes = new Uint16Array(count);
  let usedWh = given.used ?? 0.4;
  for (let ms = 0; ms < count * WINDOW_MS; ms += 1) {
    usedWh += (powersW[Math.floor(ms / 1_000 / eachS)] ?? 0) / 3_600_000;
    if (usedWh < 1) continue;
    usedWh -= 1;
    const window = Math.floor(ms / WINDOW_MS);
    values[window] = (values[window] ?? 0) + 1;
    lastFlashes[window] = (ms % WINDOW_MS) + 1;
  }
  return {
    starts: Float64Array.from({ length: count }, (_, index) => START_MS + index * WINDOW_MS),
    durationsMs: new Float64Array(count).fill(WINDOW_MS),
    values,
    reports: null,
    disagreements: null,
    lastFlashes: exact ? lastFlashes : null,
  };
}

function edgesEvery(stepMs: number, count: number): Float64Array {
  return Float64Array.from({ length: count + 1 }, (_, index) => START_MS + index * stepMs);
}

const powers = fc.array(fc.oneof(fc.constant(0), fc.nat(400), fc.nat(9_000), fc.nat(36_000)), {
  minLength: 1,
  maxLength: 12,
});

test('between any two instants the energy is within 1 Wh of what was counted, and never negative', () => {
  fc.assert(
    fc.property(powers, fc.boolean(), fc.integer({ min: 1, max: 60 }), (powersW, exact, everyWindows) => {
      const points = countsOf({ powersW, eachS: 60, exact });
      const edges = edgesEvery(everyWindows * WINDOW_MS, Math.floor(points.starts.length / everyWindows));
      const powerW = powerFromFlashes(points, edges);
      let [drawnWh, countedWh] = [0, 0];
      for (const [index, power] of powerW.entries()) {
        assert.ok(power >= 0);
        drawnWh += (power * everyWindows * WINDOW_MS) / 3_600_000;
        for (let window = 0; window < everyWindows; window += 1)
          countedWh += points.values[index * everyWindows + window] ?? 0;
        assert.ok(Math.abs(drawnWh - countedWh) <= 1 + 1e-9);
      }
    }),
    { numRuns: 150 },
  );
});

test('whatever windows hold, and whenever their last flash was, the energy is within 1 Wh of what was counted', () => {
  const window = fc.record({ value: fc.nat(40), flash: fc.integer({ min: 1, max: WINDOW_MS }) });
  fc.assert(
    fc.property(fc.array(window, { minLength: 1, maxLength: 40 }), (windows) => {
      const count = windows.length;
      const points = {
        starts: edgesEvery(WINDOW_MS, count - 1),
        durationsMs: new Float64Array(count).fill(WINDOW_MS),
        values: Float64Array.from(windows, ({ value }) => value),
        reports: null,
        disagreements: null,
        lastFlashes: Uint16Array.from(windows, ({ value, flash }) => (value === 0 ? 0 : flash)),
      };
      let [drawnWh, countedWh] = [0, 0];
      for (const [index, power] of powerFromFlashes(points, edgesEvery(WINDOW_MS, count)).entries()) {
        drawnWh += (power * WINDOW_MS) / 3_600_000;
        countedWh += points.values[index] ?? 0;
        assert.ok(power >= 0 && Math.abs(drawnWh - countedWh) <= 1 + 1e-9, `${power} W`);
      }
    }),
    { numRuns: 300 },
  );
});

test('a steady load is drawn steady, the better the longer it lasts', () => {
  for (const powerW of [90, 300, 720, 2_345, 9_000]) {
    for (const exact of [false, true]) {
      const points = countsOf({ powersW: [powerW], eachS: 1_800, exact });
      const drawn = powerFromFlashes(points, edgesEvery(WINDOW_MS, points.starts.length));
      const middle = drawn.subarray(30, -30);
      for (const each of middle) assert.ok(Math.abs(each - powerW) < (exact ? 0.5 : 4), `${powerW}: ${each}`);
    }
  }
});

test('from version 2, ten flashes tell the energy within 1 %, also across a change', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 150, max: 3_000 }), { minLength: 2, maxLength: 5 }), (powersW) => {
      const points = countsOf({ powersW, eachS: 600, exact: true });
      const drawn = powerFromFlashes(points, edgesEvery(300_000, powersW.length * 2));
      for (const [index, powerW] of powersW.entries()) {
        const mean = ((drawn[index * 2] ?? 0) + (drawn[index * 2 + 1] ?? 0)) / 2;
        assert.ok(Math.abs(mean - powerW) < powerW / 100, `${powerW}: ${mean}`);
      }
    }),
    { numRuns: 30 },
  );
});

test('between flashes the power falls as the wait allows', () => {
  const points = countsOf({ powersW: [3_600, 0], eachS: 600, exact: true });
  const drawn = powerFromFlashes(points, edgesEvery(WINDOW_MS, points.starts.length));
  const waited = drawn.subarray(130);
  for (const each of waited) assert.ok(each < 3_600_000 / 50_000);
  assert.ok((drawn.at(-1) ?? Number.NaN) < 6);
});

test('where nothing was measured there is no power, and a gap takes nothing from its sides', () => {
  const points = countsOf({ powersW: [1_000], eachS: 1_200, exact: false });
  const kept = (column: Float64Array) =>
    Float64Array.from([...column].filter((_, index) => index < 100 || index >= 160));
  const holed = {
    ...points,
    starts: kept(points.starts),
    durationsMs: kept(points.durationsMs),
    values: kept(points.values),
    lastFlashes: null,
  };
  const drawn = powerFromFlashes(holed, edgesEvery(WINDOW_MS, points.starts.length));
  for (const [index, each] of drawn.entries()) {
    if (index >= 100 && index < 160) assert.ok(Number.isNaN(each));
    else assert.ok(Math.abs(each - 1_000) < 25, `${index}: ${each}`);
  }
  assert.equal(powerFromFlashes(holed, edgesEvery(WINDOW_MS, 0)).length, 0);
});

test('one window, and none', () => {
  const points = countsOf({ powersW: [7_200], eachS: 5, exact: false });
  const [power] = powerFromFlashes(points, edgesEvery(WINDOW_MS, 1));
  assert.ok(Math.abs((power ?? 0) - 7_200) <= 1_440);
  const none = powerFromFlashes(
    {
      starts: new Float64Array(0),
      durationsMs: new Float64Array(0),
      values: new Float64Array(0),
      reports: null,
      disagreements: null,
    },
    edgesEvery(WINDOW_MS, 2),
  );
  assert.ok(none.every(Number.isNaN));
});

test('the standing load is the quietest hour, within 1 W', () => {
  const powersW = [900, 900, 137, 137, 2_000, 950, 400, 400];
  const load = standingLoad(countsOf({ powersW, eachS: 1_800, exact: false }));
  assert.ok(load !== null);
  assert.ok(Math.abs(load.powerW - 137) <= load.uncertaintyW);
  assert.ok(Math.abs(load.fromMs - START_MS - 3_600_000) <= 120_000);
  assert.equal(standingLoad(countsOf({ powersW: [100], eachS: 3_000, exact: false })), null);
});
