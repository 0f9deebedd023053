import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Kind, kindOf } from '@kilowink/core/series';
import { bucketEdges, DAY_MS, findStep, HOUR_MS, utcDay } from '@kilowink/core/time';
import fc from 'fast-check';
import type { Segment } from '../store.ts';
import { expectedBuckets, expectedTotal, listOf, type ModelPoint, pointsOf } from './model.ts';
import { type Fixture, type MakePlace, withStore } from './place.ts';

/** Three days around the night on which Paris goes to summer time. */
const START = Date.UTC(2025, 2, 29);
const END = START + 3 * DAY_MS;
const TRIALS = [
  { intervalMs: 30_000, quantity: 'energy' },
  { intervalMs: 300_000, quantity: 'energy' },
  { intervalMs: 5_400_000, quantity: 'energy' },
  { intervalMs: 60_000, quantity: 'apparentPower' },
  { intervalMs: 5_400_000, quantity: 'voltage' },
] as const;

type Operation =
  | {
      readonly kind: 'put';
      readonly run: number;
      readonly first: number;
      readonly count: number;
      readonly stride: number;
    }
  | { readonly kind: 'move'; readonly run: number; readonly byMs: number; readonly fromNumber: number }
  | { readonly kind: 'points'; readonly first: number; readonly count: number; readonly durationMs: number }
  | { readonly kind: 'seal'; readonly days: number }
  | { readonly kind: 'flush' | 'reopen' };

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      run: fc.nat(1),
      first: fc.integer({ min: -20, max: 6_000 }),
      count: fc.integer({ min: 1, max: 3_000 }),
      stride: fc.integer({ min: 1, max: 3 }),
    }),
  },
  fc.record({
    kind: fc.constant('move' as const),
    run: fc.nat(1),
    byMs: fc.integer({ min: -40_000, max: 40_000 }),
    fromNumber: fc.integer({ min: 1, max: 3_000 }),
  }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('points' as const),
      first: fc.nat(3_000),
      count: fc.integer({ min: 1, max: 800 }),
      durationMs: fc.constantFrom(700, 1_000, 15_000, 60_000, 61_000, 1_800_000, 7_200_000, 86_400_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('seal' as const), days: fc.integer({ min: 1, max: 4 }) }),
  },
  fc.record({ kind: fc.constantFrom('flush' as const, 'reopen' as const) }),
);

interface ModelWindow extends ModelPoint {
  isSealed: boolean;
}

/** The plainest store that obeys the contract: lists, and the rules as they are written. */
class Model {
  readonly runs: { id: number; timeline: Segment[]; windows: Map<number, ModelWindow> }[] = [];
  readonly points = new Map<number, ModelPoint>();
  readonly intervalMs: number;
  readonly kind: Kind;

  constructor(intervalMs: number, kind: Kind) {
    this.intervalMs = intervalMs;
    this.kind = kind;
  }

  all(): ModelPoint[] {
    return [...this.runs.flatMap((run) => [...run.windows.values()]), ...this.points.values()];
  }

  timeOf(run: number, number: number): { startMs: number; durationMs: number } {
    const timeline = this.runs[run]?.timeline ?? [];
    const segment = timeline.findLast((candidate) => candidate.fromNumber <= number) ?? timeline[0];
    assert.ok(segment);
    return {
      startMs: segment.startMs + (number - segment.fromNumber) * this.intervalMs,
      durationMs: this.intervalMs,
    };
  }
}

function measured(number: number): number {
  return Math.abs(number * 7919) % 11;
}

function apply(fixture: Fixture, model: Model, step: Operation): void {
  switch (step.kind) {
    case 'put':
      applyPut(fixture, model, step);
      return;
    case 'move':
      applyMove(fixture, model, step);
      return;
    case 'points':
      applyPoints(fixture, model, step);
      return;
    case 'seal': {
      const beforeMs = START + step.days * DAY_MS;
      fixture.store.seal(beforeMs);
      for (const window of model.runs.flatMap((run) => [...run.windows.values()])) {
        window.isSealed ||= (utcDay(window.startMs + window.durationMs / 2) + 1) * DAY_MS <= beforeMs;
      }
      return;
    }
    case 'flush':
      fixture.store.flush();
      return;
    case 'reopen':
      fixture.store.close();
      fixture.store = fixture.place.open();
  }
}

function applyPut(fixture: Fixture, model: Model, step: Extract<Operation, { kind: 'put' }>): void {
  const run = model.runs[step.run];
  assert.ok(run);
  const windows = [];
  let newCount = 0;
  for (let index = 0; index < step.count; index += 1) {
    const number = step.first + index * step.stride;
    const { startMs, durationMs } = model.timeOf(step.run, number);
    if (startMs > END) break;
    windows.push({ number, value: measured(number), reports: 1, disagreements: 0 });
    if (run.windows.has(number)) continue;
    newCount += 1;
    run.windows.set(number, { startMs, durationMs, value: measured(number), isSealed: false });
  }
  assert.equal(fixture.store.putWindows(run.id, windows.reverse()), newCount);
}

