import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RunPort, RunWindow, StoredRunWindow } from './port.ts';
import { RunMemory } from './run-memory.ts';

const RUN = 7;

type Counts = readonly (number | null)[];

/** A store of one run; it does not tell the values of windows below `sealedBelow`. */
class RunStore implements Pick<RunPort, 'putWindows' | 'readWindows'> {
  readonly windows = new Map<number, RunWindow>();
  sealedBelow = Number.NEGATIVE_INFINITY;
  put: readonly RunWindow[] = [];

  putWindows(run: number, windows: readonly RunWindow[]): void {
    assert.equal(run, RUN);
    this.put = windows;
    for (const window of windows) this.windows.set(window.number, window);
  }

  readWindows(_run: number, fromNumber: number, toNumber: number): StoredRunWindow[] {
    return [...this.windows.values()]
      .filter(({ number }) => number >= fromNumber && number < toNumber)
      .sort((one, other) => one.number - other.number)
      .map((window) => ({ ...window, value: window.number < this.sealedBelow ? null : window.value }));
  }
}

/** What is to be: everything that was ever reported, with nothing forgotten. */
class Model {
  readonly known = new Map<number, { value: number; reports: number; disagreements: number }>();

  agreement(number: number, counts: Counts) {
    const met = counts.flatMap((count, index) => {
      const known = this.known.get(number - index);
      return count === null || known === undefined ? [] : [known.value === count];
    });
    const forgotten = counts.filter((count, index) => count === null && this.known.has(number - index));
    return {
      agreed: met.filter(Boolean).length,
      disagreed: met.filter((isSame) => !isSame).length,
      forgotten: forgotten.length,
    };
  }

  store(number: number, counts: Counts) {
    const tally = { added: 0, repeated: 0, disagreed: 0 };
    const put: RunWindow[] = [];
    for (const [index, count] of counts.entries()) {
      if (count === null) continue;
      const known = this.known.get(number - index) ?? { value: count, reports: 0, disagreements: 0 };
      const disagrees = known.value !== count;
      if (known.reports === 0) tally.added += 1;
      else tally.repeated += 1;
      if (disagrees) tally.disagreed += 1;
      const next = {
        value: known.value,
        reports: known.reports + 1,
        disagreements: known.disagreements + (disagrees ? 1 : 0),
      };
      this.known.set(number - index, next);
      put.unshift({ number: number - index, ...next });
    }
    return { tally, put };
  }
}

/** Mostly a few windows on from before; now and then far back, far ahead, or a backlog. */
const anyReport = fc.record({
  step: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 12 }) },
    { weight: 2, arbitrary: fc.integer({ min: -300, max: 300 }) },
    { weight: 1, arbitrary: fc.integer({ min: -20, max: 2_000 }) },
  ),
  counts: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.array(fc.option(fc.integer({ min: 0, max: 2 })), { minLength: 1, maxLength: 12 }),
    },
    {
      weight: 1,
      arbitrary: fc.array(fc.option(fc.integer({ min: 0, max: 2 })), { minLength: 1, maxLength: 700 }),
    },
  ),
});

test('windows at hand and in the store are compared and counted as if none was ever forgotten', () => {
  fc.assert(
    fc.property(
      fc.array(anyReport, { minLength: 1, maxLength: 60 }),
      fc.nat(5_000),
      (reports, firstNumber) => {
        const store = new RunStore();
        const model = new Model();
        const memory = new RunMemory(store as unknown as RunPort, {
          run: RUN,
          firstNumber,
          lastNumber: firstNumber - 1,
        });
        let newest = firstNumber;
        for (const { step, counts } of reports) {
          const number = newest + step;
          newest = Math.max(newest, number);
          const { agreed, disagreed, unknown, forgotten } = memory.compare(number, counts);
          assert.deepEqual(
            { agreed, disagreed, unknown, forgotten },
            { ...model.agreement(number, counts), unknown: 0 },
          );
          const expected = model.store(number, counts);
          store.put = [];
          assert.deepEqual(memory.store(number, counts), expected.tally);
          assert.deepEqual(store.put, expected.put);
        }
        const numbers = [...model.known.keys()];
        assert.equal(memory.lastNumber, Math.max(firstNumber - 1, ...numbers));
        assert.equal(memory.firstNumber, Math.min(firstNumber, ...numbers));
      },
    ),
    { numRuns: 300 },
  );
});

test('a memory taken up again knows what the store has; where a value is not at hand the first report of it stands', () => {
  const store = new RunStore();
  const before = new RunMemory(store as unknown as RunPort, { run: RUN, firstNumber: 0, lastNumber: -1 });
  before.store(
    199,
    Array.from({ length: 200 }, (_, back) => (199 - back) % 5),
  );
  store.sealedBelow = 150;
  const memory = new RunMemory(store as unknown as RunPort, { run: RUN, firstNumber: 0, lastNumber: 199 });
  const counts = [3, null, ...Array.from({ length: 100 }, (_, back) => (197 - back) % 5)];
  const { agreed, disagreed, unknown } = memory.compare(199, counts);
  assert.deepEqual({ agreed, disagreed, unknown }, { agreed: 48, disagreed: 1, unknown: 52 });
  assert.deepEqual(memory.store(199, counts), { added: 0, repeated: 101, disagreed: 1 });
  assert.deepEqual(store.put[0], { number: 98, value: 98 % 5, reports: 2, disagreements: 0 });
  assert.deepEqual(store.put.at(-1), { number: 199, value: 4, reports: 2, disagreements: 1 });
});

test('a report of a whole day below what is known goes to its place at once', () => {
  const store = new RunStore();
  const memory = new RunMemory(store as unknown as RunPort, {
    run: RUN,
    firstNumber: 70_000,
    lastNumber: 69_999,
  });
  memory.store(70_010, [1, 2, 3]);
  const tally = memory.store(
    70_008,
    Array.from({ length: 60_000 }, (_, back) => back % 7),
  );
  assert.deepEqual(tally, { added: 59_999, repeated: 1, disagreed: 1 });
  assert.equal(memory.firstNumber, 10_009);
});
