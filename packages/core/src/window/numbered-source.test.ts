import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ReportV2 } from '../report/index.ts';
import type { TakenNumbered } from './numbered-source.ts';
import {
  type Boot,
  bootsOf,
  countOf,
  type MemoryRun,
  MemoryRuns,
  receptionOf,
  reportOf,
  type Sent,
  START_MS,
  scenario,
  sentBy,
  WINDOW_MS,
} from './testing.ts';
import { windowStartMs } from './timeline.ts';

interface World {
  steps: readonly { fromMs: number; wrongByMs: number }[];
  restarts: readonly number[];
}

const QUIET: World = { steps: [], restarts: [] };

function run(
  sent: readonly Sent[],
  world: World,
  check?: (runs: MemoryRuns, taken: TakenNumbered, of: Sent) => void,
) {
  const runs = new MemoryRuns();
  let source = runs.source();
  let originMs = -1_000;
  const restarts = [...world.restarts].sort((a, b) => a - b);
  for (const message of sent) {
    while (restarts[0] !== undefined && restarts[0] <= message.arrivalMs) {
      originMs = restarts.shift() ?? 0;
      source = runs.source();
    }
    const taken = source.report(message.report, receptionOf(message.arrivalMs, world.steps, originMs));
    assert.ok(taken.ok, taken.ok ? '' : taken.fault.message);
    check?.(runs, taken.value, message);
  }
  return { runs, source };
}

/** Every window that arrived is stored once with its value; what never came is recovered to the Wh. */
function assertExact(runs: MemoryRuns, sent: readonly Sent[], boots: readonly Boot[]): void {
  for (const [index, boot] of boots.entries()) {
    const reports = sent.filter((each) => each.boot === index).map(({ report }) => report);
    const stored = runs.runs.find((each) => each.bootId === boot.id);
    const windows = new Map([...(stored?.windows ?? [])].map(([number, { value }]) => [number, value]));
    assert.deepEqual([...windows].sort(byNumber), [...arrivedIn(reports)].sort(byNumber));
    if (stored !== undefined) assertRecovered(stored, boot, { reports, isFirst: sent[0]?.boot === index });
  }
}

function arrivedIn(reports: readonly ReportV2[]): Map<number, number> {
  const arrived = new Map<number, number>();
  for (const { newestNumber, windows } of reports) {
    for (const [back, window] of windows.entries()) {
      if ('count' in window) arrived.set(newestNumber - back, window.count);
    }
  }
  return arrived;
}

/** What a sensor counted before it was first heard of is not missed. */
function assertRecovered(
  { windows, recovered }: MemoryRun,
  boot: Boot,
  { reports, isFirst }: { reports: readonly ReportV2[]; isFirst: boolean },
): void {
  const [first] = reports;
  const base = isFirst && first !== undefined ? first.newestNumber - first.windows.length + 1 : 0;
  const top = Math.max(...reports.map(({ newestNumber }) => newestNumber));
  const counted = countOf(boot, top) - countOf(boot, base - 1);
  const known = [...windows.values()].filter(({ number }) => number >= base);
  const knownWh = known.reduce((sum, { value }) => sum + value, 0);
  const recoveredWh = recovered.reduce((sum, { value }) => sum + value, 0);
  assert.equal(recoveredWh, counted - knownWh, 'the cumulative difference less what is known');
  for (const { fromNumber, toNumber, value } of recovered) {
    assert.ok(value > 0 && fromNumber < toNumber);
    const inside = known.filter(({ number }) => number >= fromNumber && number < toNumber);
    assert.deepEqual(inside, [], 'what is recovered did not come');
  }
}

function byNumber([a]: [number, number], [b]: [number, number]): number {
  return a - b;
}

test('late, repeated, reordered and lost reports store each window once, and recover the rest', () => {
  fc.assert(
    fc.property(scenario, (made) => {
      const boots = bootsOf(made.shapes);
      const sent = sentBy(boots, made);
      assertExact(run(sent, QUIET).runs, sent, boots);
    }),
    { numRuns: 500 },
  );
});

/** The same reports of a sensor that recognised two flashes late in each of the windows `late`. */
function withLate(sent: readonly Sent[], late: readonly number[]): Sent[] {
  return sent.map((each) => {
    const { cumulativeCount, newestNumber } = each.report;
    const lateCount = 2 * late.filter((at) => at <= newestNumber).length;
    return { ...each, report: { ...each.report, cumulativeCount: cumulativeCount + lateCount } };
  });
}

