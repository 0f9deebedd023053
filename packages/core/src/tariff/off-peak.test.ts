import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type DailyWindow, isInBands, offPeakBands, offsetStretches, type ZoneOffset } from './index.ts';

const PARIS = 'Europe/Paris';
const NIGHT: DailyWindow = { from: '22:30', to: '06:30' };

function offsetOf(zone: string): ZoneOffset {
  return (atMs) =>
    Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone).offsetNanoseconds / 1e6;
}

function at(text: string): number {
  return Temporal.Instant.from(text).epochMilliseconds;
}

/** What the words say, instant by instant, with no arithmetic in common with the code under test. */
function isOffPeakByTheClock(windows: readonly DailyWindow[], atMs: number, zone: string): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone).toPlainDateTime();
  return windows.some((window) =>
    [0, 1].some((daysBefore) => {
      const day = local.toPlainDate().subtract({ days: daysBefore });
      if (window.validFrom !== undefined && Temporal.PlainDate.compare(day, window.validFrom) < 0)
        return false;
      if (window.validTo !== undefined && Temporal.PlainDate.compare(day, window.validTo) > 0) return false;
      const from = day.toPlainDateTime(window.from);
      const crosses = window.to <= window.from;
      const to = (crosses ? day.add({ days: 1 }) : day).toPlainDateTime(window.to);
      return (
        Temporal.PlainDateTime.compare(from, local) <= 0 && Temporal.PlainDateTime.compare(local, to) < 0
      );
    }),
  );
}

const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
const date = fc
  .integer({ min: 0, max: 800 })
  .map((days) => Temporal.PlainDate.from('2025-01-01').add({ days }).toString());
const window = fc.record(
  { from: clock, to: clock, validFrom: date, validTo: date },
  { requiredKeys: ['from', 'to'] },
);
// Half an hour of summer time, no summer time, a zone west of UTC, and a month without.
const zone = fc.constantFrom(
  PARIS,
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'America/New_York',
  'Africa/Casablanca',
);
const instant = fc.integer({ min: at('2025-01-01T00:00Z') / 1e3, max: at('2027-01-01T00:00Z') / 1e3 });

test('off-peak bands hold exactly the instants at which the wall clock is in a window', () => {
  fc.assert(
    fc.property(
      fc.array(window, { maxLength: 3 }),
      zone,
      instant,
      fc.array(fc.integer({ min: 0, max: 6 * 86_400 - 1 }), { minLength: 30, maxLength: 30 }),
      (windows, zoneName, startS, probes) => {
        const range = { fromMs: startS * 1e3, toMs: (startS + 6 * 86_400) * 1e3 };
        const bands = offPeakBands(windows, range, offsetOf(zoneName));
        for (const probe of probes) {
          const atMs = (startS + probe) * 1e3;
          assert.equal(isInBands(bands, atMs), isOffPeakByTheClock(windows, atMs, zoneName));
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('off-peak bands are ascending, apart, not empty and inside the range', () => {
  fc.assert(
    fc.property(fc.array(window, { maxLength: 4 }), zone, instant, (windows, zoneName, startS) => {
      const range = { fromMs: startS * 1e3, toMs: (startS + 30 * 86_400) * 1e3 };
      let endMs = Number.NEGATIVE_INFINITY;
      for (const band of offPeakBands(windows, range, offsetOf(zoneName))) {
        assert.ok(band.fromMs > endMs && band.fromMs < band.toMs);
        assert.ok(band.fromMs >= range.fromMs && band.toMs <= range.toMs);
        endMs = band.toMs;
      }
    }),
    { numRuns: 60 },
  );
});

test('a night of 8 hours lasts 7 when the clock goes forward and 9 when it goes back', () => {
  const hours = (from: string, to: string): number[] =>
    offPeakBands([NIGHT], { fromMs: at(from), toMs: at(to) }, offsetOf(PARIS)).map(
      (band) => (band.toMs - band.fromMs) / 3_600_000,
    );
  assert.deepEqual(hours('2026-03-28T12:00+01:00', '2026-03-29T12:00+02:00'), [7]);
  assert.deepEqual(hours('2026-10-24T12:00+02:00', '2026-10-25T12:00+01:00'), [9]);
  assert.deepEqual(hours('2026-06-24T12:00+02:00', '2026-06-25T12:00+02:00'), [8]);
});

test('a window that ends inside the hour that comes twice is off-peak twice', () => {
  const range = { fromMs: at('2026-10-25T00:00+02:00'), toMs: at('2026-10-25T12:00+01:00') };
  assert.deepEqual(offPeakBands([{ from: '01:00', to: '02:30' }], range, offsetOf(PARIS)), [
    { fromMs: at('2026-10-25T01:00+02:00'), toMs: at('2026-10-25T02:30+02:00') },
    { fromMs: at('2026-10-25T02:00+01:00'), toMs: at('2026-10-25T02:30+01:00') },
  ]);
});

test('a window that lies in the skipped hour is not there that day', () => {
  const range = { fromMs: at('2026-03-29T00:00+01:00'), toMs: at('2026-03-29T12:00+02:00') };
  assert.deepEqual(offPeakBands([{ from: '02:00', to: '03:00' }], range, offsetOf(PARIS)), []);
});

test('several windows a day with their own validity', () => {
  const windows: DailyWindow[] = [
    { from: '12:00', to: '14:30', validFrom: '2026-04-01', validTo: '2026-10-31' },
    { ...NIGHT, validTo: '2026-03-31' },
  ];
  const range = { fromMs: at('2026-03-31T00:00+02:00'), toMs: at('2026-04-02T00:00+02:00') };
  assert.deepEqual(offPeakBands(windows, range, offsetOf(PARIS)), [
    { fromMs: at('2026-03-31T00:00+02:00'), toMs: at('2026-03-31T06:30+02:00') },
    { fromMs: at('2026-03-31T22:30+02:00'), toMs: at('2026-04-01T06:30+02:00') },
    { fromMs: at('2026-04-01T12:00+02:00'), toMs: at('2026-04-01T14:30+02:00') },
  ]);
});

test('stretches between clock changes meet, and are cut to the millisecond', () => {
  const range = { fromMs: at('2026-01-01T00:00Z'), toMs: at('2027-01-01T00:00Z') };
  assert.deepEqual(offsetStretches(range, offsetOf(PARIS)), [
    { fromMs: range.fromMs, toMs: at('2026-03-29T01:00Z'), offsetMs: 3_600_000 },
    { fromMs: at('2026-03-29T01:00Z'), toMs: at('2026-10-25T01:00Z'), offsetMs: 7_200_000 },
    { fromMs: at('2026-10-25T01:00Z'), toMs: range.toMs, offsetMs: 3_600_000 },
  ]);
});

test('no window, a window that is no time, and an empty range give no band', () => {
  const range = { fromMs: 0, toMs: 86_400_000 };
  assert.deepEqual(offPeakBands([], range, offsetOf(PARIS)), []);
  assert.deepEqual(offPeakBands([{ from: '25:00', to: '26:00' }], range, offsetOf(PARIS)), []);
  assert.deepEqual(offPeakBands([NIGHT], { fromMs: 5, toMs: 5 }, offsetOf(PARIS)), []);
});
