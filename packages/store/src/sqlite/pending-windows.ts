import type { JournalRow, RowColumns } from '../block/journal-codec.ts';
import type { RunId } from '../store.ts';
import type { HotColumns, HotRow } from './hot-columns.ts';

const CAPACITY_FIRST = 64;

/**
 * The windows of all runs that wait for their group, as columns, in the order in which they came. Twenty thousand may wait, and
 * all of them outlive the young heap: as objects the collector would copy each, and mark it later.
 */
export class PendingWindows {
  #count = 0;
  #columns = makeColumns(CAPACITY_FIRST);
  /** Where each lies, by run and number: its place + 1, or 0; a place that is taken is followed by the next ones. */
  #places = new Int32Array(2 * CAPACITY_FIRST);
  #lastSeq = 0;

  get count(): number {
    return this.#count;
  }

  /** The highest place in the order of changes among those that are new; 0 when none is. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** Adds a window that is new, or puts it in the place of the same one. */
  put(run: RunId, row: HotRow): void {
    this.#put(run, row);
    this.#lastSeq = Math.max(this.#lastSeq, row.seq ?? 0);
  }

  /** The counts of the hot window at `index` were raised. */
  raise(run: RunId, columns: HotColumns, index: number): void {
    const at = this.#find(run, columns.key(index));
    if (at < 0) {
      this.#put(run, columns.row(index));
      return;
    }
    this.#columns.reports[at] = columns.reports(index);
    this.#columns.disagreements[at] = columns.disagreements(index);
  }

  /** All of them. */
  *rows(): Iterable<{ run: RunId; row: JournalRow }> {
    const { runs, keys, values, reports, disagreements, lastFlashes, seqs } = this.#columns;
    for (let at = 0; at < this.#count; at += 1) {
      const lastFlash = lastFlashes[at] as number;
      const seq = seqs[at] as number;
      const row: JournalRow = {
        key: keys[at] as number,
        durationMs: 0,
        value: values[at] as number,
        reports: reports[at] as number,
        disagreements: disagreements[at] as number,
        lastFlashMs: lastFlash === 0 ? null : lastFlash - 1,
        seq: seq === 0 ? null : seq,
      };
      yield { run: runs[at] as number, row };
    }
  }

  /** As they go to the journal: those of each run together, in order. */
  toColumns(): RowColumns {
    const order = this.#byRun();
    const pick = (column: Float64Array) => {
      const picked = new Float64Array(this.#count);
      for (let at = 0; at < picked.length; at += 1) picked[at] = column[order.places[at] as number] as number;
      return picked;
    };
    const { keys, values, reports, disagreements, lastFlashes, seqs } = this.#columns;
    return {
      counts: order.counts,
      keys: pick(keys),
      durationsMs: new Float64Array(this.#count),
      values: pick(values),
      reports: pick(reports),
      disagreements: pick(disagreements),
      lastFlashes: pick(lastFlashes),
      seqs: pick(seqs),
    };
  }

  clear(): void {
    if (this.#count > 0) this.#places.fill(0);
    this.#count = 0;
    this.#lastSeq = 0;
  }

  /** The runs in the order of their first window, with how many they have, and the place of each window. */
  #byRun(): { counts: [RunId, number][]; places: Int32Array } {
    const { runs } = this.#columns;
    const counts = new Map<RunId, number>();
    for (let at = 0; at < this.#count; at += 1) {
      const run = runs[at] as number;
      counts.set(run, (counts.get(run) ?? 0) + 1);
    }
    const nextOf = new Map<RunId, number>();
    let from = 0;
    for (const [run, count] of counts) {
      nextOf.set(run, from);
      from += count;
    }
    const places = new Int32Array(this.#count);
    for (let at = 0; at < this.#count; at += 1) {
      const run = runs[at] as number;
      const next = nextOf.get(run) as number;
      places[next] = at;
      nextOf.set(run, next + 1);
    }
    return { counts: [...counts], places };
  }

  #put(run: RunId, row: HotRow): void {
    const known = this.#find(run, row.key);
    const at = known < 0 ? this.#add(run, row.key) : known;
    const columns = this.#columns;
    columns.values[at] = row.value;
    columns.reports[at] = row.reports;
    columns.disagreements[at] = row.disagreements;
    columns.lastFlashes[at] = row.lastFlashMs === null ? 0 : row.lastFlashMs + 1;
    columns.seqs[at] = row.seq ?? 0;
  }

  #add(run: RunId, key: number): number {
    if (this.#count === this.#columns.keys.length) this.#grow();
    const at = this.#count;
    this.#count += 1;
    this.#columns.runs[at] = run;
    this.#columns.keys[at] = key;
    this.#note(at);
    return at;
  }

  /** Where the window lies; −1 where it does not wait. */
  #find(run: RunId, key: number): number {
    const { runs, keys } = this.#columns;
    const mask = this.#places.length - 1;
    for (let slot = hashOf(run, key) & mask; ; slot = (slot + 1) & mask) {
      const at = (this.#places[slot] as number) - 1;
      if (at < 0 || (keys[at] === key && runs[at] === run)) return at;
    }
  }

  #note(at: number): void {
    const mask = this.#places.length - 1;
    let slot = hashOf(this.#columns.runs[at] as number, this.#columns.keys[at] as number) & mask;
    while (this.#places[slot] !== 0) slot = (slot + 1) & mask;
    this.#places[slot] = at + 1;
  }

  /** Twice the room; half of the places are free at least. */
  #grow(): void {
    const before = this.#columns;
    const grown = makeColumns(2 * before.keys.length);
    for (const [name, column] of Object.entries(before)) grown[name as keyof typeof before].set(column);
    this.#columns = grown;
    this.#places = new Int32Array(2 * grown.keys.length);
    for (let at = 0; at < this.#count; at += 1) this.#note(at);
  }
}

function makeColumns(capacity: number) {
  return {
    runs: new Float64Array(capacity),
    keys: new Float64Array(capacity),
    values: new Float64Array(capacity),
    reports: new Float64Array(capacity),
    disagreements: new Float64Array(capacity),
    /** 0 stands for none, as in the journal; so it does in `seqs`. */
    lastFlashes: new Float64Array(capacity),
    seqs: new Float64Array(capacity),
  };
}

/** Numbers that follow each other, of runs that follow each other, must not fall together. */
function hashOf(run: RunId, key: number): number {
  const mixed = Math.imul(run, 0x9e3779b1) ^ Math.imul(key, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