function applyMove(fixture: Fixture, model: Model, step: Extract<Operation, { kind: 'move' }>): void {
  const run = model.runs[step.run];
  assert.ok(run);
  const { startMs } = model.timeOf(step.run, step.fromNumber);
  const kept = run.timeline.filter((segment) => segment.fromNumber < step.fromNumber);
  const moved = { fromNumber: step.fromNumber, startMs: startMs + step.byMs, intervalMs: model.intervalMs };
  run.timeline = [...kept, moved];
  for (const [number, window] of run.windows) {
    if (!window.isSealed) Object.assign(window, model.timeOf(step.run, number));
  }
  fixture.store.setTimeline(run.id, run.timeline);
}

function applyPoints(fixture: Fixture, model: Model, step: Extract<Operation, { kind: 'points' }>): void {
  const taken = new Set(model.all().map((point) => point.startMs));
  const list: ModelPoint[] = [];
  let added = 0;
  for (let index = 0; index < step.count; index += 1) {
    const startMs = START + (step.first + index * 3) * 30_000;
    const point = { startMs, durationMs: step.durationMs, value: measured(index) };
    list.push(point);
    if (taken.has(startMs)) continue;
    added += 1;
    model.points.set(startMs, point);
  }
  const outcome = fixture.store.addPoints(fixture.series, pointsOf(list));
  assert.deepEqual(outcome, { added, repeated: list.length - added, refused: 0 });
}

function compare(fixture: Fixture, model: Model, cuts: readonly number[]): void {
  const { store, series } = fixture;
  const { kind } = model;
  const all = model.all();
  const range = { fromMs: START, toMs: END };
  const edgeSets = ['15min', '1h', '1d', '1min', '1w'].map((step) => {
    const found = findStep(step);
    assert.ok(found);
    return bucketEdges(range, found, 'Europe/Paris');
  });
  const anywhere = Float64Array.from([...new Set([START, ...cuts.map((cut) => START + cut), END])]).sort();
  edgeSets.push(anywhere, Float64Array.of(START + 1_800_000, START + DAY_MS + 1_800_000, END + 7 * HOUR_MS));
  for (const edges of edgeSets)
    assertClose(store.readBuckets(series, edges), expectedBuckets(all, edges, kind));
  for (const edges of edgeSets) assertParts(fixture, edges);
  for (const cut of cuts) {
    const total = store.readTotal(series, START + cut, END);
    const expected = expectedTotal(all, { fromMs: START + cut, toMs: END }, kind);
    assertNear(total.sum, expected.sum);
    assertNear(total.validMs, expected.validMs);
  }
  assert.deepEqual(
    listOf(store.readPoints(series, START, END))
      .map(keyOf)
      .sort(),
    all
      .filter((point) => point.startMs >= START && point.startMs < END)
      .map(keyOf)
      .sort(),
  );
}

/** What buckets hold is what the range that they fill holds. */
function assertParts({ store, series }: Fixture, edges: Float64Array): void {
  const { sums, recoveredSums } = store.readBuckets(series, edges);
  const total = store.readTotal(series, edges[0] as number, edges.at(-1) as number);
  const sum = sums.reduce((all, each) => all + (Number.isNaN(each) ? 0 : each), 0);
  assertNear(sum, total.sum, `${sums.length} buckets`);
  assertNear(recoveredSums?.reduce((all, each) => all + each, 0) ?? 0, total.recoveredSum, 'recovered');
}

function keyOf(point: ModelPoint): string {
  return `${point.startMs}/${point.durationMs}/${point.value}`;
}

function assertClose(actual: object, expected: object): void {
  for (const [name, column] of Object.entries(expected) as [string, Float64Array][]) {
    const found = (actual as Record<string, Float64Array>)[name];
    assert.equal(found?.length, column.length, name);
    for (const [index, value] of column.entries()) assertNear(found?.[index], value, `${name}[${index}]`);
  }
}

function assertNear(actual: number | undefined, expected: number, what = 'total'): void {
  if (Object.is(actual, expected)) return;
  assert.ok(
    actual !== undefined && Math.abs(actual - expected) <= 1e-6 * (1 + Math.abs(expected)),
    `${what}: ${actual}, expected ${expected}`,
  );
}

/** Any sequence of operations gives what the plainest store gives. */
export function describeProperties(name: string, make: MakePlace): void {
  const steps = fc.array(operation, { minLength: 1, maxLength: 12 });
  const cuts = fc.array(fc.integer({ min: 1, max: 3 * DAY_MS - 1 }), { minLength: 1, maxLength: 5 });

  for (const { intervalMs, quantity } of TRIALS) {
    test(`${name}: any sequence of puts, moves, imports, seals and restarts, ${quantity} of ${intervalMs} ms`, () => {
      const property = fc.property(steps, cuts, (operations, cutList) => {
        const check = (fixture: Fixture) => {
          const model = new Model(intervalMs, kindOf(quantity));
          for (const phaseMs of [0, 12_345]) {
            const timeline = [{ fromNumber: 0, startMs: START + phaseMs, intervalMs }];
            const id = fixture.store.createRun({ series: fixture.series, timeline });
            model.runs.push({ id, timeline, windows: new Map() });
          }
          for (const step of operations) apply(fixture, model, step);
          compare(fixture, model, cutList);
          fixture.store.seal(END + DAY_MS);
          compare(fixture, model, cutList);
        };
        withStore(make, check, quantity);
      });
      fc.assert(property, { numRuns: intervalMs < 60_000 ? 5 : 15 });
    });
  }
}
