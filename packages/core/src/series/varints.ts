import type { Fault } from '../error/index.ts';
import { fault, ok, type Result } from '../error/index.ts';

/*
 * Whole numbers (up to 2^53) as little-endian groups of seven bits, and columns of them.
 *
 *   column = header, body
 *   header = order + 4 × sparse            order: 0 the numbers, 1 their differences, 2 the differences of those
 *   dense  = one varint for each number
 *   sparse = (zeros before, varint) for each one that is not zero, then (zeros to the end)
 *
 * A differenced column may be negative and is zigzag-coded. A column without surprise (a uniform grid of starts, a
 * constant duration) is sparse with next to nothing in it.
 */

const SPARSE = 4;
const VARINT_BYTES_MAX = 8;
const BITS31 = 0x7fffffff;
const BITS30 = 0x3fffffff;

export type ColumnOrder = 0 | 1 | 2;

/** Collects varints and columns. Numbers are whole, at most 2^52 in size after differencing. */
export class VarintWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** What was written; a view that the next write may overwrite after `reset`. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  reset(): void {
    this.#length = 0;
  }

  unsigned(value: number): void {
    this.#reserve(1);
    this.#length = putVarint(this.#bytes, this.#length, value);
  }

  signed(value: number): void {
    this.unsigned(zigzag(value));
  }

  /** Writes `count` numbers, sparsely when fewer than a quarter of them differ from what the order foresees. */
  column(values: ArrayLike<number>, count: number, order: ColumnOrder): void {
    const coded = new Float64Array(count);
    const nonZeroCount = difference(values, coded, order);
    const sparse = nonZeroCount < count / 4;
    this.unsigned(order + (sparse ? SPARSE : 0));
    if (sparse) this.#sparse(coded, nonZeroCount);
    else this.#dense(coded);
  }

  /** Writes numbers ≥ 0 as they are or by difference, whichever takes fewer bytes before compression. */
  columnOfValues(values: ArrayLike<number>, count: number): void {
    let plainBytes = 0;
    let differenceBytes = 0;
    let before = 0;
    for (let index = 0; index < count; index += 1) {
      const value = values[index] as number;
      plainBytes += varintSize(value);
      differenceBytes += varintSize(zigzag(value - before));
      before = value;
    }
    this.column(values, count, differenceBytes < plainBytes ? 1 : 0);
  }

  #dense(coded: Float64Array): void {
    this.#reserve(coded.length);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let index = 0; index < coded.length; index += 1) {
      const value = coded[index] as number;
      if (value < 128) {
        bytes[at] = value;
        at += 1;
      } else {
        at = putVarint(bytes, at, value);
      }
    }
    this.#length = at;
  }

  #sparse(coded: Float64Array, nonZeroCount: number): void {
    this.#reserve(2 * nonZeroCount + 1);
    let zeroCount = 0;
    for (let index = 0; index < coded.length; index += 1) {
      const value = coded[index] as number;
      if (value === 0) {
        zeroCount += 1;
        continue;
      }
      this.#length = putVarint(this.#bytes, this.#length, zeroCount);
      this.#length = putVarint(this.#bytes, this.#length, value);
      zeroCount = 0;
    }
    this.#length = putVarint(this.#bytes, this.#length, zeroCount);
  }

  #reserve(varintCount: number): void {
    const needed = this.#length + varintCount * VARINT_BYTES_MAX;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** Reads what a `VarintWriter` wrote. Reading past the end gives zeros, and `end` then gives the fault. */
