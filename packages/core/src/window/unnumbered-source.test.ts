import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Reception, RunPort, RunWindow, SavedRuns, StoredRunWindow, TimelineSegment } from './port.ts';
import { type RestoredRuns, UnnumberedSource } from './unnumbered-source.ts';

const WINDOW_MS = 5_000;
const START_MS = Date.UTC(2026, 2, 28, 12);

/** A store in memory that obeys the contract: a number keeps its first value. */
class MemoryRuns implements RunPort {
  readonly runs: { windows: Map<number, RunWindow>; timeline: readonly TimelineSegment[] }[] = [];

  /** When the process that saves started. */
  processStartMs = 0;
  #saved = JSON.stringify({ runs: [], upPending: false, upMs: null });

  createRun(timeline: readonly TimelineSegment[]): number {
    return this.runs.push({ windows: new Map(), timeline }) - 1;
  }

  setTimeline(run: number, timeline: readonly TimelineSegment[]): void {
    this.at(run).timeline = timeline;
  }

  putWindows(run: number, windows: readonly RunWindow[]): void {
    for (const window of windows) {
      const known = this.at(run).windows.get(window.number);
      this.at(run).windows.set(
        window.number,
        known === undefined ? window : { ...window, value: known.value },
      );
    }
  }

  readWindows(run: number, from: number, to: number): StoredRunWindow[] {
    const known = [...this.at(run).windows.values()];
    return known.filter(({ number }) => number >= from && number < to).sort((a, b) => a.number - b.number);
  }

  saveState(state: SavedRuns): void {
    this.#saved = JSON.stringify(moved(state, this.processStartMs));
  }

  /** What a process that starts at `startMs` is given; it knows no times where the machine was off in between. */
  restored(startMs: number, isSwitchedOff: boolean): RestoredRuns {
    this.processStartMs = startMs;
    const saved: SavedRuns = moved(JSON.parse(this.#saved), isSwitchedOff ? null : -startMs);
    const runs = saved.runs.map((each) => {
      const numbers = [...this.at(each.run).windows.keys()];
      const [firstNumber, lastNumber] =
        numbers.length === 0 ? [0, -1] : [Math.min(...numbers), Math.max(...numbers)];
      return { ...each, firstNumber, lastNumber, timeline: this.at(each.run).timeline };
    });
    return { ...saved, runs };
  }

  at(run: number) {
    const found = this.runs[run];
    assert.ok(found !== undefined, `run ${run} exists`);
    return found;
  }

  energyWh(): number {
    return this.runs
      .flatMap(({ windows }) => [...windows.values()])
      .reduce((sum, { value }) => sum + value, 0);
  }

  windowCount(): number {
    return this.runs.reduce((sum, { windows }) => sum + windows.size, 0);
  }
}

/** What is saved, by a monotonic clock that began `byMs` earlier; null where its times are not known by the other one. */
function moved(state: SavedRuns, byMs: number | null): SavedRuns {
  const at = (ms: number | null) => (ms === null || byMs === null ? null : ms + byMs);
  const runs = state.runs.map((run) => ({
    ...{ ...run, startedMs: at(run.startedMs) },
    offsetMs: run.offsetMs === null || byMs === null ? null : run.offsetMs - byMs,
  }));
  return { ...{ ...state, runs }, upMs: at(state.upMs) };
}

interface Sent {
  kind: 'report' | 'up';
  /** True time of arrival, ms since the first boot. */
  arrivalMs: number;
  boot: number;
  uptimeS: number;
  counts: (number | null)[];
}

interface Boot {
  startMs: number;
  phaseMs: number;
  values: (number | null)[];
}

/** What a boot sends: its windows follow each other from the network's set-up on, a report every third window. */
function reportsOf(boot: Boot, index: number, reportCounts: number): Sent[] {
  const sent: Sent[] = [
    { kind: 'up', arrivalMs: boot.startMs + boot.phaseMs - 200, boot: index, uptimeS: 0, counts: [] },
  ];
  for (let last = 0; last < boot.values.length; last += 3) {
    const counts = Array.from({ length: reportCounts }, (_, back) => boot.values[last - back] ?? null);
    const uptimeMs = boot.phaseMs + (last + 1) * WINDOW_MS;
    const uptimeS = Math.floor(uptimeMs / 1_000);
    sent.push({ kind: 'report', arrivalMs: boot.startMs + uptimeMs + 40, boot: index, uptimeS, counts });
  }
  return sent;
}

/** The windows that arrived at least once, each counted once: what a clean stream of the same would store. */
function clean(sent: readonly Sent[], boots: readonly Boot[]): { windows: number; energyWh: number } {
  const seen = new Map<string, number>();
  for (const { boot, uptimeS, counts, kind } of sent) {
    if (kind === 'up') continue;
    const newest = Math.round((uptimeS * 1_000 - (boots[boot]?.phaseMs ?? 0)) / WINDOW_MS);
    counts.forEach((value, back) => {
      if (value !== null) seen.set(`${boot}/${newest - back}`, value);
    });
  }
  return { windows: seen.size, energyWh: [...seen.values()].reduce((sum, value) => sum + value, 0) };
}

interface Fate {
  delayMs: number;
  copies: number;
  copyDelayMs: number;
}

const fate: fc.Arbitrary<Fate> = fc.record({
  delayMs: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 40_000 })),
  copies: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })),
  copyDelayMs: fc.integer({ min: 0, max: 60_000 }),
});

