import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMeter } from './meter.ts';
import { profileLoad, shiftToNow, wallClockMs } from './profile.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Three days by the minute whose power in mW is the minute's number. */
const profile = {
  startLocalMs: Date.UTC(2006, 11, 16, 17, 24),
  stepMs: MINUTE_MS,
  powersMw: Float64Array.from({ length: 3 * 1_440 + 60 }, (_, i) => i),
};
const zone = 'Europe/Paris';

describe('profile', () => {
  it('keeps the time of day and puts now on its last day', () => {
    for (const now of [
      '2026-01-01T16:00:00Z',
      '2026-07-01T16:40:00Z',
      '2026-07-01T03:00:00Z',
      '2026-03-29T01:00:00Z',
    ]) {
      const nowMs = Date.parse(now);
      const shiftMs = shiftToNow(profile, nowMs, zone);
      equal(shiftMs % DAY_MS, 0);
      const { powerMw } = profileLoad({ profile, shiftMs, zone }).stretchAt(nowMs);
      const minuteOfDay = (wallClockMs(nowMs, zone) % DAY_MS) / MINUTE_MS;
      equal((powerMw + 17 * 60 + 24) % 1_440, minuteOfDay);
      equal(powerMw >= 2 * 1_440, true);
    }
  });

  it('repeats by whole days after its end and before its start', () => {
    const load = profileLoad({ profile, shiftMs: 0, zone: 'UTC' });
    const at = (minute: number) => load.stretchAt(profile.startLocalMs + minute * MINUTE_MS).powerMw;
    equal(at(4_379), 4_379);
    equal(at(4_380), 4_380 - 4_320);
    equal(at(4_380 + 4_320), 4_380 - 4_320);
    equal(at(-1), 4_319);
  });

  it('the spring hour is left out and the autumn hour done twice', () => {
    const load = profileLoad({
      profile,
      shiftMs: shiftToNow(profile, Date.parse('2026-10-25T12:00Z'), zone),
      zone,
    });
    const first = load.stretchAt(Date.parse('2026-10-25T00:30Z'));
    const second = load.stretchAt(Date.parse('2026-10-25T01:30Z'));
    equal(first.powerMw, second.powerMw);
    const spring = profileLoad({
      profile,
      shiftMs: shiftToNow(profile, Date.parse('2026-03-29T12:00Z'), zone),
      zone,
    });
    const before = spring.stretchAt(Date.parse('2026-03-29T00:59Z')).powerMw;
    equal(spring.stretchAt(Date.parse('2026-03-29T01:00Z')).powerMw, before + 61);
  });

  it('a meter runs on it without end', () => {
    const steady = { ...profile, stepMs: 3_600_000, powersMw: new Float64Array(30).fill(1_000_000) };
    const load = profileLoad({ profile: steady, shiftMs: 1_234 * DAY_MS, zone });
    equal(createMeter(load, Date.UTC(2026, 0)).advance(Date.UTC(2027, 0)), 365 * 24_000);
  });
});
