import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createZone } from '../time/zone.ts';
import { chooseTicks, niceCeil, valueTicks } from './ticks.ts';

const PARIS = createZone('Europe/Paris');
const at = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;
const local = (atMs: number): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO('Europe/Paris');

test('ticks lie in the range, ascend, and are not too many', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: at('2015-01-01T00:00Z') / 1e3, max: at('2030-01-01T00:00Z') / 1e3 }),
      fc.double({ min: 30, max: 4e8, noNaN: true }),
      fc.integer({ min: 2, max: 16 }),
      (fromS, spanS, countMax) => {
        const range = { fromMs: fromS * 1e3, toMs: (fromS + Math.ceil(spanS)) * 1e3 };
        const { atMs } = chooseTicks(range, countMax, PARIS);
        // One more fits when ticks fall on both ends, and one when the clock goes back.
        assert.ok(atMs.length <= countMax + 2, `${atMs.length} ticks`);
        atMs.forEach((tick, index) => {
          assert.ok(tick >= range.fromMs && tick < range.toMs);
          assert.ok(index === 0 || tick > (atMs[index - 1] ?? 0));
        });
      },
    ),
    { numRuns: 300 },
  );
});

test('days are marked at local midnight through both clock changes', () => {
  for (const month of ['03', '10']) {
    const range = { fromMs: at(`2026-${month}-20T12:00Z`), toMs: at(`2026-${month}-31T12:00Z`) };
    const { unit, atMs } = chooseTicks(range, 12, PARIS);
    assert.equal(unit, 'day');
    assert.equal(atMs.length, 11);
    for (const tick of atMs) assert.equal(local(tick).toPlainTime().toString(), '00:00:00');
  }
});

test('the hour that comes twice is marked twice, the skipped one not at all', () => {
  const hours = (day: string): number[] => {
    const range = {
      fromMs: PARIS.dayStart(at(`${day}T12:00Z`)),
      toMs: PARIS.dayStart(at(`${day}T12:00Z`)) + 5 * 3.6e6,
    };
    return chooseTicks(range, 6, PARIS).atMs.map((tick) => local(tick).hour);
  };
  assert.deepEqual(hours('2026-10-25'), [0, 1, 2, 2, 3]);
  assert.deepEqual(hours('2026-03-29'), [0, 1, 3, 4, 5]);
});

test('weeks begin on Monday, months on the first', () => {
  const weeks = chooseTicks({ fromMs: at('2026-01-01T00:00Z'), toMs: at('2026-03-15T00:00Z') }, 12, PARIS);
  for (const tick of weeks.atMs) assert.equal(local(tick).dayOfWeek, 1);
  const months = chooseTicks({ fromMs: at('2026-01-10T00:00Z'), toMs: at('2026-12-10T00:00Z') }, 12, PARIS);
  assert.equal(months.unit, 'month');
  assert.equal(months.atMs.length, 11);
  for (const tick of months.atMs) assert.equal(local(tick).day, 1);
});

test('a scale holds its maximum in a few round steps', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.5, max: 1e8, noNaN: true }),
      fc.integer({ min: 1, max: 12 }),
      (max, countMax) => {
        const scale = valueTicks(max, countMax);
        assert.ok(scale.max >= max * (1 - 1e-6));
        assert.ok(scale.values.length <= countMax + 1);
        assert.equal(scale.values[0], 0);
        assert.equal(scale.values[scale.values.length - 1], scale.max);
      },
    ),
  );
});

test('round numbers are 1, 2, 2.5 and 5 times powers of ten', () => {
  assert.deepEqual([0.7, 1, 1.1, 2.2, 260, 7_000].map(niceCeil), [1, 1, 2, 2.5, 500, 10_000]);
});