/** What the network made of it: lost, late, repeated, out of order. `up` is repeated until answered, so never lost. */
function deliver(sent: readonly Sent[], fates: readonly Fate[], dropEvery: number): Sent[] {
  const arrived: Sent[] = [];
  for (const [index, message] of sent.entries()) {
    const { delayMs, copies, copyDelayMs } = fates[index % fates.length] ?? {
      delayMs: 0,
      copies: 0,
      copyDelayMs: 0,
    };
    const lost = dropEvery > 0 && index % dropEvery === dropEvery - 1;
    if (message.kind === 'up') {
      arrived.push(message);
      if (copies > 0) arrived.push({ ...message, arrivalMs: message.arrivalMs + copyDelayMs / 20 });
    }
    if (message.kind === 'up' || lost) continue;
    arrived.push({ ...message, arrivalMs: message.arrivalMs + delayMs });
    for (let copy = 1; copy <= copies; copy += 1) {
      arrived.push({ ...message, arrivalMs: message.arrivalMs + delayMs + copy * copyDelayMs });
    }
  }
  return arrived.sort((a, b) => a.arrivalMs - b.arrivalMs);
}

interface ServerLife {
  /** The wall clock less the true time, from that arrival on. */
  steps: { fromMs: number; wrongByMs: number }[];
  /** True times at which the server restarts; its monotonic clock starts anew. */
  restarts: number[];
  /** Whether the machine was off in between. */
  isSwitchedOff: boolean;
}

const ALWAYS_ON: ServerLife = { steps: [], restarts: [], isSwitchedOff: false };

function wallMs(life: ServerLife, trueMs: number): number {
  const step = life.steps.filter(({ fromMs }) => fromMs <= trueMs).at(-1);
  return START_MS + trueMs + (step?.wrongByMs ?? 0);
}

function run(arrived: readonly Sent[], life: ServerLife): MemoryRuns {
  const runs = new MemoryRuns();
  let source = new UnnumberedSource(runs, WINDOW_MS);
  let processStartMs = -123_456;
  runs.processStartMs = processStartMs;
  const restarts = [...life.restarts].sort((a, b) => a - b);
  for (const message of arrived) {
    while (restarts[0] !== undefined && restarts[0] <= message.arrivalMs) {
      processStartMs = restarts.shift() ?? 0;
      source = new UnnumberedSource(runs, WINDOW_MS, runs.restored(processStartMs, life.isSwitchedOff));
    }
    const at: Reception = {
      wallMs: wallMs(life, message.arrivalMs),
      monotonicMs: message.arrivalMs - processStartMs,
    };
    if (message.kind === 'up') source.up(at);
    else source.report(message, at);
  }
  return runs;
}

