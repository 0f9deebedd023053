import { SumRounding } from '@kilowink/core/series';

/** Numbers of an answer as they are written: `scaled[i] / perUnit`, and null where that is no number. */
export class Decimals {
  readonly scaled: ArrayLike<number>;
  /** A power of ten from 1 to 10,000. */
  readonly perUnit: number;
  /** Where given, `scaled` are no such numbers yet: they are divided by it, and rounded to a whole `perUnit`th. */
  readonly divisor: number | null;
  /** Whether what one loses by rounding is added to the next, for numbers that are added up by those who read them. */
  readonly isSummed: boolean;

  constructor(
    scaled: ArrayLike<number>,
    perUnit = 1,
    divisor: number | null = null,
    { isSummed = false }: { isSummed?: boolean } = {},
  ) {
    this.scaled = scaled;
    this.perUnit = perUnit;
    this.divisor = divisor;
    this.isSummed = isSummed;
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

/** A number takes no more: 17 digits, sign, point, exponent, and the comma behind it. */
const NUMBER_BYTES_MAX = 26;
const TEXT_BYTES_PER_UNIT = 3;
/** Most answers are smaller; room for a larger one is given back. */
const KEPT_BYTES = 1 << 19;
/** Room is made for so many numbers at a time. */
const NUMBERS = 256;
/** Up to here a decimal with its point anywhere is the shortest text of the float next to it. */
const EXACT_MAX = 1e15;
const EIGHT_DIGITS = 100_000_000;
const FOUR_DIGITS = 10_000;
/** The digits of 0000 to 9999, the first in the lowest byte. */
const TEXTS = Int32Array.from({ length: FOUR_DIGITS }, (_, value) => textOf(value));

const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const CLOSE = 0x5d;

class JsonBytes {
  #bytes = Buffer.allocUnsafeSlow(KEPT_BYTES);
  #length = 0;
  readonly #rounded = new Float64Array(NUMBERS);

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

  #column({ scaled, perUnit, divisor, isSummed }: Decimals): void {
    const count = scaled.length;
    const rounding = isSummed ? new SumRounding() : null;
    this.#text(count === 0 ? '[]' : '[');
    for (let first = 0; first < count; first += NUMBERS) {
      this.#reserve(NUMBERS * NUMBER_BYTES_MAX);
      const end = Math.min(first + NUMBERS, count);
      if (divisor === null) {
        this.#length = putNumbers(this.#bytes, this.#length, { scaled, perUnit, first, end });
      } else {
        const exact = { scaled, perUnit, divisor, first, end };
        if (rounding === null) setRounded(this.#rounded, exact);
        else setRoundedInSum(this.#rounded, exact, rounding);
        const part = { scaled: this.#rounded, perUnit, first: 0, end: end - first };
        this.#length = putNumbers(this.#bytes, this.#length, part);
      }
    }
    // In the place of the comma behind the last one, or where it is already.
    this.#bytes[this.#length - 1] = CLOSE;
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

function textOf(value: number): number {
  return Buffer.from(String(value).padStart(4, '0')).readInt32LE();
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

// These take numbers in a row: an object for each number of an answer is what this file is there to avoid.

interface Part {
  readonly scaled: ArrayLike<number>;
  readonly perUnit: number;
  readonly first: number;
  readonly end: number;
}

interface ExactPart extends Part {
  readonly divisor: number;
}

function setRounded(rounded: Float64Array, part: ExactPart): void {
  const { scaled, perUnit, divisor, first, end } = part;
  for (let index = first; index < end; index += 1)
    rounded[index - first] = Math.round(((scaled[index] as number) / divisor) * perUnit);
}

function setRoundedInSum(rounded: Float64Array, part: ExactPart, rounding: SumRounding): void {
  const { scaled, perUnit, divisor, first, end } = part;
  for (let index = first; index < end; index += 1)
    rounded[index - first] = rounding.round(((scaled[index] as number) / divisor) * perUnit);
}

/** Each with a comma behind it. */
function putNumbers(bytes: Buffer, start: number, { scaled, perUnit, first, end }: Part): number {
  let at = start;
  for (let index = first; index < end; index += 1) {
    const value = scaled[index] as number;
    const small = value | 0;
    if (small !== value || small < 0) at = putOther(bytes, at, value, perUnit);
    else if (perUnit === 1) at = putSmall(bytes, at, small);
    else {
      const whole = (small / perUnit) | 0;
      at = putSmall(bytes, at, whole);
      if (small !== whole * perUnit) at = putFraction(bytes, at, small - whole * perUnit, perUnit);
    }
    bytes[at++] = COMMA;
  }
  return at;
}

/** What is negative, not whole, no number, or more than the processor's whole numbers hold. */
function putOther(bytes: Buffer, start: number, scaled: number, perUnit: number): number {
  const size = Math.abs(scaled);
  if (Math.floor(size) !== size || size > EXACT_MAX) {
    return start + bytes.write(JSON.stringify(scaled / perUnit), start);
  }
  let at = start;
  if (scaled < 0) bytes[at++] = MINUS;
  const whole = Math.floor(size / perUnit);
  at = putWhole(bytes, at, whole);
  const rest = size - whole * perUnit;
  return rest === 0 ? at : putFraction(bytes, at, rest | 0, perUnit);
}

function putWhole(bytes: Buffer, at: number, value: number): number {
  if (value < EIGHT_DIGITS) return putSmall(bytes, at, value | 0);
  const high = Math.floor(value / EIGHT_DIGITS);
  const low = (value - high * EIGHT_DIGITS) | 0;
  const after = putWhole(bytes, at, high);
  const middle = (low / FOUR_DIGITS) | 0;
  putFour(bytes, after, middle);
  putFour(bytes, after + 4, low - middle * FOUR_DIGITS);
  return after + 8;
}

/** A whole number of the processor, not negative. */
function putSmall(bytes: Buffer, at: number, value: number): number {
  if (value >= FOUR_DIGITS) {
    const high = (value / FOUR_DIGITS) | 0;
    const after = putSmall(bytes, at, high);
    putFour(bytes, after, value - high * FOUR_DIGITS);
    return after + 4;
  }
  const text = TEXTS[value] as number;
  if (value >= 1_000) {
    putText(bytes, at, text);
    return at + 4;
  }
  if (value >= 100) {
    bytes[at] = text >> 8;
    bytes[at + 1] = text >> 16;
    bytes[at + 2] = text >> 24;
    return at + 3;
  }
  if (value >= 10) {
    bytes[at] = text >> 16;
    bytes[at + 1] = text >> 24;
    return at + 2;
  }
  bytes[at] = text >> 24;
  return at + 1;
}

function putFour(bytes: Buffer, at: number, value: number): void {
  putText(bytes, at, TEXTS[value] as number);
}

function putText(bytes: Buffer, at: number, text: number): void {
  bytes[at] = text;
  bytes[at + 1] = text >> 8;
  bytes[at + 2] = text >> 16;
  bytes[at + 3] = text >> 24;
}

/** The digits behind the point, as many as there are: `rest / perUnit`, of which there is something. */
function putFraction(bytes: Buffer, start: number, rest: number, perUnit: number): number {
  let at = start;
  bytes[at++] = POINT;
  for (let left = rest; left > 0; ) {
    left *= 10;
    const digit = (left / perUnit) | 0;
    bytes[at++] = ZERO + digit;
    left -= digit * perUnit;
  }
  return at;
}
