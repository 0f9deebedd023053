import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bucketEdges, toZoned } from './calendar.ts';
import { HOUR_MS } from './epoch.ts';
import { chooseStep, findStep, STEPS } from './steps.ts';

const FROM_2000_MS = Date.UTC(2000, 0, 1);
const TO_2040_MS = Date.UTC(2040, 0, 1);

const zone = fc.constantFrom(
  'Europe/Paris',
  'UTC',
  'Asia/Kathmandu',
  'America/St_Johns',
  'Australia/Lord_Howe',
);
const instant = fc.integer({ min: FROM_2000_MS, max: TO_2040_MS });

function step(name: string) {
  return findStep(name) ?? assert.fail(`${name} is a step`);
}

test('days of 23 and 25 hours are days', () => {
  const spring = { fromMs: Date.parse('2026-03-28T23:00Z'), toMs: Date.parse('2026-03-29T22:00Z') };
  assert.deepEqual([...bucketEdges(spring, step('1d'), 'Europe/Paris')], [spring.fromMs, spring.toMs]);
  const autumn = { fromMs: Date.parse('2026-10-24T22:00Z'), toMs: Date.parse('2026-10-25T23:00Z') };
  assert.deepEqual([...bucketEdges(autumn, step('1d'), 'Europe/Paris')], [autumn.fromMs, autumn.toMs]);
});

test('every local day from 2000 to 2040 starts at local midnight and lasts 23 to 25 hours', () => {
  const edges = bucketEdges({ fromMs: FROM_2000_MS, toMs: TO_2040_MS }, step('1d'), 'Europe/Paris');
  for (let index = 1; index < edges.length; index += 1) {
    const hours = ((edges[index] ?? 0) - (edges[index - 1] ?? 0)) / HOUR_MS;
    assert.ok(hours === 23 || hours === 24 || hours === 25, `${hours} hours`);
    assert.equal(toZoned(edges[index] ?? 0, 'Europe/Paris').hour, 0);
  }
});

test('a day that a zone left out is no bucket', () => {
  const range = { fromMs: Date.parse('2011-12-29T10:00Z'), toMs: Date.parse('2012-01-02T10:00Z') };
  const edges = [...bucketEdges(range, step('1d'), 'Pacific/Apia')];
  assert.deepEqual(
    edges.map((edge) => toZoned(edge, 'Pacific/Apia').toPlainDate().toString()),
    ['2011-12-29', '2011-12-31', '2012-01-01', '2012-01-02', '2012-01-03'],
  );
  for (const unit of ['1w', '1mo', '1y']) {
    const wider = bucketEdges({ ...range, fromMs: Date.UTC(2010, 0, 1) }, step(unit), 'Pacific/Apia');
    assert.equal(new Set(wider).size, wider.length, unit);
  }
});

test('where clocks are set back over midnight, what is asked for is in the first bucket', () => {
  // At a minute past midnight it was 23:01 again, of the day before.
  const zone = 'America/St_Johns';
  const midnightMs = Date.parse('2010-11-07T02:30Z');
  for (const fromMs of [midnightMs, midnightMs + 60_000, midnightMs + HOUR_MS]) {
    const edges = bucketEdges({ fromMs, toMs: fromMs + HOUR_MS }, step('1d'), zone);
    assert.deepEqual([...edges], [midnightMs, midnightMs + 25 * HOUR_MS]);
  }
});

test('edges enclose the range, rise, and are those of the step', () => {
  const width = fc.integer({ min: 1, max: 40 * 86_400_000 });
  fc.assert(
    fc.property(instant, width, fc.constantFrom(...STEPS), zone, (fromMs, lengthMs, chosen, where) => {
      const toMs = fromMs + Math.min(lengthMs, chosen.ms * 500);
      const edges = bucketEdges({ fromMs, toMs }, chosen, where);
      assert.ok((edges[0] ?? Number.NaN) <= fromMs && (edges[1] ?? Number.NaN) > fromMs);
      assert.ok((edges.at(-1) ?? Number.NaN) >= toMs && (edges.at(-2) ?? Number.NaN) < toMs);
      for (let index = 1; index < edges.length; index += 1)
        assert.ok((edges[index] ?? 0) > (edges[index - 1] ?? 0));
      if (chosen.calendar === null) for (const edge of edges) assert.equal(edge % chosen.ms, 0);
    }),
  );
});

test('the chosen step makes at most as many buckets as asked for, and a shorter one would not', () => {
  const width = fc.integer({ min: 1, max: 15 * 366 * 86_400_000 });
  fc.assert(
    fc.property(instant, width, fc.integer({ min: 20, max: 10_000 }), (fromMs, lengthMs, points) => {
      const range = { fromMs, toMs: fromMs + lengthMs };
      const chosen = chooseStep({ ...range, points });
      assert.ok(bucketEdges(range, chosen, 'Europe/Paris').length - 1 <= points);
      const shorter = STEPS[STEPS.indexOf(chosen) - 1];
      if (shorter === undefined) return;
      // A day may be one of 23 hours, so the choice leaves room for a few more buckets than there are.
      assert.ok(bucketEdges(range, shorter, 'Europe/Paris').length * 1.12 + 2 > points, shorter.name);
    }),
    { numRuns: 60 },
  );
});
