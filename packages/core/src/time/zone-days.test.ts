import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayStartsOfYear, startOfDayMs } from './zone-days.ts';

/** Clocks turned at midnight, by half an hour, in Ramadan, days left out, and clocks that are never turned. */
const ZONES = [
  ...['Europe/Paris', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'Pacific/Fakaofo'],
  ...['America/Sao_Paulo', 'America/Santiago', 'Asia/Beirut', 'Africa/Casablanca', 'Asia/Tehran'],
  ...['Asia/Gaza', 'Atlantic/Azores', 'Antarctica/Troll', 'Asia/Kathmandu', 'UTC', '+01:00'],
];

for (const zone of ZONES) {
  test(`days of ${zone} start when they start`, () => {
    for (let year = 2000; year <= 2040; year += 1) {
      const first = Temporal.PlainDate.from({ year, month: 1, day: 1 });
      const expected = Array.from({ length: first.daysInYear }, (_, day) =>
        startOfDayMs(first.add({ days: day }), zone),
      );
      assert.deepEqual([...dayStartsOfYear(year, zone)], expected, String(year));
    }
  });
}
