/*
 * V8 keeps the memory of arrays outside of its heap, yet counts it there: a heap of 20 MB is collected whole for every few wide
 * questions, whose columns are 80 kB each, and that takes longer than to answer them. So what is done with its columns gives
 * them back, and the next question has them. What gives none back only makes new ones.
 */

/** As many buckets as one answer holds. */
const ROWS_MAX = 10_000;
/** Shorter columns cost little. */
const ROWS_MIN = 1_000;
/** What one answer needs at a time. */
const SPARE_MAX = 4;
const BYTES = ROWS_MAX * Float64Array.BYTES_PER_ELEMENT;

const spare: ArrayBuffer[] = [];

/** A column of so many rows, each of them `fill`. */
export function takeColumn(rows: number, fill: number): Float64Array {
  if (rows < ROWS_MIN || rows > ROWS_MAX) return new Float64Array(rows).fill(fill);
  return new Float64Array(spare.pop() ?? new ArrayBuffer(BYTES), 0, rows).fill(fill);
}

/** Nobody may look at a column once it is given back. Columns that were not taken may be given as well. */
export function giveColumn({ buffer }: Float64Array): void {
  const isTaken = buffer instanceof ArrayBuffer && buffer.byteLength === BYTES;
  if (isTaken && spare.length < SPARE_MAX && !spare.includes(buffer)) spare.push(buffer);
}