/** What the newest cumulative count says, less what it was when the sensor was first heard of, is in windows or recovered. */
function assertCounted(runs: MemoryRuns, sent: readonly Sent[], boots: readonly Boot[]): void {
  for (const [index, boot] of boots.entries()) {
    const reports = sent.filter((each) => each.boot === index).map(({ report }) => report);
    const run = runs.runs.find((each) => each.bootId === boot.id);
    if (run === undefined) continue;
    const values = new Map([...run.windows].map(([number, { value }]) => [number, value]));
    assert.deepEqual([...values].sort(byNumber), [...arrivedIn(reports)].sort(byNumber));
    const base = sent[0]?.boot === index ? reports[0] : undefined;
    const after = [...values].filter(([number]) => number > (base?.newestNumber ?? -1));
    const inWindows = after.reduce((sum, [, value]) => sum + value, 0);
    const recoveredWh = run.recovered.reduce((sum, { value }) => sum + value, 0);
    const newest = Math.max(...reports.map(({ cumulativeCount }) => cumulativeCount));
    assert.equal(inWindows + recoveredWh, newest - (base?.cumulativeCount ?? 0));
    assertApart(run, boot);
  }
}

/** No two recovered rows meet, and where one stands either no window came or each one that was measured. */
function assertApart({ windows, recovered }: MemoryRun, { values }: Boot): void {
  for (const [index, { fromNumber, toNumber, value }] of recovered.entries()) {
    assert.ok(value > 0 && fromNumber < toNumber);
    assert.ok(fromNumber >= (recovered[index - 1]?.toNumber ?? 0));
    const numbers = Array.from({ length: toNumber - fromNumber }, (_, at) => fromNumber + at);
    const measured = numbers.filter((number) => values[number] !== null);
    const came = measured.filter((number) => windows.has(number));
    assert.ok(came.length === 0 || came.length === measured.length);
  }
}

test('flashes counted late are recovered once, whatever is lost, late, repeated or restarted', () => {
  const late = fc.array(fc.nat(150), { maxLength: 6 });
  const restarts = fc.array(fc.integer({ min: 0, max: 2_000_000 }), { maxLength: 5 });
  fc.assert(
    fc.property(scenario, late, restarts, (made, at, restartsMs) => {
      const boots = bootsOf(made.shapes);
      const sent = withLate(sentBy(boots, made), at);
      assertCounted(run(sent, { restarts: restartsMs, steps: [] }).runs, sent, boots);
    }),
    { numRuns: 600 },
  );
});

test('flashes counted late are recovered where the count grew, and stay when the report comes again', () => {
  const boot = { id: 5, startMs: 0, values: Array.from({ length: 60 }, () => 2) };
  const reported = (newest: number, lateCount: number, count = 3): ReportV2 => {
    const report = reportOf(boot, { newest, count, now: newest, held: 100 });
    return { ...report, cumulativeCount: report.cumulativeCount + lateCount };
  };
  const runs = new MemoryRuns();
  const take = (report: ReportV2, at: number) =>
    assert.ok(runs.source().report(report, receptionOf(at * WINDOW_MS, [], 0)).ok);
  take(reported(9, 4, 10), 10);
  take(reported(12, 4), 13);
  assert.deepEqual(runs.at(0).recovered, [], 'counted before the sensor was first heard of');
  take(reported(15, 6), 16);
  const late = { fromNumber: 13, toNumber: 16, value: 2 };
  assert.deepEqual(runs.at(0).recovered, [late]);
  take(reported(30, 8), 31);
  assert.deepEqual(runs.at(0).recovered, [late, { fromNumber: 16, toNumber: 28, value: 26 }]);
  take(reported(15, 6), 32);
  take(reported(27, 8, 12), 33);
  assert.deepEqual(runs.at(0).recovered, [late, { fromNumber: 16, toNumber: 28, value: 2 }]);
  take(reported(33, 8, 6), 34);
  assert.deepEqual(runs.at(0).recovered, [late, { fromNumber: 16, toNumber: 28, value: 2 }]);
});

test('restarts of the server and steps of its clock change nothing of that', () => {
  const restarts = fc.array(fc.integer({ min: 0, max: 2_000_000 }), { maxLength: 5 });
  const wrongByMs = fc.oneof(
    fc.integer({ min: -48, max: 48 }).map((hours) => hours * 3_600_000),
    fc.constant(-START_MS),
    fc.integer({ min: -900_000, max: 900_000 }),
  );
  const steps = fc.array(fc.record({ fromMs: fc.integer({ min: 0, max: 2_000_000 }), wrongByMs }), {
    maxLength: 5,
  });
  fc.assert(
    fc.property(scenario, restarts, steps, (made, at, unordered) => {
      const boots = bootsOf(made.shapes);
      const sent = sentBy(boots, made);
      const ordered = unordered.toSorted((a, b) => a.fromMs - b.fromMs);
      assertExact(run(sent, { restarts: at, steps: ordered }).runs, sent, boots);
    }),
    { numRuns: 400 },
  );
});

