import { assert } from '../error/index.ts';
import { toHalfBits } from './half.ts';
import { encodeUtf8 } from './utf8.ts';
import { BREAK, type CborInput, type CborKey, INDEFINITE, MAJOR } from './value.ts';

/** How values are written. */
export interface CborEncodeOptions {
  /**
   * Puts the entries of each map in the order of their keys' bytes, which makes the encoding deterministic (RFC 8949,
   * 4.2.1). Off by default: the order given is kept.
   */
  readonly sortKeys?: boolean;
  /** Leaves open how many items arrays and maps have, as Zephyr does; a break ends them. Off by default. */
  readonly openEnds?: boolean;
}

/** Deeper input is taken to refer to itself. */
const DEPTH_MAX = 64;

/**
 * Encodes a value in the preferred form of RFC 8949: every number as short as it goes without loss, every length told
 * beforehand. A number without fraction up to 2^53 is written as a whole number; properties of plain objects whose value is
 * `undefined` are left out, so that optional fields need no care.
 */
export function encodeCbor(value: CborInput, options: CborEncodeOptions = {}): Uint8Array {
  const writer = new Writer(options);
  writer.value(value, 0);
  return writer.bytes();
}

class Writer {
  readonly #sortKeys: boolean;
  readonly #openEnds: boolean;
  #buffer = new Uint8Array(64);
  #view = new DataView(this.#buffer.buffer);
  #size = 0;

  constructor({ sortKeys = false, openEnds = false }: CborEncodeOptions) {
    this.#sortKeys = sortKeys;
    this.#openEnds = openEnds;
  }

  bytes(): Uint8Array {
    return this.#buffer.slice(0, this.#size);
  }

  value(value: CborInput, depth: number): void {
    assert(depth <= DEPTH_MAX, `a value nested deeper than ${DEPTH_MAX} can not be encoded`);
    if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'bigint') this.#bigint(value);
    else if (typeof value === 'string') this.#string(MAJOR.text, encodeUtf8(value));
    else if (value === null || value === undefined || typeof value === 'boolean') this.#simple(value);
    else if (value instanceof Uint8Array) this.#string(MAJOR.bytes, value);
    else if (Array.isArray(value)) this.#array(value, depth);
    else this.#map(entriesOf(value as Container), depth);
  }

  #simple(value: boolean | null | undefined): void {
    if (typeof value === 'boolean') this.#byte(value ? 0xf5 : 0xf4);
    else this.#byte(value === null ? 0xf6 : 0xf7);
  }

  #number(value: number): void {
    // Beyond 2^53 a double stands for many whole numbers: it stays a float, and a `bigint` is a whole number.
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) this.#float(value);
    else if (value >= 0) this.#head(MAJOR.unsigned, value);
    else this.#head(MAJOR.negative, -1 - value);
  }

  #bigint(value: bigint): void {
    const argument = value >= 0n ? value : -1n - value;
    assert(argument < 1n << 64n, `${value} does not fit in 64 bits`);
    const major = value >= 0n ? MAJOR.unsigned : MAJOR.negative;
    if (argument <= BigInt(Number.MAX_SAFE_INTEGER)) {
      this.#head(major, Number(argument));
      return;
    }
    this.#byte((major << 5) | 27);
    const at = this.#grow(8);
    this.#view.setBigUint64(at, argument);
  }

  #float(value: number): void {
    const half = toHalfBits(value);
    if (half !== null) {
      this.#byte(0xf9);
      const at = this.#grow(2);
      this.#view.setUint16(at, half);
    } else if (Math.fround(value) === value) {
      this.#byte(0xfa);
      const at = this.#grow(4);
      this.#view.setFloat32(at, value);
    } else {
      this.#byte(0xfb);
      const at = this.#grow(8);
      this.#view.setFloat64(at, value);
    }
  }

  #string(major: number, bytes: Uint8Array): void {
    this.#head(major, bytes.length);
    const at = this.#grow(bytes.length);
    this.#buffer.set(bytes, at);
  }

  #array(items: readonly CborInput[], depth: number): void {
    this.#open(MAJOR.array, items.length);
    for (const item of items) this.value(item, depth + 1);
    this.#close();
  }

  #map(entries: readonly (readonly [CborKey, CborInput])[], depth: number): void {
    this.#open(MAJOR.map, entries.length);
    for (const [key, value] of this.#sortKeys ? sortEntries(entries) : entries) {
      this.value(key, depth + 1);
      this.value(value, depth + 1);
    }
    this.#close();
  }

  #open(major: number, count: number): void {
    if (this.#openEnds) this.#byte((major << 5) | INDEFINITE);
    else this.#head(major, count);
  }

  #close(): void {
    if (this.#openEnds) this.#byte(BREAK);
  }

  #head(major: number, argument: number): void {
    if (argument < 24) this.#byte((major << 5) | argument);
    else if (argument < 0x100) {
      this.#byte((major << 5) | 24);
      this.#byte(argument);
    } else if (argument < 0x10000) {
      this.#byte((major << 5) | 25);
      const at = this.#grow(2);
      this.#view.setUint16(at, argument);
    } else if (argument < 0x1_0000_0000) {
      this.#byte((major << 5) | 26);
      const at = this.#grow(4);
      this.#view.setUint32(at, argument);
    } else {
      this.#byte((major << 5) | 27);
      const at = this.#grow(8);
      this.#view.setBigUint64(at, BigInt(argument));
    }
  }

  #byte(byte: number): void {
    const at = this.#grow(1);
    this.#buffer[at] = byte;
  }

  /** Makes room for so many bytes and says where they go. It may replace the buffer, so it comes before its use. */
  #grow(sizeBytes: number): number {
    const at = this.#size;
    this.#size += sizeBytes;
    if (this.#size > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(2 * this.#buffer.length, this.#size));
      larger.set(this.#buffer.subarray(0, at));
      this.#buffer = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

type Container = ReadonlyMap<CborKey, CborInput> | Readonly<Record<string, CborInput>>;

function entriesOf(value: Container): readonly (readonly [CborKey, CborInput])[] {
  if (value instanceof Map) return [...value];
  return Object.entries(value).filter(([, each]) => each !== undefined);
}

type Entries = readonly (readonly [CborKey, CborInput])[];

function sortEntries(entries: Entries): Entries {
  const keyed = entries.map((entry) => ({ entry, bytes: encodeCbor(entry[0]) }));
  return keyed.sort((left, right) => compareBytes(left.bytes, right.bytes)).map(({ entry }) => entry);
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
