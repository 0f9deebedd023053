import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ReportV2, WindowV2 } from '../report/index.ts';
import type { RecoveredEnergy } from './gaps.ts';
import type { NumberedPort, SavedBoots, StoredRun } from './numbered-port.ts';
import { NumberedSource, type TakenNumbered } from './numbered-source.ts';
import type { Reception, RunWindow, StoredRunWindow, TimelineSegment } from './port.ts';
import { windowStartMs } from './timeline.ts';

const WINDOW_MS = 5_000;
const START_MS = Date.UTC(2026, 2, 28, 12);

interface MemoryRun {
  bootId: number;
  windows: Map<number, RunWindow>;
  timeline: readonly TimelineSegment[];
  recovered: RecoveredEnergy[];
}

/** A store in memory that obeys the contract. */
class MemoryRuns implements NumberedPort {
  readonly runs: MemoryRun[] = [];
  saved: string | null = null;
  writes = 0;

  createRun(bootId: number, timeline: readonly TimelineSegment[]): number {
    assert.equal(this.findRun(bootId), null, 'one run for each boot');
    return this.runs.push({ bootId, windows: new Map(), timeline, recovered: [] }) - 1;
  }

  findRun(bootId: number): StoredRun | null {
    const run = this.runs.findIndex((known) => known.bootId === bootId);
    if (run < 0) return null;
    const { windows, timeline } = this.at(run);
    const numbers = [...windows.keys()];
    const empty = numbers.length === 0;
    return {
      run,
      timeline,
      firstNumber: empty ? 0 : Math.min(...numbers),
      lastNumber: empty ? -1 : Math.max(...numbers),
    };
  }

  setTimeline(run: number, timeline: readonly TimelineSegment[]): void {
    this.writes += 1;
    this.at(run).timeline = timeline;
  }

  putWindows(run: number, windows: readonly RunWindow[]): void {
    this.writes += 1;
    for (const window of windows) {
      const known = this.at(run).windows.get(window.number);
      const kept = known === undefined ? window : { ...window, value: known.value };
      this.at(run).windows.set(window.number, kept);
    }
  }

  readWindows(run: number, from: number, to: number): StoredRunWindow[] {
    const known = [...this.at(run).windows.values()];
    return known.filter(({ number }) => number >= from && number < to).sort((a, b) => a.number - b.number);
  }

  readRecovered(run: number, from: number, to: number): RecoveredEnergy[] {
    return this.at(run).recovered.filter((each) => each.fromNumber < to && each.toNumber > from);
  }

  replaceRecovered(run: number, gone: readonly RecoveredEnergy[], made: readonly RecoveredEnergy[]): void {
    this.writes += 1;
    const kept = this.at(run).recovered.filter((each) => !gone.includes(each));
    assert.equal(kept.length, this.at(run).recovered.length - gone.length, 'what goes was there');
    this.at(run).recovered = [...kept, ...made].sort((a, b) => a.fromNumber - b.fromNumber);
  }

  saveState(state: SavedBoots): void {
    this.writes += 1;
    this.saved = JSON.stringify(state);
  }

  at(run: number): MemoryRun {
    return this.runs[run] ?? assert.fail(`run ${run} exists`);
  }

  source(): NumberedSource {
    return new NumberedSource(this, this.saved === null ? null : JSON.parse(this.saved));
  }
}

interface Boot {
  id: number;
  startMs: number;
  /** null is a window without measurement. */
  values: (number | null)[];
}

interface Sent {
  arrivalMs: number;
  boot: number;
  report: ReportV2;
}

/** The report of a boot that ends with window `newest`, sent after window `now` has ended. */
function reportOf(boot: Boot, span: { newest: number; count: number; now: number; held: number }): ReportV2 {
  const { newest, now, held } = span;
  const oldestNumber = Math.max(0, now - held + 1);
  const count = Math.min(span.count, newest - oldestNumber + 1);
  const windows = Array.from({ length: count }, (_, back): WindowV2 => {
    const value = boot.values[newest - back];
    if (value === null || value === undefined) return { absent: 'blinded' };
    return { count: value, lastFlashMs: value === 0 ? null : (25 * (newest - back)) % 5_000 };
  });
  return {
    sensorId: '00112233aabbccdd',
    bootId: boot.id,
    newestNumber: newest,
    oldestNumber,
    cumulativeCount: countOf(boot, newest),
    ageMs: (now - newest) * WINDOW_MS + 40,
    windowMs: WINDOW_MS,
    batteryMv: null,
    firmware: { major: 2, minor: 0, patch: 0 },
    light: { baselineMv: 0, amplitudeMv: 0, noise100Uv: 0, state: 'good' },
    windows,
  };
}

function countOf(boot: Boot, upTo: number): number {
  return boot.values.slice(0, upTo + 1).reduce((sum: number, value) => sum + (value ?? 0), 0);
}