/** A load that a home may have: idle nights, steady heaters, cooking. */
const load = fc.constantFrom('noise', 'steps', 'steady', 'idle');

function valuesOf(kind: string, count: number, seed: number): (number | null)[] {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: count }, (_, index) => {
    if (random() < 0.01) return null;
    switch (kind) {
      case 'noise':
        return Math.floor(random() * 12);
      case 'steps':
        return (Math.floor((index + (seed % 61)) / 20) % 3) * 4 + (random() < 0.4 ? 1 : 0);
      case 'steady':
        return 4;
      default:
        return random() < 0.03 ? 1 : 0;
    }
  });
}

const bootShape = fc.record({
  // Longer than the network keeps a report: what arrives across a reboot has a test of its own.
  silentMs: fc.integer({ min: 250_000, max: 900_000 }),
  phaseMs: fc.integer({ min: 2_000, max: 20_000 }),
  windows: fc.integer({ min: 1, max: 300 }),
  load,
  seed: fc.integer({ min: 1, max: 2 ** 31 }),
});

function bootsOf(
  shapes: readonly { silentMs: number; phaseMs: number; windows: number; load: string; seed: number }[],
) {
  let startMs = 0;
  return shapes.map((shape, index): Boot => {
    // Boots with the very same content, to the last window, do not happen; shrinking would find them.
    const seed = shape.seed + 7_919 * index;
    const boot = { startMs, phaseMs: shape.phaseMs, values: valuesOf(shape.load, shape.windows, seed) };
    startMs += shape.phaseMs + shape.windows * WINDOW_MS + shape.silentMs;
    return boot;
  });
}

const scenario = fc.record({
  shapes: fc.array(bootShape, { minLength: 1, maxLength: 4 }),
  fates: fc.array(fate, { minLength: 1, maxLength: 30 }),
  dropEvery: fc.constantFrom(0, 0, 2, 3, 7),
  reportCounts: fc.constantFrom(10, 10, 10, 3, 5, 60),
});

function arrivedOf(made: {
  shapes: Parameters<typeof bootsOf>[0];
  fates: Fate[];
  dropEvery: number;
  reportCounts: number;
}) {
  const boots = bootsOf(made.shapes);
  const sent = boots.flatMap((boot, index) => reportsOf(boot, index, made.reportCounts));
  return { boots, arrived: deliver(sent, made.fates, made.dropEvery) };
}

function assertOnce(runs: MemoryRuns, arrived: readonly Sent[], boots: readonly Boot[]): void {
  const expected = clean(arrived, boots);
  assert.equal(runs.energyWh(), expected.energyWh, 'energy as in the clean stream');
  assert.equal(runs.windowCount(), expected.windows, 'each window once');
}

test('late, repeated, reordered and lost reports store each window once', () => {
  fc.assert(
    fc.property(scenario, (made) => {
      const { boots, arrived } = arrivedOf(made);
      assertOnce(run(arrived, ALWAYS_ON), arrived, boots);
    }),
    { numRuns: 400 },
  );
});

/** Boots so close that late reports arrive across them. */
function crossing(windows: { min: number; max: number }) {
  const lively = fc.record({
    silentMs: fc.integer({ min: 3_000, max: 60_000 }),
    phaseMs: fc.integer({ min: 2_000, max: 20_000 }),
    windows: fc.integer(windows),
    load: fc.constant('noise'),
    seed: fc.integer({ min: 1, max: 2 ** 31 }),
  });
  return fc.record({
    shapes: fc.array(lively, { minLength: 2, maxLength: 4 }),
    fates: fc.array(fate, { minLength: 1, maxLength: 30 }),
    // A report that is late beyond a reboot shows what it is by the windows it repeats.
    dropEvery: fc.constant(0),
    reportCounts: fc.constant(10),
  });
}