test('once everything has come, nothing is recovered and everything is acknowledged', () => {
  fc.assert(
    fc.property(scenario, fc.array(fc.nat(2_000_000), { maxLength: 3 }), (made, restarts) => {
      const all = { ...made, held: 1_000 };
      const boots = bootsOf(made.shapes);
      const sent = sentBy(boots, all);
      const endMs = (sent.at(-1)?.arrivalMs ?? 0) + 1_000;
      for (const [boot, { values }] of boots.entries()) {
        for (let newest = 7; newest < values.length + 7; newest += 8) {
          const last = Math.min(newest, values.length - 1);
          const report = reportOf(boots[boot] as Boot, {
            newest: last,
            count: 8,
            now: values.length - 1,
            held: 1_000,
          });
          sent.push({ arrivalMs: endMs, boot, report });
        }
      }
      const acknowledged = new Map<number, number | null>();
      const { runs } = run(sent, { restarts, steps: [] }, (_, taken, of) => {
        acknowledged.set(of.boot, taken.acknowledged);
      });
      for (const [index, boot] of boots.entries()) {
        assert.equal(acknowledged.get(index), boot.values.length - 1);
        assert.deepEqual(runs.at(runs.findRun(boot.id)?.run ?? -1).recovered, []);
      }
    }),
    { numRuns: 200 },
  );
});

test('what is acknowledged is stored, or came without measurement', () => {
  fc.assert(
    fc.property(scenario, (made) => {
      const boots = bootsOf(made.shapes);
      run(sentBy(boots, made), QUIET, (runs, taken, { boot, report }) => {
        const of = boots[boot] ?? assert.fail('the boot exists');
        const windows = runs.runs.find((each) => each.bootId === of.id)?.windows;
        const last = taken.acknowledged ?? -1;
        for (let number = report.oldestNumber; number <= last; number += 1) {
          assert.ok(windows?.has(number) || of.values[number] === null, `window ${number}`);
        }
      });
    }),
    { numRuns: 200 },
  );
});

test('replays change nothing', () => {
  fc.assert(
    fc.property(scenario, fc.boolean(), (made, restarted) => {
      const boots = bootsOf(made.shapes);
      const sent = sentBy(boots, made);
      const { runs, source } = run(sent, QUIET);
      const replayed = restarted ? runs.source() : source;
      const before = JSON.stringify([runs.runs.map((each) => [...each.windows.values()]), runs.saved]);
      const { writes } = runs;
      for (const [index, { report }] of sent.entries()) {
        const at = receptionOf(9_000_000 + 1_000 * index, [], 0);
        const taken = replayed.report(report, at);
        assert.ok(taken.ok && taken.value.added === 0 && !taken.value.newRun);
      }
      assert.equal(runs.writes, writes);
      assert.equal(JSON.stringify([runs.runs.map((each) => [...each.windows.values()]), runs.saved]), before);
    }),
    { numRuns: 200 },
  );
});

test('windows are dated by the age of their report', () => {
  const values = Array.from({ length: 2_000 }, (_, number) => number % 7);
  const boot = { id: 5, startMs: 0, values };
  const runs = new MemoryRuns();
  const source = runs.source();
  for (const [newest, now] of [
    [900, 1_900],
    [1_900, 1_900],
    [1_903, 1_903],
  ] as const) {
    const report = reportOf(boot, { newest, count: 100, now, held: 1_999 });
    source.report(report, receptionOf((now + 1) * WINDOW_MS + 40, [], 0));
  }
  const { timeline } = runs.at(0);
  assert.ok(Math.abs(windowStartMs(timeline, 900) - (START_MS + 900 * WINDOW_MS)) < 100);
});

