// For tests of this package only.
import fc from 'fast-check';
import { assert } from '../error/index.ts';
import type { ReportV2, WindowV2 } from '../report/index.ts';
import type { RecoveredEnergy } from './gaps.ts';
import type { NumberedPort, SavedBoots, StoredRun } from './numbered-port.ts';
import { NumberedSource } from './numbered-source.ts';
import type { Reception, RunWindow, StoredRunWindow, TimelineSegment } from './port.ts';

/** How long the windows of these sensors are. */
export const WINDOW_MS = 5_000;
/** When the first boot starts, UTC. */
export const START_MS = Date.UTC(2026, 2, 28, 12);

/** A run of such a store. */
export interface MemoryRun {
  bootId: number;
  windows: Map<number, RunWindow>;
  timeline: readonly TimelineSegment[];
  recovered: RecoveredEnergy[];
}

/** A store in memory that obeys the contract. */
export class MemoryRuns implements NumberedPort {
  readonly runs: MemoryRun[] = [];
  saved: string | null = null;
  writes = 0;

  createRun(bootId: number, timeline: readonly TimelineSegment[]): number {
    assert(this.findRun(bootId) === null, 'one run for each boot');
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
    assert(kept.length === this.at(run).recovered.length - gone.length, 'what goes was there');
    this.at(run).recovered = [...kept, ...made].sort((a, b) => a.fromNumber - b.fromNumber);
  }

  saveState(state: SavedBoots): void {
    this.writes += 1;
    this.saved = JSON.stringify(state);
  }

  at(run: number): MemoryRun {
    const found = this.runs[run];
    assert(found !== undefined, `run ${run} exists`);
    return found;
  }

  source(): NumberedSource {
    return new NumberedSource(this, this.saved === null ? null : JSON.parse(this.saved));
  }
}

/** What one boot measures. */
export interface Boot {
  id: number;
  startMs: number;
  /** null is a window without measurement. */
  values: (number | null)[];
}

/** A report on its way. */
export interface Sent {
  arrivalMs: number;
  boot: number;
  report: ReportV2;
}

/** The report of a boot that ends with window `newest`, sent after window `now` has ended. */
export function reportOf(
  boot: Boot,
  span: { newest: number; count: number; now: number; held: number },
): ReportV2 {
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

/** Flashes in the windows of a boot up to and with one. */
export function countOf(boot: Boot, upTo: number): number {
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

/** Boots of one sensor, and what becomes of their reports. */
export const scenario = fc.record({
  shapes: fc.array(shape, { minLength: 1, maxLength: 4 }),
  fates: fc.array(fate, { minLength: 1, maxLength: 30 }),
  held: fc.constantFrom<number>(20, 60, 1_000),
});

/** One of them. */
export type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

/** The boots one after the other. */
export function bootsOf(shapes: Scenario['shapes']): Boot[] {
  let startMs = 0;
  return shapes.map(({ silentMs, values }, index) => {
    const boot = { id: 1_000 + index, startMs, values };
    startMs += values.length * WINDOW_MS + silentMs;
    return boot;
  });
}

/** What arrives of their reports, in order. */
export function sentBy(boots: readonly Boot[], made: Scenario): Sent[] {
  const sent: Sent[] = [];
  let turn = 0;
  for (const [index, boot] of boots.entries()) {
    for (let now = 0; now < boot.values.length; now += 3) {
      const fate = made.fates[turn % made.fates.length];
      assert(fate !== undefined, 'there are fates');
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

/** When something arrives, by the clocks of a server that started at `originMs` and whose wall clock is put wrong. */
export function receptionOf(
  arrivalMs: number,
  steps: readonly { fromMs: number; wrongByMs: number }[],
  originMs: number,
): Reception {
  const wrongByMs = steps.findLast((step) => step.fromMs <= arrivalMs)?.wrongByMs ?? 0;
  return { wallMs: START_MS + arrivalMs + wrongByMs, monotonicMs: arrivalMs - originMs };
}