test('late reports that arrive after the next boot go to their own', () => {
  // Five minutes and as long as a report is late here: none can be the first of a boot that said `up` when its network was there.
  fc.assert(
    fc.property(crossing({ min: 105, max: 240 }), (made) => {
      const { boots, arrived } = arrivedOf(made);
      assertOnce(run(arrived, ALWAYS_ON), arrived, boots);
    }),
    { numRuns: 200 },
  );
});

test("of shorter boots, whose late reports may be the next one's first, nothing is lost", () => {
  fc.assert(
    fc.property(crossing({ min: 20, max: 104 }), (made) => {
      const { boots, arrived } = arrivedOf(made);
      const stored = run(arrived, ALWAYS_ON);
      const expected = clean(arrived, boots);
      assert.ok(stored.windowCount() >= expected.windows);
      assert.ok(stored.energyWh() >= expected.energyWh);
    }),
    { numRuns: 200 },
  );
});

const clockSteps = (() => {
  const hours = fc.integer({ min: -48, max: 48 }).map((value) => value * 3_600_000);
  const wrongByMs = fc.oneof(hours, fc.constant(-START_MS), fc.integer({ min: -900_000, max: 900_000 }));
  return fc
    .array(fc.record({ fromMs: fc.integer({ min: 0, max: 3_000_000 }), wrongByMs }), { maxLength: 5 })
    .map((unordered) => unordered.toSorted((a, b) => a.fromMs - b.fromMs));
})();
const someRestarts = fc.array(fc.integer({ min: 0, max: 3_000_000 }), { maxLength: 5 });

test('whatever the server clock does, each window is stored once', () => {
  fc.assert(
    fc.property(scenario, clockSteps, (made, steps) => {
      const { boots, arrived } = arrivedOf(made);
      assertOnce(run(arrived, { ...ALWAYS_ON, steps }), arrived, boots);
    }),
    { numRuns: 400 },
  );
});

test('restarts of the server store each window once', () => {
  fc.assert(
    fc.property(scenario, someRestarts, fc.boolean(), (made, restarts, isSwitchedOff) => {
      const { boots, arrived } = arrivedOf(made);
      assertOnce(run(arrived, { steps: [], restarts, isSwitchedOff }), arrived, boots);
    }),
    { numRuns: 300 },
  );
});

test('restarts of the server while its clock is set store each window once', () => {
  fc.assert(
    fc.property(scenario, clockSteps, someRestarts, (made, steps, restarts) => {
      const { boots, arrived } = arrivedOf(made);
      assertOnce(run(arrived, { steps, restarts, isSwitchedOff: false }), arrived, boots);
    }),
    { numRuns: 300 },
  );
});

test('an `up` that comes after the first report does not end its own boot', () => {
  const runs = new MemoryRuns();
  const source = new UnnumberedSource(runs, WINDOW_MS);
  const at = (ms: number): Reception => ({ wallMs: START_MS + ms, monotonicMs: ms });
  source.up(at(1_800));
  source.report({ uptimeS: 7, counts: [4, null, null] }, at(7_040));
  source.up(at(7_500));
  source.report({ uptimeS: 7, counts: [4, null, null] }, at(12_500));
  source.report({ uptimeS: 17, counts: [4, 4, 4] }, at(17_040));
  assert.equal(runs.runs.length, 1);
  assert.equal(runs.energyWh(), 12);
});

test('an `up` stands before what came after it, though a process that starts later takes both in', () => {
  const runs = new MemoryRuns();
  new UnnumberedSource(runs, WINDOW_MS).up({ wallMs: START_MS, monotonicMs: 0 });
  // The first report was taken by a process that was killed before it wrote it; the next one is late.
  const startMs = 20_000;
  const source = new UnnumberedSource(runs, WINDOW_MS, runs.restored(startMs, false));
  const at = (ms: number): Reception => ({ wallMs: START_MS + ms, monotonicMs: ms - startMs });
  source.report({ uptimeS: 8, counts: [4, null, null] }, at(8_040));
  source.report({ uptimeS: 18, counts: [4, 4, 4] }, at(24_040));
  assert.equal(runs.energyWh(), 12);
});

