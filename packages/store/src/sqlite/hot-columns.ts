import { lowerBound, NO_POINTS, type Points, pickPoints, slicePoints } from '@kilowink/core/series';
import type { RowColumns } from '../block/journal-codec.ts';
import type { StoredWindow } from '../store.ts';

/** A hot measurement. `key` is the window's number, or the point's start. */
export interface HotRow {
  readonly key: number;
  readonly startMs: number;
  readonly durationMs: number;
  readonly value: number;
  readonly reports: number;
  readonly disagreements: number;
  /** When its last flash began, ms after its start; null where not known. */
  readonly lastFlashMs: number | null;
  /** Its place in the order of changes; null when an import wrote it. */
  readonly seq: number | null;
}

const COUNT_MAX = 0xffff;
const CAPACITY_FIRST = 64;

/** Hot measurements in memory, as columns that grow, ascending by key. */
export class HotColumns {
  #count = 0;
  #keys: Float64Array = new Float64Array(CAPACITY_FIRST);
  #points: ColumnsOf = makeColumns(CAPACITY_FIRST);
  #extent: { fromMs: number; toMs: number } | null = null;
  /** 0 stands for none. */
  #seqs: Float64Array = new Float64Array(CAPACITY_FIRST);
  /** No place is higher. */
  #seqMost = 0;

  get count(): number {
    return this.#count;
  }

  /** The keys; a view until the next change. */
  get keys(): Float64Array {
    return this.#keys.subarray(0, this.#count);
  }