export class VarintReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #fault: string | null = null;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  unsigned(): number {
    let value = 0;
    let scale = 1;
    for (let size = 0; size < VARINT_BYTES_MAX; size += 1) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) {
        this.#fault ??= `${this.#bytes.length} bytes hold less than they say`;
        return 0;
      }
      this.#at += 1;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
    this.#fault ??= `the number that ends at byte ${this.#at} is longer than ${VARINT_BYTES_MAX} bytes`;
    return 0;
  }

  signed(): number {
    return unzigzag(this.unsigned());
  }

  column(count: number): Float64Array {
    const values = new Float64Array(count);
    const header = this.unsigned();
    const order = header % SPARSE;
    if (header >= 2 * SPARSE || order > 2) {
      this.#fault ??= `column header ${header} at byte ${this.#at} is unknown`;
      return values;
    }
    if (header >= SPARSE) {
      this.#sparse(values, order);
    } else {
      this.#dense(values);
      if (order > 0) sum(values, true);
      if (order > 1) sum(values, false);
    }
    return values;
  }

  /** Whether everything was there and nothing is left. */
  end(): Result<null, Fault> {
    const left = this.#bytes.length - this.#at;
    const message = this.#fault ?? (left === 0 ? null : `${left} bytes are left over`);
    return message === null ? ok(null) : fault({ code: 'series/varint', message });
  }

  #dense(values: Float64Array): void {
    const single = this.#bytes.subarray(this.#at, this.#at + values.length);
    // Every varint is one byte, which is by far the most frequent column.
    if (single.length === values.length && anyBits(single) < 128) {
      values.set(single);
      this.#at += values.length;
      return;
    }
    for (let index = 0; index < values.length && this.#fault === null; index += 1)
      values[index] = this.unsigned();
  }

  /** Between two exceptions the numbers stay 0, stay the same, or keep their step: no need to code and sum each. */
  #sparse(values: Float64Array, order: number): void {
    let index = 0;
    let value = 0;
    let step = 0;
    for (;;) {
      const end = index + this.unsigned();
      if (order === 1) values.fill(value, index, end);
      if (order === 2) value = ramp(values, { index, end, value, step });
      index = end;
      if (index >= values.length || this.#fault !== null) break;
      const code = this.unsigned();
      if (order === 0) value = code;
      if (order === 1) value += unzigzag(code);
      if (order === 2) {
        step += unzigzag(code);
        value += step;
      }
      values[index] = value;
      index += 1;
    }
    if (index !== values.length) this.#fault ??= `a column of ${values.length} holds ${index}`;
  }
}

/** The bits that any of these bytes has. */
function anyBits(bytes: Uint8Array): number {
  let all = 0;
  for (let at = 0; at < bytes.length; at += 1) all |= bytes[at] as number;
  return all;
}

/** Fills [`index`, `end`) with equal steps from `value` on; returns the last one. */
function ramp(
  values: Float64Array,
  from: { index: number; end: number; value: number; step: number },
): number {
  let { value } = from;
  const { step } = from;
  const end = Math.min(from.end, values.length);
  for (let index = from.index; index < end; index += 1) {
    value += step;
    values[index] = value;
  }
  return value;
}

/** Undoes one difference; the innermost also undoes the zigzag. */
function sum(values: Float64Array, isZigzag: boolean): void {
  let total = 0;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    total += isZigzag ? unzigzag(value) : value;
    values[index] = total;
  }
}

function difference(values: ArrayLike<number>, coded: Float64Array, order: ColumnOrder): number {
  let before = 0;
  let stepBefore = 0;
  let nonZeroCount = 0;
  for (let index = 0; index < coded.length; index += 1) {
    const value = values[index] as number;
    let code = value;
    if (order > 0) {
      const step = value - before;
      code = zigzag(order === 2 ? step - stepBefore : step);
      before = value;
      stepBefore = step;
    }
    if (code !== 0) nonZeroCount += 1;
    coded[index] = code;
  }
  return nonZeroCount;
}

function putVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  while (rest > BITS31) {
    bytes[at] = (rest % 128) | 128;
    at += 1;
    rest = Math.floor(rest / 128);
  }
  while (rest > 127) {
    bytes[at] = (rest & 127) | 128;
    at += 1;
    rest >>>= 7;
  }
  bytes[at] = rest;
  return at + 1;
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size += 1;
  return size;
}

function zigzag(value: number): number {
  if (value >= -BITS30 && value <= BITS30) return ((value << 1) ^ (value >> 31)) >>> 0;
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

function unzigzag(code: number): number {
  if (code <= BITS31) return (code >>> 1) ^ -(code & 1);
  const half = Math.floor(code / 2);
  return code % 2 === 0 ? half : -half - 1;
}