test('reboots are told apart however fast the reports come, and though all windows are the same', () => {
  const runs = new MemoryRuns();
  const source = new UnnumberedSource(runs, WINDOW_MS);
  let ms = 0;
  const soon = (): Reception => {
    ms += 3;
    return { wallMs: START_MS + ms, monotonicMs: ms };
  };
  for (let boot = 0; boot < 4; boot += 1) {
    source.up(soon());
    for (let uptimeS = 55; uptimeS <= 100; uptimeS += 15) {
      source.report({ uptimeS, counts: new Array(10).fill(4) }, soon());
      source.report({ uptimeS, counts: new Array(10).fill(4) }, soon());
    }
  }
  assert.equal(runs.windowCount(), 4 * 19);
});

test('a late report of the boot before is known by what it repeats, once the next one was heard', () => {
  const runs = new MemoryRuns();
  const source = new UnnumberedSource(runs, WINDOW_MS);
  const at = (ms: number): Reception => ({ wallMs: START_MS + ms, monotonicMs: ms });
  // Few changes, so that ten windows agree with less than 16 bits.
  const values = Array.from({ length: 62 }, (_, window) => (Math.floor(window / 2) * 5) % 7);
  const countsAt = (newest: number) => Array.from({ length: 10 }, (_, back) => values[newest - back] ?? null);
  const report = (newest: number) => ({ uptimeS: 10 + newest * 5, counts: countsAt(newest) });
  source.up(at(4_000));
  for (let newest = 0; newest < values.length; newest += 3)
    source.report(report(newest), at(10_040 + newest * WINDOW_MS));
  const nextMs = 340_000;
  source.up(at(nextMs + 4_000));
  source.report({ uptimeS: 10, counts: [4] }, at(nextMs + 10_040));
  for (let newest = 45; newest < values.length; newest += 3)
    source.report(report(newest), at(nextMs + 20_000 + newest * 100));
  assert.equal(runs.windowCount(), 61 + 1);
});

test('a report without the windows that a boot has told is not of that boot, though it is on time and agrees', () => {
  const runs = new MemoryRuns();
  const source = new UnnumberedSource(runs, WINDOW_MS);
  const at = (ms: number): Reception => ({ wallMs: START_MS + ms, monotonicMs: ms });
  const told = (uptimeS: number, ...counts: number[]) => ({
    uptimeS,
    counts: Array.from({ length: 10 }, (_, index) => counts[index] ?? null),
  });
  source.up(at(4_000));
  source.report(told(24, 11, 2, 8), at(24_000));
  source.report(told(39, 6, 10, 5, 11, 2, 8), at(39_000));
  source.up(at(40_000));
  // By a clock that is slower than the sensor's the next boot seems to go on from the one before, and agrees by chance.
  source.report(told(49, 0, 10, 6), at(49_000));
  assert.equal(runs.windowCount(), 6 + 3);
});

test('a boot that was heard while the clock was right stays where it is once one that was not moves', () => {
  const runs = new MemoryRuns();
  const source = new UnnumberedSource(runs, WINDOW_MS);
  const at = (ms: number, wrongMs = 0): Reception => ({ wallMs: START_MS + ms + wrongMs, monotonicMs: ms });
  source.up(at(0));
  source.report({ uptimeS: 20, counts: [4, 3, 7, 1] }, at(20_040));
  const { timeline } = runs.at(0);
  source.up(at(100_000, -10_800_000));
  source.report({ uptimeS: 20, counts: [5, 9, 2, 6] }, at(120_040, -10_800_000));
  source.report({ uptimeS: 35, counts: [8, 2, 1, 5, 9, 2, 6] }, at(135_040));
  assert.equal(runs.runs.length, 2);
  assert.equal(runs.at(1).timeline[0]?.startMs, START_MS + 115_040);
  assert.deepEqual(runs.at(0).timeline, timeline);
});
