/** Numbers of an answer as they are written: `scaled[i] / perUnit`, and null where that is no number. */
export class Decimals {
  readonly scaled: ArrayLike<number>;
  /** A power of ten from 1 to 10,000. */
  readonly perUnit: number;

  constructor(scaled: ArrayLike<number>, perUnit = 1) {
    this.scaled = scaled;
    this.perUnit = perUnit;
  }
}

/** An answer of the contract in which columns of numbers may be `Decimals`. */
export type Encodable<T> = T extends readonly (number | null)[]
  ? T | Decimals
  : T extends object
    ? { readonly [Key in keyof T]: Encodable<T[Key]> }
    : T;

/**
 * The bytes that `JSON.stringify` would give, without the numbers as objects and the text between: columns of an answer
 * are tens of thousands of numbers, and a young heap that is kept small would be collected several times for each.
 */
export function encodeJson(answer: object): Buffer {
  writer.object(answer);
  return writer.finish();
}

/** A number takes no more: 17 digits, sign, point, exponent, and the comma before it. */
const NUMBER_BYTES_MAX = 26;
const TEXT_BYTES_PER_UNIT = 3;
/** Most answers are smaller; room for a larger one is given back. */
const KEPT_BYTES = 1 << 19;
/** Room is made for so many numbers at a time. */
const NUMBERS = 256;
/** Up to here a decimal with its point anywhere is the shortest text of the float next to it. */
const EXACT_MAX = 1e15;
const EIGHT_DIGITS = 100_000_000;

const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const OPEN = 0x5b;

class JsonBytes {
  #bytes = Buffer.allocUnsafeSlow(KEPT_BYTES);
  #length = 0;

  object(value: object): void {
    let before = '{';
    for (const [key, each] of Object.entries(value)) {
      if (each === undefined) continue;
      this.#text(`${before}${JSON.stringify(key)}:`);
      if (each instanceof Decimals) this.#column(each);
      else if (isPlainObject(each)) this.object(each);
      else this.#text(JSON.stringify(each));
      before = ',';
    }
    this.#text(before === '{' ? '{}' : '}');
  }

  /** What was written, as bytes of its own. */
  finish(): Buffer {
    const bytes = Buffer.allocUnsafeSlow(this.#length);
    this.#bytes.copy(bytes, 0, 0, this.#length);
    this.#length = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = Buffer.allocUnsafeSlow(KEPT_BYTES);
    return bytes;
  }

  #text(text: string): void {
    this.#reserve(text.length * TEXT_BYTES_PER_UNIT);
    this.#length += this.#bytes.write(text, this.#length);
  }

  #column(column: Decimals): void {
    const count = column.scaled.length;
    for (let first = 0; first < count; first += NUMBERS) {
      this.#reserve(NUMBERS * NUMBER_BYTES_MAX);
      const end = Math.min(first + NUMBERS, count);
      this.#length = putNumbers(this.#bytes, this.#length, column, [first, end]);
    }
    this.#text(count === 0 ? '[]' : ']');
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

/** An answer is written in one go, so that one writer serves all. */
const writer = new JsonBytes();

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

// These take four numbers in a row: an object for each number of an answer is what this file is there to avoid.

function putNumbers(
  bytes: Buffer,
  start: number,
  { scaled, perUnit }: Decimals,
  [first, end]: readonly [number, number],
): number {
  let at = start;
  for (let index = first; index < end; index += 1) {
    bytes[at++] = index === 0 ? OPEN : COMMA;
    at = putDecimal(bytes, at, scaled[index] as number, perUnit);
  }
  return at;
}

function putDecimal(bytes: Buffer, start: number, scaled: number, perUnit: number): number {
  const size = Math.abs(scaled);
  if (Math.floor(size) !== size || size > EXACT_MAX) {
    return start + bytes.write(JSON.stringify(scaled / perUnit), start);
  }
  let at = start;
  if (scaled < 0) bytes[at++] = MINUS;
  if (perUnit === 1) return putWhole(bytes, at, size);
  const whole = Math.floor(size / perUnit);
  at = putWhole(bytes, at, whole);
  let rest = size - whole * perUnit;
  if (rest > 0) bytes[at++] = POINT;
  for (let unit = perUnit / 10; rest > 0; unit /= 10) {
    const digit = Math.floor(rest / unit);
    bytes[at++] = ZERO + digit;
    rest -= digit * unit;
  }
  return at;
}

/** Parts of eight digits fit the processor's whole numbers, which divide faster than floats. */
function putWhole(bytes: Buffer, at: number, value: number): number {
  if (value < EIGHT_DIGITS) return putDigits(bytes, at, value | 0, digitsOf(value));
  const high = Math.floor(value / EIGHT_DIGITS);
  return putDigits(bytes, putWhole(bytes, at, high), (value - high * EIGHT_DIGITS) | 0, 8);
}

function digitsOf(value: number): number {
  let count = 1;
  for (let limit = 10; value >= limit; limit *= 10) count += 1;
  return count;
}

function putDigits(bytes: Buffer, at: number, value: number, count: number): number {
  let rest = value;
  for (let place = at + count - 1; place >= at; place -= 1) {
    const tenth = (rest / 10) | 0;
    bytes[place] = ZERO + rest - tenth * 10;
    rest = tenth;
  }
  return at + count;
}
