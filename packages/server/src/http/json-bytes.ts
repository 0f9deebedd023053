import { SumRounding } from '@kilowink/core/series';

/** Numbers that are made as they are written, some at a time. */
export class MadeNumbers {
  readonly length: number;
  /** Makes those from `first` up to `end`, and puts them into `part` from its beginning on. */
  readonly make: (part: Float64Array, first: number, end: number) => void;

  constructor(length: number, make: MadeNumbers['make']) {
    this.length = length;
    this.make = make;
  }
}

/** Numbers of an answer as they are written: `scaled[i] / perUnit`, and null where that is no number. */
export class Decimals {
  readonly scaled: ArrayLike<number> | MadeNumbers;
  /** A power of ten from 1 to 10,000. */
  readonly perUnit: number;
  /** Where given, `scaled` are no such numbers yet: they are divided by it, and rounded to a whole `perUnit`th. */
  readonly divisor: number | null;
  /** Whether what one loses by rounding is added to the next, for numbers that are added up by those who read them. */
  readonly isSummed: boolean;

  constructor(
    scaled: ArrayLike<number> | MadeNumbers,
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
 * are tens of thousands of numbers, and a young heap that is kept small would be collected several times for each. Whoever
 * is done with them gives them back by `giveBytes`.
 */
export function encodeJson(answer: object): Buffer {
  return writer.write(answer);
}

/** Gives back what `encodeJson` gave, so that the next answer is written there. Nobody may look at it any more. */
export function giveBytes(bytes: Buffer): void {
  writer.give(bytes);
}

/** A number takes no more: 17 digits, sign, point, exponent, and the comma behind it. */
const NUMBER_BYTES_MAX = 26;
const TEXT_BYTES_PER_UNIT = 3;
/** Nearly all answers are smaller, a day of single measurements among them; room for a larger one is not kept. */
const KEPT_BYTES = 1 << 20;
/** Larger answers are not copied from where they were written. */
const COPIED_BYTES_MAX = 1 << 15;
/** Room is made for so many numbers at a time. */
const NUMBERS = 256;
/** Up to here a decimal with its point anywhere is the shortest text of the float next to it. */
const EXACT_MAX = 1e15;
const EIGHT_DIGITS = 100_000_000;
const FOUR_DIGITS = 10_000;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const CLOSE = 0x5d;

/** The digits of 0000 to 9999, the first in the lowest byte. */
const TEXTS = Int32Array.from({ length: FOUR_DIGITS }, (_, value) => textOf(value));
/** How many of them a whole number has, and how many there are behind a point until only zeros follow. */
const WHOLE_LENGTHS = Uint8Array.from(TEXTS, (_, value) => String(value).length);
const FRACTION_LENGTHS = Uint8Array.from(TEXTS, (_, value) => {
  if (value % 100 === 0) return value % 1_000 === 0 ? 1 : 2;
  return value % 10 === 0 ? 3 : 4;
});
/** `null`, as the digits are kept. */
const NULL_TEXT = 0x6c6c756e;

class JsonBytes {
  #bytes: Buffer = Buffer.allocUnsafeSlow(KEPT_BYTES);
  #view: DataView = new DataView(this.#bytes.buffer);
  #length = 0;
  /** Room that was given back. */
  #spare: Buffer | null = null;
  readonly #rounded = new Float64Array(NUMBERS);
  readonly #made = new Float64Array(NUMBERS);

  write(answer: object): Buffer {
    this.#length = 0;
    this.#object(answer);
    const written = this.#bytes.subarray(0, this.#length);
    if (written.length <= COPIED_BYTES_MAX) return Buffer.from(written);
    this.#use(this.#spare ?? Buffer.allocUnsafeSlow(KEPT_BYTES));
    this.#spare = null;
    return written;
  }

  give({ buffer }: Buffer): void {
    if (buffer.byteLength === KEPT_BYTES && buffer !== this.#bytes.buffer) this.#spare = Buffer.from(buffer);
  }

  #object(value: object): void {
    let before = '{';
    for (const [key, each] of Object.entries(value)) {
      if (each === undefined) continue;
      this.#text(`${before}${JSON.stringify(key)}:`);
      if (each instanceof Decimals) this.#column(each);
      else if (isPlainObject(each)) this.#object(each);
      else this.#text(JSON.stringify(each));
      before = ',';
    }
    this.#text(before === '{' ? '{}' : '}');
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
      const part = this.#part(scaled, first, Math.min(first + NUMBERS, count));
      if (divisor === null) {
        this.#numbers({ ...part, perUnit });
        continue;
      }
      const exact = { ...part, perUnit, divisor };
      const length = part.end - part.first;
      if (rounding === null) setRounded(this.#rounded, exact);
      else {
        setExact(this.#rounded, exact);
        rounding.roundAll(this.#rounded, length);
      }
      this.#numbers({ scaled: this.#rounded, perUnit, first: 0, end: length });
    }
    // In the place of the comma behind the last one, or where it is already.
    this.#bytes[this.#length - 1] = CLOSE;
  }

  /** Numbers as they are, or as they are made now. */
  #part(scaled: Decimals['scaled'], first: number, end: number): Omit<Part, 'perUnit'> {
    if (!(scaled instanceof MadeNumbers)) return { scaled, first, end };
    scaled.make(this.#made, first, end);
    return { scaled: this.#made, first: 0, end: end - first };
  }

  #numbers(part: Part): void {
    this.#reserve(NUMBERS * NUMBER_BYTES_MAX);
    const put = part.perUnit === 1 ? putWholes : putDecimals;
    this.#length = put(this.#view, this.#length, part);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#use(grown);
  }

  #use(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

/** An answer is written in one go, so that one writer serves all. */
const writer = new JsonBytes();

function textOf(value: number): number {
  const digit = (of: number) => ZERO + (Math.floor(value / of) % 10);
  return digit(1_000) | (digit(100) << 8) | (digit(10) << 16) | (digit(1) << 24);
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

function setExact(exact: Float64Array, part: ExactPart): void {
  const { scaled, perUnit, divisor, first, end } = part;
  for (let index = first; index < end; index += 1)
    exact[index - first] = ((scaled[index] as number) / divisor) * perUnit;
}

// Digits are put four at a time, even where fewer count: what comes next is put over the others.

/** Each with a comma behind it, of decimals. */
function putDecimals(view: DataView, start: number, { scaled, perUnit, first, end }: Part): number {
  const perFourDigits = FOUR_DIGITS / perUnit;
  let at = start;
  for (let index = first; index < end; index += 1) {
    const value = scaled[index] as number;
    const small = value | 0;
    if (small !== value || small < 0) at = putOther(view, at, value, perUnit);
    else {
      const whole = (small / perUnit) | 0;
      const rest = small - whole * perUnit;
      at = putSmall(view, at, whole);
      if (rest !== 0) at = putFraction(view, at, rest * perFourDigits);
    }
    view.setUint8(at, COMMA);
    at += 1;
  }
  return at;
}

/** The same of whole numbers. */
function putWholes(view: DataView, start: number, { scaled, first, end }: Part): number {
  let at = start;
  for (let index = first; index < end; index += 1) {
    const value = scaled[index] as number;
    const small = value | 0;
    if (small === value && small >= 0) at = putSmall(view, at, small);
    else if (value > 0 && value <= EXACT_MAX && Math.floor(value) === value) at = putLong(view, at, value);
    else at = putOther(view, at, value, 1);
    view.setUint8(at, COMMA);
    at += 1;
  }
  return at;
}

/** What is negative, not whole, no number, or more than the processor's whole numbers hold. */
function putOther(view: DataView, start: number, scaled: number, perUnit: number): number {
  if (Number.isNaN(scaled)) {
    view.setInt32(start, NULL_TEXT, true);
    return start + 4;
  }
  const size = Math.abs(scaled);
  let at = start;
  if (Math.floor(size) !== size || size > EXACT_MAX) {
    for (const character of JSON.stringify(scaled / perUnit)) view.setUint8(at++, character.charCodeAt(0));
    return at;
  }
  if (scaled < 0) view.setUint8(at++, MINUS);
  const whole = Math.floor(size / perUnit);
  at = whole < EIGHT_DIGITS ? putSmall(view, at, whole | 0) : putLong(view, at, whole);
  const rest = (size - whole * perUnit) | 0;
  return rest === 0 ? at : putFraction(view, at, (rest * FOUR_DIGITS) / perUnit);
}

/** Of the long number before, all but its last eight digits: times a few seconds or hours apart mostly begin alike. */
const head = { value: Number.NEGATIVE_INFINITY, text: 0, textBehind: 0, length: 0 };

/** A whole number of nine digits to sixteen. */
function putLong(view: DataView, at: number, value: number): number {
  let tail = value - head.value;
  if (tail < 0 || tail >= EIGHT_DIGITS) {
    const high = Math.floor(value / EIGHT_DIGITS);
    tail = value - high * EIGHT_DIGITS;
    head.length = putSmall(view, at, high) - at;
    head.text = view.getInt32(at, true);
    head.textBehind = view.getInt32(at + 4, true);
    head.value = high * EIGHT_DIGITS;
  }
  view.setInt32(at, head.text, true);
  view.setInt32(at + 4, head.textBehind, true);
  return putEight(view, at + head.length, tail | 0);
}

function putEight(view: DataView, at: number, value: number): number {
  const high = (value / FOUR_DIGITS) | 0;
  view.setInt32(at, TEXTS[high] as number, true);
  view.setInt32(at + 4, TEXTS[value - high * FOUR_DIGITS] as number, true);
  return at + 8;
}

/** A whole number of the processor, not negative. */
function putSmall(view: DataView, at: number, value: number): number {
  if (value >= FOUR_DIGITS) {
    const high = (value / FOUR_DIGITS) | 0;
    const after = putSmall(view, at, high);
    view.setInt32(after, TEXTS[value - high * FOUR_DIGITS] as number, true);
    return after + 4;
  }
  const length = WHOLE_LENGTHS[value] as number;
  view.setInt32(at, (TEXTS[value] as number) >>> ((4 - length) << 3), true);
  return at + length;
}

/** The point, and of the four digits behind it as many as there are. */
function putFraction(view: DataView, at: number, four: number): number {
  view.setUint8(at, POINT);
  view.setInt32(at + 1, TEXTS[four] as number, true);
  return at + 1 + (FRACTION_LENGTHS[four] as number);
}
