import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_WINDOWS, type Windows } from './columns.ts';
import { powerAtFrame, powerNow } from './power-now.ts';

function windowsOf(energiesWh: readonly number[], durationMs = 5_000): Windows {
  return {
    ...NO_WINDOWS,
    starts: Float64Array.from(energiesWh, (_, index) => index * durationMs),
    durationsMs: new Float64Array(energiesWh.length).fill(durationMs),
    energyWh: Float64Array.from(energiesWh),
  };
}

test('a large load shows within seconds', () => {
  const now = powerNow(windowsOf([0, 0, 1, 0, 6, 6]));
  assert.deepEqual(now, { powerW: 4_320, overMs: 5_000, endMs: 30_000 });
});

test('a small load is averaged over two minutes at most', () => {
  const now = powerNow(windowsOf(Array.from({ length: 200 }, (_, index) => (index % 12 === 0 ? 1 : 0))));
  assert.equal(now?.overMs, 120_000);
  assert.equal(now?.powerW, 60);
});

test('nothing is averaged across a gap', () => {
  const windows = windowsOf([5, 5, 5, 0, 0]);
  const gapped = { ...windows, starts: Float64Array.of(0, 5_000, 10_000, 60_000, 65_000) };
  assert.deepEqual(powerNow(gapped), { powerW: 0, overMs: 10_000, endMs: 70_000 });
});

test('one long window is enough, and none is none', () => {
  assert.equal(powerNow(windowsOf([10, 20], 60_000))?.powerW, 1_200);
  assert.equal(powerNow(NO_WINDOWS), null);
});

test('an index that stands still bounds the power by one Wh since it moved', () => {
  const power = { powerW: 900, overMs: 10_000, endMs: 100_000 };
  assert.equal(powerAtFrame(power, 114_000), power);
  assert.deepEqual(powerAtFrame(power, 220_000), { powerW: 30, overMs: 120_000, endMs: 220_000 });
  const weak = { ...power, powerW: 20 };
  assert.equal(powerAtFrame(weak, 220_000), weak);
  assert.equal(powerAtFrame(null, 220_000), null);
});
