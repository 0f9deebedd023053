import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMeter, profileLoad, shiftToNow, wallClockMs } from '@kilowink/sim/load';
import { readLocalEnergy, SCEAUX_HOUR_FILE, SCEAUX_MINUTE_FILE, toProfile } from './house.ts';
import { placeHouse } from './place-house.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const hours = readLocalEnergy(SCEAUX_HOUR_FILE).points;
const minuteFile = readLocalEnergy(SCEAUX_MINUTE_FILE);
const minutes = minuteFile.points;

function place(now: string, zone: string) {
  const nowMs = Date.parse(now);
  const shiftMs = shiftToNow(toProfile(minuteFile), nowMs, zone);
  return { nowMs, shiftMs, ...placeHouse({ hours, minutes, shiftMs, nowMs, zone }) };
}

describe('placed house', () => {
  it('the files are whole', () => {
    equal(minutes.starts.length, 37_283);
    equal(hours.starts.length, 34_949);
  });

  for (const [now, zone] of [
    ['2026-11-20T23:14:05Z', 'Europe/Paris'],
    ['2026-04-02T12:00:00Z', 'Europe/Paris'],
    ['2026-10-25T01:30:00Z', 'Europe/Paris'],
    ['2026-07-01T00:00:00Z', 'Asia/Kathmandu'],
  ] as const) {
    it(`ends now and has no seam: ${now} in ${zone}`, () => {
      const placed = place(now, zone);
      const lastMinute = placed.minutes.starts.at(-1) ?? 0;
      ok(placed.nowMs - lastMinute <= 120_000 && lastMinute + 60_000 <= placed.nowMs);
      const lastHour = placed.hours.starts.at(-1) ?? 0;
      equal(lastHour + HOUR_MS, placed.minutes.starts[0]);
      ok(placed.hours.starts.every((ms, i) => i === 0 || ms - (placed.hours.starts[i - 1] ?? 0) === HOUR_MS));
      ok(placed.hours.starts.length > 34_900);
      ok(placed.minutes.starts.length > 35_000);
    });
  }

  it('every hour has the energy the file has at that time of day', () => {
    const placed = place('2026-11-20T23:14:05Z', 'Europe/Paris');
    const last = placed.hours.starts.length - 1;
    const localMs = wallClockMs(placed.hours.starts[last] ?? 0, 'Europe/Paris');
    const fileHour = hours.starts.findLastIndex((ms) => ms % DAY_MS === localMs % DAY_MS);
    deepEqual([...placed.hours.values.slice(-20)], [...hours.values.slice(fileHour - 19, fileHour + 1)]);
  });

  it('the live load goes on from the stored minutes', () => {
    const { nowMs, shiftMs, minutes: stored } = place('2026-11-20T23:14:05Z', 'Europe/Paris');
    const load = profileLoad({ profile: toProfile(minuteFile), shiftMs, zone: 'Europe/Paris' });
    for (const i of [0, 1_000, stored.starts.length - 1]) {
      const powerMw = load.stretchAt(stored.starts[i] ?? 0).powerMw;
      equal(powerMw, (stored.values[i] ?? 0) * 60);
    }
    ok(createMeter(load, nowMs).advance(nowMs + 40 * DAY_MS) > 100_000);
  });
});