  /** The measurements; a view until the next change. */
  get points(): Points & ColumnsOf {
    return slicePoints(this.#points, 0, this.#count) as Points & ColumnsOf;
  }

  /** Calls `take` with each row that has a place after `seq`, by ascending key. */
  eachAfter(seq: number, take: (index: number, seq: number) => void): void {
    if (this.#seqMost <= seq) return;
    const seqs = this.#seqs;
    for (let index = 0; index < this.#count; index += 1) {
      const place = seqs[index] as number;
      if (place > seq) take(index, place);
    }
  }

  /** The highest place among those at `indexes`; 0 when none has one. */
  seqMax(indexes: ArrayLike<number>): number {
    let highest = 0;
    for (let index = 0; index < indexes.length; index += 1) {
      highest = Math.max(highest, this.#seqs[indexes[index] as number] as number);
    }
    return highest;
  }

  /** From the first start to the last end; null while empty. */
  extent(): { readonly fromMs: number; readonly toMs: number } | null {
    if (this.#count === 0) return null;
    this.#extent ??= extentOf(this.points);
    return this.#extent;
  }

  /** The index of that key, or −1. */
  find(key: number): number {
    const at = this.#place(key);
    return at < this.#count && this.#keys[at] === key ? at : -1;
  }

  /** The index of the first key ≥ `key`. */
  lowerBound(key: number): number {
    return this.#place(key);
  }

  key(index: number): number {
    return this.#keys[index] as number;
  }

  reports(index: number): number {
    return this.#points.reports[index] as number;
  }

  disagreements(index: number): number {
    return this.#points.disagreements[index] as number;
  }

  row(index: number): HotRow {
    const seq = this.#seqs[index] as number;
    const lastFlash = this.#points.lastFlashes[index] as number;
    return {
      key: this.#keys[index] as number,
      startMs: this.#points.starts[index] as number,
      durationMs: this.#points.durationsMs[index] as number,
      value: this.#points.values[index] as number,
      reports: this.#points.reports[index] as number,
      disagreements: this.#points.disagreements[index] as number,
      lastFlashMs: lastFlash === 0 ? null : lastFlash - 1,
      seq: seq === 0 ? null : seq,
    };
  }

  /** The rows with keys in [`fromKey`, `toKey`) as windows, ascending. */
  windows(fromKey: number, toKey: number): StoredWindow[] {
    const windows: StoredWindow[] = [];
    for (let at = this.#place(fromKey); at < this.#count; at += 1) {
      const number = this.#keys[at] as number;
      if (number >= toKey) break;
      const value = this.#points.values[at] as number;
      const reports = this.#points.reports[at] as number;
      const disagreements = this.#points.disagreements[at] as number;
      const lastFlash = this.#points.lastFlashes[at] as number;
      if (lastFlash === 0) windows.push({ number, value, reports, disagreements });
      else windows.push({ number, value, reports, disagreements, lastFlashMs: lastFlash - 1 });
    }
    return windows;
  }

  /** Adds a row, or replaces the one of the same key. */
  put(row: HotRow): void {
    const at = this.#place(row.key);
    if (at >= this.#count || this.#keys[at] !== row.key) this.#open(at);
    this.#keys[at] = row.key;
    this.#points.starts[at] = row.startMs;
    this.#points.durationsMs[at] = row.durationMs;
    this.#points.values[at] = row.value;
    this.#points.reports[at] = Math.min(COUNT_MAX, row.reports);
    this.#points.disagreements[at] = Math.min(COUNT_MAX, row.disagreements);
    this.#points.lastFlashes[at] = row.lastFlashMs === null ? 0 : Math.min(COUNT_MAX, row.lastFlashMs + 1);
    const seq = row.seq ?? 0;
    this.#seqs[at] = seq;
    if (seq > this.#seqMost) this.#seqMost = seq;
    if (this.#extent !== null) {
      const fromMs = Math.min(this.#extent.fromMs, row.startMs);
      this.#extent = { fromMs, toMs: Math.max(this.#extent.toMs, row.startMs + row.durationMs) };
    }
  }

  /**
   * Takes the higher counts of reports and disagreements for the row at `index`; false where it has them already. Windows are
   * mostly reported again: this makes no row of one.
   */
  raise(index: number, of: { readonly reports: number; readonly disagreements: number }): boolean {
    const { reports, disagreements } = this.#points;
    const higherReports = Math.min(COUNT_MAX, of.reports);
    const higherDisagreements = Math.min(COUNT_MAX, of.disagreements);
    const isMore = higherReports > (reports[index] as number);
    if (!isMore && higherDisagreements <= (disagreements[index] as number)) return false;
    if (isMore) reports[index] = higherReports;
    disagreements[index] = Math.max(higherDisagreements, disagreements[index] as number);
    return true;
  }

  /** Takes whole columns, ascending by key, in place of what is there; those left out are zeros. */
  load(columns: LoadedColumns): void {
    const count = columns.keys.length;
    const capacity = Math.max(CAPACITY_FIRST, count);
    this.#keys = resized(columns.keys, capacity);
    this.#seqs = resized(columns.seqs ?? NO_POINTS.values, capacity);
    this.#seqMost = mostOf(this.#seqs);
    this.#points = makeColumns(capacity);
    this.#points.starts.set(columns.starts);
    this.#points.durationsMs.set(columns.durationsMs);
    this.#points.values.set(columns.values ?? NO_POINTS.values);
    this.#points.reports.set(columns.reports ?? NO_POINTS.values);
    this.#points.disagreements.set(columns.disagreements ?? NO_POINTS.values);
    this.#points.lastFlashes.set(columns.lastFlashes ?? NO_POINTS.values);
    this.#count = count;
    this.#extent = null;
  }

  /** Other times for the rows from `at` on. */
  setTimes(at: number, starts: Float64Array, durationsMs: Float64Array): void {
    this.#points.starts.set(starts, at);
    this.#points.durationsMs.set(durationsMs, at);
    this.#extent = null;
  }

  /** Copies the rows in [`from`, `to`) to where `at` says. */
  copyTo(made: Omit<RowColumns, 'counts'>, { at, from, to }: { at: number; from: number; to: number }): void {
    const { durationsMs, values, reports, disagreements, lastFlashes } = this.#points;
    made.keys.set(this.#keys.subarray(from, to), at);
    made.durationsMs.set(durationsMs.subarray(from, to), at);
    made.values.set(values.subarray(from, to), at);
    made.reports.set(reports.subarray(from, to), at);
    made.disagreements.set(disagreements.subarray(from, to), at);
    made.lastFlashes.set(lastFlashes.subarray(from, to), at);
    made.seqs.set(this.#seqs.subarray(from, to), at);
  }

  /** Keeps only the rows for which `isKept` says so. */
  retain(isKept: (index: number) => boolean): void {
    const kept: number[] = [];
    for (let index = 0; index < this.#count; index += 1) if (isKept(index)) kept.push(index);
    const capacity = Math.max(CAPACITY_FIRST, kept.length);
    this.#keys = resized(
      Float64Array.from(kept, (index) => this.#keys[index] as number),
      capacity,
    );
    this.#seqs = resized(
      Float64Array.from(kept, (index) => this.#seqs[index] as number),
      capacity,
    );
    this.#seqMost = mostOf(this.#seqs);
    this.#points = resizedColumns(pickPoints(this.#points, kept) as ColumnsOf, capacity);
    this.#count = kept.length;
    this.#extent = null;
  }

  #place(key: number): number {
    const count = this.#count;
    const keys = this.#keys;
    if (count === 0) return 0;
    const newest = keys[count - 1] as number;
    if (key > newest) return count;
    // Windows are numbered one after the other, and asked for close to the newest.
    const at = count - 1 - (newest - key);
    if (at >= 0 && keys[at] === key) return at;
    return lowerBound(this.keys, key);
  }

  /** Makes room for one row at `at`. */
  #open(at: number): void {
    if (this.#count === this.#keys.length) this.#grow();
    if (at < this.#count) {
      const columns = [this.#keys, this.#seqs, ...Object.values(this.#points)];
      for (const column of columns) column.copyWithin(at + 1, at, this.#count);
    }
    this.#count += 1;
  }

  #grow(): void {
    const capacity = this.#keys.length * 2;
    this.#keys = resized(this.#keys, capacity);
    this.#seqs = resized(this.#seqs, capacity);
    this.#points = resizedColumns(this.#points, capacity);
  }
}

function mostOf(numbers: Float64Array): number {
  let most = 0;
  for (const number of numbers) most = Math.max(most, number);
  return most;
}

function extentOf(points: Points): { fromMs: number; toMs: number } {
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < points.starts.length; index += 1) {
    const startMs = points.starts[index] as number;
    fromMs = Math.min(fromMs, startMs);
    toMs = Math.max(toMs, startMs + (points.durationsMs[index] as number));
  }
  return { fromMs, toMs };
}

/** Columns of one length, as they were stored. */
export interface LoadedColumns {
  readonly keys: Float64Array;
  readonly starts: Float64Array;
  readonly durationsMs: Float64Array;
  readonly values: Float64Array | undefined;
  readonly reports: Float64Array | undefined;
  readonly disagreements: Float64Array | undefined;
  /** As in `Points`. */
  readonly lastFlashes?: Float64Array | undefined;
  readonly seqs: Float64Array | undefined;
}

interface ColumnsOf {
  readonly starts: Float64Array;
  readonly durationsMs: Float64Array;
  readonly values: Float64Array;
  readonly reports: Uint16Array;
  readonly disagreements: Uint16Array;
  readonly lastFlashes: Uint16Array;
}

function makeColumns(capacity: number): ColumnsOf {
  return {
    starts: new Float64Array(capacity),
    durationsMs: new Float64Array(capacity),
    values: new Float64Array(capacity),
    reports: new Uint16Array(capacity),
    disagreements: new Uint16Array(capacity),
    lastFlashes: new Uint16Array(capacity),
  };
}

function resizedColumns(columns: ColumnsOf, capacity: number): ColumnsOf {
  const made = makeColumns(capacity);
  made.starts.set(columns.starts);
  made.durationsMs.set(columns.durationsMs);
  made.values.set(columns.values);
  made.reports.set(columns.reports);
  made.disagreements.set(columns.disagreements);
  made.lastFlashes.set(columns.lastFlashes);
  return made;
}

function resized(column: Float64Array, capacity: number): Float64Array {
  const made = new Float64Array(capacity);
  made.set(column);
  return made;
}
