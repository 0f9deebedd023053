import { equal } from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { createIsoTimes } from './local-iso.ts';

it('times as text mean the instant they are made of, in every zone and order', () => {
  const zones = fc.constantFrom(
    'Europe/Paris',
    'America/St_Johns',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'UTC',
  );
  const instants = fc.array(fc.integer({ min: 0, max: Date.UTC(2100, 0) }), { maxLength: 20 });
  fc.assert(
    fc.property(zones, instants, (zone, list) => {
      const iso = createIsoTimes(zone);
      for (const atMs of list) {
        equal(Date.parse(iso.utc(atMs)), atMs);
        equal(Date.parse(iso.local(atMs)), atMs);
        const wall = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone);
        equal(iso.local(atMs).slice(0, 19), wall.toPlainDateTime().toString({ smallestUnit: 'second' }));
      }
    }),
  );
});