const shape = fc.record({
  silentMs: fc.integer({ min: 1_000, max: 900_000 }),
  values: fc.array(
    fc.oneof({ weight: 8, arbitrary: fc.nat(12) }, { weight: 1, arbitrary: fc.constant(null) }),
    {
      minLength: 1,
      maxLength: 150,
    },
  ),
});

/** How each report goes out: how many windows, whether it is lost, late or doubled, and whether a backlog follows. */
const fate = fc.record({
  count: fc.integer({ min: 1, max: 12 }),
  backlog: fc.option(
    fc.record({ back: fc.integer({ min: 1, max: 60 }), count: fc.integer({ min: 1, max: 40 }) }),
  ),
  isLost: fc.boolean(),
  delayMs: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 60_000 })),
  copyDelayMs: fc.option(fc.integer({ min: 0, max: 120_000 })),
});

const scenario = fc.record({
  shapes: fc.array(shape, { minLength: 1, maxLength: 4 }),
  fates: fc.array(fate, { minLength: 1, maxLength: 30 }),
  held: fc.constantFrom<number>(20, 60, 1_000),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

function bootsOf(shapes: Scenario['shapes']): Boot[] {
  let startMs = 0;
  return shapes.map(({ silentMs, values }, index) => {
    const boot = { id: 1_000 + index, startMs, values };
    startMs += values.length * WINDOW_MS + silentMs;
    return boot;
  });
}

function sentBy(boots: readonly Boot[], made: Scenario): Sent[] {
  const sent: Sent[] = [];
  let turn = 0;
  for (const [index, boot] of boots.entries()) {
    for (let now = 0; now < boot.values.length; now += 3) {
      const fate = made.fates[turn % made.fates.length] ?? assert.fail('there are fates');
      turn += 1;
      if (fate.isLost) continue;
      const arrivalMs = boot.startMs + (now + 1) * WINDOW_MS + 40 + fate.delayMs;
      for (const report of reportsAt(boot, { now, held: made.held, fate })) {
        sent.push({ arrivalMs, boot: index, report });
        if (fate.copyDelayMs === null) continue;
        sent.push({ arrivalMs: arrivalMs + fate.copyDelayMs, boot: index, report });
      }
    }
  }
  return sent.sort((a, b) => a.arrivalMs - b.arrivalMs);
}

/** The live report after window `now`, and sometimes one of older windows behind it. */
function reportsAt(
  boot: Boot,
  of: { now: number; held: number; fate: Scenario['fates'][number] },
): ReportV2[] {
  const { now, held, fate } = of;
  const live = reportOf(boot, { newest: now, count: fate.count, now, held });
  const newest = now - (fate.backlog?.back ?? 0);
  if (fate.backlog === null || newest < Math.max(0, now - held + 1)) return [live];
  return [live, reportOf(boot, { newest, count: fate.backlog.count, now, held })];
}

interface World {
  steps: readonly { fromMs: number; wrongByMs: number }[];
  restarts: readonly number[];
}

const QUIET: World = { steps: [], restarts: [] };

function receptionOf(arrivalMs: number, steps: World['steps'], originMs: number): Reception {
  const wrongByMs = steps.findLast((step) => step.fromMs <= arrivalMs)?.wrongByMs ?? 0;
  return { wallMs: START_MS + arrivalMs + wrongByMs, monotonicMs: arrivalMs - originMs };
}

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

test('flashes counted late contradict nothing, and are at most recovered', () => {
  const lateAt = fc.array(fc.nat(150), { maxLength: 6 });
  fc.assert(
    fc.property(scenario, lateAt, (made, late) => {
      const lateUpTo = (number: number) => 2 * late.filter((at) => at <= number).length;
      const boots = bootsOf(made.shapes);
      const sent = sentBy(boots, made).map((each) => {
        const { cumulativeCount, newestNumber } = each.report;
        const report = { ...each.report, cumulativeCount: cumulativeCount + lateUpTo(newestNumber) };
        return { ...each, report };
      });
      const { runs } = run(sent, QUIET).runs;
      for (const [index, boot] of boots.entries()) {
        const reports = sent.filter((each) => each.boot === index).map(({ report }) => report);
        const stored = runs.find((each) => each.bootId === boot.id);
        const windows = new Map([...(stored?.windows ?? [])].map(([number, { value }]) => [number, value]));
        const arrived = arrivedIn(reports);
        assert.deepEqual([...windows].sort(byNumber), [...arrived].sort(byNumber));
        const inWindows = [...arrived.values()].reduce((sum, count) => sum + count, 0);
        const recoveredWh = (stored?.recovered ?? []).reduce((sum, { value }) => sum + value, 0);
        const top = Math.max(-1, ...reports.map(({ newestNumber }) => newestNumber));
        assert.ok(inWindows + recoveredWh <= countOf(boot, top) + lateUpTo(top));
      }
    }),
    { numRuns: 200 },
  );
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
