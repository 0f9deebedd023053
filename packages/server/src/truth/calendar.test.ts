import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketsAnswer } from '@kilowink/api';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';
import type { CorrectionKind } from '@kilowink/core/truth';
import fc from 'fast-check';
import { TruthSite } from './testing.ts';

/** Windows that are in step with no hour. */
const WINDOW_MS = 7 * MINUTE_MS;
const YEARS = 3;

interface Columns {
  readonly starts: readonly number[];
  readonly endMs: number;
  readonly energies: readonly number[];
}

async function read(
  site: TruthSite,
  path: string,
  range: { fromMs: number; toMs: number },
): Promise<Columns> {
  const answer = bucketsAnswer.parse(await site.get(`${path}&from=${range.fromMs}&to=${range.toMs}`));
  const { start, energyWh } = answer.columns;
  return { starts: start, endMs: answer.toMs, energies: energyWh.map((each) => each ?? 0) };
}

/** The shorter buckets add up to each of the longer ones, to well below a Wh, and no edge is lost. */
function assertAddUp(shorter: Columns, longer: Columns): void {
  for (const [index, startMs] of longer.starts.entries()) {
    const endMs = longer.starts[index + 1] ?? longer.endMs;
    const inside = shorter.starts.flatMap((atMs, at) => (atMs >= startMs && atMs < endMs ? at : []));
    assert.equal(shorter.starts[inside[0] ?? -1], startMs);
    const sum = inside.reduce((total, at) => total + (shorter.energies[at] ?? 0), 0);
    const wanted = longer.energies[index] ?? Number.NaN;
    assert.ok(Math.abs(sum - wanted) < 0.5, `${new Date(startMs).toISOString()}: ${sum} and ${wanted} Wh`);
  }
}

const kind: fc.Arbitrary<CorrectionKind> = fc.oneof(
  fc.constant({ kind: 'bad' } as const),
  fc.record({ kind: fc.constant('scale' as const), factor: fc.double({ min: 0.5, max: 2, noNaN: true }) }),
  fc.record({
    kind: fc.constant('total' as const),
    energy: fc.nat(100_000),
    into: fc.constantFrom('shape' as const, 'flat' as const, 'gaps' as const),
  }),
);
const trial = fc.record({
  year: fc.integer({ min: 2000, max: 2040 }),
  seed: fc.integer({ min: 1, max: 1_000 }),
  corrections: fc.array(
    fc.record({ first: fc.nat(75_000), count: fc.integer({ min: 1, max: 6_000 }), kind }),
    { maxLength: 5 },
  ),
});

test('hours add up to days, days to months, months to the year, 2000 to 2040, also corrected', async () => {
  for (const zone of ['Europe/Paris', 'America/St_Johns']) {
    await using site = await TruthSite.open({ site: { zone } });
    let trialCount = 0;
    await fc.assert(
      fc.asyncProperty(trial, async ({ year, seed, corrections }) => {
        trialCount += 1;
        const fromMs = Temporal.PlainDate.from({ year, month: 1, day: 1 }).toZonedDateTime(
          zone,
        ).epochMilliseconds;
        const toMs = Temporal.PlainDate.from({ year: year + 1, month: 1, day: 1 }).toZonedDateTime(
          zone,
        ).epochMilliseconds;
        const count = Math.ceil((toMs - fromMs) / WINDOW_MS);
        const values = Array.from({ length: count }, (_, at) => (at % 97 < 3 ? null : (at * seed) % 613));
        const startMs = fromMs - 3 * MINUTE_MS;
        const id = site.put({ source: `optical/${trialCount}` }, { startMs, durationMs: WINDOW_MS }, values);
        site.store.putCorrections(
          corrections.map((each) => ({
            ...{ series: id, kind: each.kind, origin: 'person', note: '', madeMs: 0 },
            fromMs: startMs + each.first * WINDOW_MS,
            toMs: startMs + (each.first + each.count) * WINDOW_MS,
          })),
        );
        const by = (step: string) => read(site, `/series/${id}/buckets?step=${step}`, { fromMs, toMs });
        const [days, months, years] = [await by('1d'), await by('1mo'), await by('1y')];
        assertAddUp(days, months);
        assertAddUp(months, years);
        // Where the zone is off by half an hour, a day does not begin with an hour.
        if (zone === 'Europe/Paris') assertAddUp(await by('1h'), days);
      }),
      { numRuns: YEARS },
    );
  }
});

test('the days on which the clock changes have 23 and 25 hours', async () => {
  await using site = await TruthSite.open();
  for (const [date, hours] of [
    ['2000-03-26', 23],
    ['2026-03-29', 23],
    ['2026-10-25', 25],
    ['2039-10-30', 25],
  ] as const) {
    const fromMs = Temporal.PlainDate.from(date).toZonedDateTime('Europe/Paris').epochMilliseconds;
    const id = site.put(
      { source: `optical/${date}` },
      { startMs: fromMs - DAY_MS, durationMs: HOUR_MS },
      new Array(96).fill(100),
    );
    const toMs = fromMs + hours * HOUR_MS;
    const { starts, energies } = await read(site, `/series/${id}/buckets?step=1d`, { fromMs, toMs });
    assert.deepEqual([starts, energies], [[fromMs], [hours * 100]]);
  }
});
