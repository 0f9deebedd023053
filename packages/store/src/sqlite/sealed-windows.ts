import type { RunId } from '../store.ts';
import type { Connection } from './connection.ts';

/** Window numbers [`from`, `to`). */
export interface NumberRange {
  readonly from: number;
  readonly to: number;
}

/** Runs whose ranges are kept in memory at most. */
const RUNS_KEPT_MAX = 4_096;

/** Which windows of each run are in blocks, as ascending ranges of numbers that do not touch. */
export class SealedWindows {
  readonly #connection: Connection;
  readonly #kept = new Map<RunId, readonly NumberRange[]>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  ranges(run: RunId): readonly NumberRange[] {
    const kept = this.#kept.get(run);
    if (kept !== undefined) return kept;
    const rows = this.#connection.rows<[number, number]>(
      'SELECT from_number, to_number FROM sealed_window WHERE run = ? ORDER BY from_number',
      run,
    );
    const ranges = rows.map(([from, to]) => ({ from, to }));
    if (this.#kept.size >= RUNS_KEPT_MAX) this.#kept.clear();
    this.#kept.set(run, ranges);
    return ranges;
  }

  has(run: RunId, number: number): boolean {
    const ranges = this.ranges(run);
    let low = 0;
    let high = ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ranges[middle]?.to ?? 0) <= number) low = middle + 1;
      else high = middle;
    }
    return (ranges[low]?.from ?? Number.POSITIVE_INFINITY) <= number;
  }

  /** Adds a range, in the caller's transaction; forget the run if that does not commit. */
  add(run: RunId, range: NumberRange): void {
    const touching = this.ranges(run).filter((other) => other.from <= range.to && range.from <= other.to);
    const from = Math.min(range.from, ...touching.map((other) => other.from));
    const to = Math.max(range.to, ...touching.map((other) => other.to));
    for (const other of touching) {
      this.#connection.run('DELETE FROM sealed_window WHERE run = ? AND from_number = ?', run, other.from);
    }
    this.#connection.run('INSERT INTO sealed_window VALUES (?, ?, ?)', run, from, to);
    this.#kept.delete(run);
  }

  forget(): void {
    this.#kept.clear();
  }
}
