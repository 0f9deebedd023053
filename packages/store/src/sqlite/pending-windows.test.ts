import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RowColumns } from '../block/journal-codec.ts';
import { HotColumns, type HotRow } from './hot-columns.ts';
import { PendingWindows } from './pending-windows.ts';

function rowOf(key: number, value: number, seq: number): HotRow {
  const lastFlashMs = value % 2 === 0 ? null : value;
  return { key, startMs: 0, durationMs: 0, value, reports: 1, disagreements: 0, lastFlashMs, seq };
}

/** What a journal would have of them: [run, number, value, reports, last flash, place]. */
function listed({ counts, ...columns }: RowColumns): number[][] {
  const runs = counts.flatMap(([run, count]) => new Array<number>(count).fill(run));
  return runs.map((run, at) => [
    run,
    columns.keys[at] ?? Number.NaN,
    columns.values[at] ?? Number.NaN,
    columns.reports[at] ?? Number.NaN,
    columns.lastFlashes[at] ?? Number.NaN,
    columns.seqs[at] ?? Number.NaN,
  ]);
}

const step = fc.record({
  isWritten: fc.integer({ min: 0, max: 99 }).map((each) => each === 0),
  run: fc.integer({ min: 1, max: 9 }),
  // Numbers of one boot follow each other; those of a damaged one may be anything.
  key: fc.oneof(
    fc.integer({ min: 0, max: 60 }),
    fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
    fc.integer({ min: 0, max: 40 }).map((far) => far * 2 ** 32),
  ),
  value: fc.integer({ min: 0, max: 250 }),
});

/** What waits, beside plain maps of it. */
class Beside {
  readonly waiting = new PendingWindows();
  readonly #hot = new Map<number, HotColumns>();
  readonly #rows = new Map<number, Map<number, number[]>>();
  #seq = 0;
  /** Of those that came for the first time since the last write. */
  #lastSeq = 0;

  /** A window comes, for the first time or again. */
  come(run: number, key: number, value: number): void {
    const columns = this.#hot.get(run) ?? new HotColumns();
    this.#hot.set(run, columns);
    const at = columns.find(key);
    if (at < 0) {
      this.#seq += 1;
      const row = rowOf(key, value, this.#seq);
      columns.put(row);
      this.waiting.put(run, row);
      this.#lastSeq = this.#seq;
    } else {
      columns.raise(at, { reports: columns.reports(at) + 1, disagreements: 0 });
      this.waiting.raise(run, columns, at);
    }
    this.#note(run, columns.row(columns.find(key)));
  }

  write(): void {
    this.waiting.clear();
    this.#rows.clear();
    this.#lastSeq = 0;
  }

  assertSame(): void {
    const expected = [...this.#rows.values()].flatMap((rows) => [...rows.values()]);
    assert.deepEqual(listed(this.waiting.toColumns()), expected);
    assert.equal(this.waiting.count, expected.length);
    assert.equal([...this.waiting.rows()].length, expected.length);
    assert.equal(this.waiting.lastSeq, this.#lastSeq);
  }

  #note(run: number, { key, value, reports, lastFlashMs, seq }: HotRow): void {
    const rows = this.#rows.get(run) ?? new Map<number, number[]>();
    rows.set(key, [run, key, value, reports, lastFlashMs === null ? 0 : lastFlashMs + 1, seq ?? 0]);
    this.#rows.set(run, rows);
  }
}

test('what waits is what was put, by run, however windows come and are reported again', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const beside = new Beside();
      for (const { isWritten, run, key, value } of steps) {
        if (isWritten) beside.write();
        else beside.come(run, key, value);
      }
      beside.assertSame();
    }),
    { numRuns: 300 },
  );
});

test('twenty thousand windows of a thousand runs are found again', () => {
  const waiting = new PendingWindows();
  const columns = new HotColumns();
  for (let number = 0; number < 20; number += 1) columns.put(rowOf(number, 3, number + 1));
  for (let number = 0; number < 20; number += 1)
    for (let run = 1; run <= 1_000; run += 1) waiting.put(run, columns.row(number));
  for (let at = 0; at < 20; at += 1) columns.raise(at, { reports: 5, disagreements: 1 });
  for (let run = 1; run <= 1_000; run += 1)
    for (let at = 0; at < 20; at += 1) waiting.raise(run, columns, at);
  const { counts, reports, disagreements } = waiting.toColumns();
  assert.equal(waiting.count, 20_000);
  assert.ok(counts.length === 1_000 && counts.every(([, count]) => count === 20));
  assert.ok(reports.every((each) => each === 5) && disagreements.every((each) => each === 1));
});
