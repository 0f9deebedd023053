import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createZone, isClockChangeDay } from './zone.ts';

const NAMES = [
  'Europe/Paris',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'UTC',
];
const zones = new Map(NAMES.map((name) => [name, createZone(name)]));
const instant = fc
  .integer({ min: Date.UTC(2010, 0, 1) / 1e3, max: Date.UTC(2035, 0, 1) / 1e3 })
  .map((s) => s * 1e3);

function zoneOf(name: string): ReturnType<typeof createZone> {
  const zone = zones.get(name);
  assert.ok(zone);
  return zone;
}

test('offsets are those of the time zone database', () => {
  fc.assert(
    fc.property(fc.constantFrom(...NAMES), instant, (name, atMs) => {
      const expected = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(name);
      assert.equal(zoneOf(name).offsetAt(atMs), expected.offsetNanoseconds / 1e6);
    }),
    { numRuns: 300 },
  );
});

test('local time leads back to its instant, or to the other hour of the same name', () => {
  fc.assert(
    fc.property(fc.constantFrom(...NAMES), instant, (name, atMs) => {
      const zone = zoneOf(name);
      const localMs = zone.toLocal(atMs);
      const back = zone.toInstant(localMs);
      assert.equal(zone.toLocal(back), localMs);
      assert.ok(back <= atMs, 'the first of the two');
    }),
    { numRuns: 300 },
  );
});

test('days start where the calendar says, also where midnight is skipped', () => {
  fc.assert(
    fc.property(fc.constantFrom(...NAMES), instant, fc.integer({ min: -3, max: 3 }), (name, atMs, days) => {
      const date = Temporal.Instant.fromEpochMilliseconds(atMs)
        .toZonedDateTimeISO(name)
        .toPlainDate()
        .add({ days });
      const expected = date.toZonedDateTime({ timeZone: name }).epochMilliseconds;
      assert.equal(zoneOf(name).dayStart(atMs, days), expected);
    }),
    { numRuns: 300 },
  );
});

test('days of 23 and 25 hours are told from the others', () => {
  const paris = zoneOf('Europe/Paris');
  const at = (text: string): number => Date.parse(text);
  assert.equal(isClockChangeDay(paris, at('2026-03-29T20:00Z')), true);
  assert.equal(isClockChangeDay(paris, at('2026-10-25T08:00Z')), true);
  assert.equal(isClockChangeDay(paris, at('2026-10-26T08:00Z')), false);
});

test('a local time is of two instants where the clock is set back, of none where it is set forward', () => {
  const paris = zoneOf('Europe/Paris');
  const instantsOf = (text: string) =>
    paris.instantsOf(Date.parse(`${text}Z`)).map((atMs) => new Date(atMs).toISOString().slice(0, 16));
  assert.deepEqual(instantsOf('2026-10-25T02:30'), ['2026-10-25T00:30', '2026-10-25T01:30']);
  assert.deepEqual(instantsOf('2026-10-25T03:00'), ['2026-10-25T02:00']);
  assert.deepEqual(instantsOf('2026-03-29T02:30'), []);
  assert.deepEqual(instantsOf('2026-07-01T12:00'), ['2026-07-01T10:00']);
});