test('a cumulative count that runs backwards is refused and leaves everything as it is', () => {
  const values = Array.from({ length: 300 }, () => 3);
  const boot = { id: 5, startMs: 0, values };
  const at = (now: number) => receptionOf((now + 1) * WINDOW_MS, [], 0);
  const runs = new MemoryRuns();
  const source = runs.source();
  assert.ok(source.report(reportOf(boot, { newest: 20, count: 5, now: 20, held: 99 }), at(20)).ok);
  const { writes } = runs;
  const next = reportOf(boot, { newest: 23, count: 5, now: 23, held: 99 });
  const later = reportOf(boot, { newest: 53, count: 5, now: 53, held: 99 });
  for (const wrong of [
    { ...next, cumulativeCount: next.cumulativeCount - 1 },
    { ...next, cumulativeCount: 15 },
    { ...later, cumulativeCount: 63 + 14 },
    { ...later, cumulativeCount: later.cumulativeCount + 250 * 28 },
    { ...next, cumulativeCount: next.cumulativeCount + 250 * 3 + 1 },
  ]) {
    const taken = source.report(wrong, at(53));
    assert.equal(taken.ok ? 'taken' : taken.fault.code, 'report/cumulative');
  }
  assert.equal(
    source.report({ ...next, windowMs: 10_000 }, at(23)).ok,
    false,
    'windows of another length within a boot',
  );
  assert.equal(runs.writes, writes);
  assert.ok(source.report(later, at(53)).ok);
  assert.equal(source.missing, 28);
  assert.deepEqual(runs.at(0).recovered, [{ fromNumber: 21, toNumber: 49, value: 84 }]);
});

test('a window that was lost in the sensor is recovered, and not waited for', () => {
  const boot = { id: 5, startMs: 0, values: Array.from({ length: 60 }, () => 2) };
  const runs = new MemoryRuns();
  const source = runs.source();
  source.report(reportOf(boot, { newest: 9, count: 10, now: 9, held: 100 }), receptionOf(50_000, [], 0));
  const full = reportOf(boot, { newest: 19, count: 10, now: 19, held: 100 });
  const report: ReportV2 = {
    ...full,
    windows: full.windows.map((window, i) => (i < 6 ? window : { absent: 'lost' })),
  };
  const taken = source.report(report, receptionOf(100_000, [], 0));
  assert.ok(taken.ok);
  assert.equal(taken.value.acknowledged, 19);
  assert.deepEqual(runs.at(0).recovered, [{ fromNumber: 10, toNumber: 14, value: 8 }]);
  const next = reportOf(boot, { newest: 24, count: 3, now: 24, held: 100 });
  const allLost: ReportV2 = { ...next, windows: [{ absent: 'lost' }, { absent: 'lost' }] };
  assert.ok(source.report(allLost, receptionOf(125_000, [], 0)).ok);
  source.report(reportOf(boot, { newest: 29, count: 3, now: 29, held: 100 }), receptionOf(150_000, [], 0));
  assert.deepEqual(runs.at(0).recovered.slice(1), [
    { fromNumber: 20, toNumber: 25, value: 10 },
    { fromNumber: 25, toNumber: 27, value: 4 },
  ]);
});

test('of a later boot everything is known from its first window on, also where a kill left its run alone', () => {
  const values = Array.from({ length: 60 }, () => 2);
  const [first, next] = [5, 6].map((id) => ({ id, startMs: 0, values }));
  assert.ok(first !== undefined && next !== undefined);
  const runs = new MemoryRuns();
  const report = reportOf(first, { newest: 9, count: 10, now: 9, held: 100 });
  runs.source().report(report, receptionOf(50_000, [], 0));
  // The run is made at once; windows and what is remembered of the boot wait for their group.
  runs.createRun(next.id, [{ fromNumber: 49, startMs: START_MS + 300_000, intervalMs: WINDOW_MS }]);
  const again = reportOf(next, { newest: 49, count: 10, now: 49, held: 10 });
  assert.ok(runs.source().report(again, receptionOf(305_000, [], 290_000)).ok);
  assert.deepEqual(runs.at(1).recovered, [{ fromNumber: 0, toNumber: 40, value: 80 }]);
});

test('a boot that was heard while the clock was right stays where it is once one that was not moves', () => {
  const values = Array.from({ length: 60 }, () => 2);
  const [first, next] = [5, 6].map((id) => ({ id, startMs: 0, values }));
  assert.ok(first !== undefined && next !== undefined);
  const runs = new MemoryRuns();
  const source = runs.source();
  const steps = [
    { fromMs: 100_000, wrongByMs: -10_800_000 },
    { fromMs: 300_000, wrongByMs: 0 },
  ];
  const hear = (boot: Boot, newest: number, arrivalMs: number) =>
    source.report(
      reportOf(boot, { newest, count: 10, now: newest, held: 100 }),
      receptionOf(arrivalMs, steps, 0),
    );
  hear(first, 9, 50_040);
  const startMs = windowStartMs(runs.at(0).timeline, 9);
  hear(next, 9, 200_040);
  hear(next, 29, 300_040);
  assert.equal(windowStartMs(runs.at(1).timeline, 9), START_MS + 195_000);
  assert.equal(windowStartMs(runs.at(0).timeline, 9), startMs);
  hear(first, 12, 310_040);
  assert.equal(windowStartMs(runs.at(0).timeline, 9), startMs);
});
