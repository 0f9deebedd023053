import { type Fault, fault, ok, type Result } from '../error/index.ts';
import { fromHalfBits } from './half.ts';
import { decodeUtf8, invalidUtf8At } from './utf8.ts';
import { BREAK, type CborKey, type CborMap, type CborValue, INDEFINITE, MAJOR } from './value.ts';

/** What is accepted. */
export interface CborDecodeOptions {
  /** How deep arrays and maps may lie in each other; 16 by default. */
  readonly depthMax?: number;
  /** The longest input looked at, in bytes; 1 MiB by default. */
  readonly sizeBytesMax?: number;
  /**
   * Text that is not UTF-8: refused (`cbor/text`, the default), or taken with U+FFFD in place of each wrong byte, for
   * what a device's console printed.
   */
  readonly wrongText?: 'refuse' | 'replace';
  /**
   * A key that a map has twice: refused (`cbor/duplicate`, the default), or, where it is a text, numbered from the second
   * one on (`name`, `name#2`), for devices that list things by names that are not unique.
   */
  readonly repeatedKeys?: 'refuse' | 'number';
}

/** What was wrong with the bytes, and where. */
export interface CborFault extends Fault {
  readonly code:
    | 'cbor/size'
    | 'cbor/long'
    | 'cbor/trailing'
    | 'cbor/depth'
    | 'cbor/reserved'
    | 'cbor/break'
    | 'cbor/chunk'
    | 'cbor/text'
    | 'cbor/key'
    | 'cbor/duplicate'
    | 'cbor/tag'
    | 'cbor/simple';
  /** The byte, counted from 0, at which the item stands that was wrong. */
  readonly offset: number;
}

/** An item and how many bytes it took. */
export interface CborItem {
  readonly value: CborValue;
  readonly sizeBytes: number;
}

const DEPTH_MAX = 16;
const SIZE_BYTES_MAX = 1_048_576;

/**
 * Decodes exactly one item: every form of RFC 8949 but tags and unnamed simple values, which nothing here sends.
 * Lengths need not be told beforehand, numbers may be longer than needed. A map's keys are text or whole numbers, each
 * once. Work and memory are bounded by the input's length.
 */
export function decodeCbor(bytes: Uint8Array, options: CborDecodeOptions = {}): Result<CborValue, CborFault> {
  const item = decodeCborItem(bytes, options);
  if (!item.ok) return item;
  const { value, sizeBytes } = item.value;
  if (sizeBytes === bytes.length) return ok(value);
  return wrong('cbor/trailing', sizeBytes, `expected the end after one item, ${bytes.length} bytes came`);
}

/** Decodes the item that the bytes start with; more may follow. */
export function decodeCborItem(
  bytes: Uint8Array,
  options: CborDecodeOptions = {},
): Result<CborItem, CborFault> {
  const { sizeBytesMax = SIZE_BYTES_MAX } = options;
  if (bytes.length > sizeBytesMax) {
    return wrong('cbor/long', sizeBytesMax, `expected at most ${sizeBytesMax} bytes, ${bytes.length} came`);
  }
  const reader = new Reader(bytes, options);
  const value = reader.item(0);
  if (reader.fault !== null) return fault(reader.fault);
  return ok({ value: value as CborValue, sizeBytes: reader.at });
}

function wrong(code: CborFault['code'], offset: number, what: string) {
  return fault<CborFault>({ code, offset, message: `CBOR at byte ${offset}: ${what}` });
}

/** What a reading gives after a fault was noted: nothing is read on from there. */
const FAILED = Symbol('failed');
type Read<T> = T | typeof FAILED;

interface Head {
  readonly offset: number;
  readonly major: number;
  readonly info: number;
  /** Length or number; of no meaning when `info` is `INDEFINITE`. */
  readonly argument: number | bigint;
}

/** A map that is being read, and how often each text came as a key. */
interface OpenMap {
  readonly entries: Map<CborKey, CborValue>;
  readonly repeats: Map<string, number>;
}

/** A key as it came, with its number from the second time on. */
function numbered(key: string, repeats: Map<string, number>): string {
  const count = (repeats.get(key) ?? 0) + 1;
  repeats.set(key, count);
  return count === 1 ? key : `${key}#${count}`;
}

const MAJOR_NAMES = ['number', 'number', 'byte string', 'text', 'array', 'map', 'tag', 'simple value'];

class Reader {
  at = 0;
  fault: CborFault | null = null;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #depthMax: number;
  readonly #replaceText: boolean;
  readonly #numberKeys: boolean;

  constructor(bytes: Uint8Array, options: CborDecodeOptions) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#depthMax = options.depthMax ?? DEPTH_MAX;
    this.#replaceText = options.wrongText === 'replace';
    this.#numberKeys = options.repeatedKeys === 'number';
  }

  item(depth: number): Read<CborValue> {
    const head = this.#head();
    if (head === FAILED) return FAILED;
    switch (head.major) {
      case MAJOR.unsigned:
        return head.argument;
      case MAJOR.negative:
        return negative(head.argument);
      case MAJOR.bytes:
        return this.#string(head);
      case MAJOR.text:
        return this.#text(head);
      case MAJOR.array:
        return this.#array(head, depth);
      case MAJOR.map:
        return this.#map(head, depth);
      case MAJOR.tag:
        return this.#fail('cbor/tag', head.offset, `expected no tag, tag ${head.argument} came`);
      default:
        return this.#simple(head);
    }
  }

  #fail(code: CborFault['code'], offset: number, what: string): typeof FAILED {
    this.fault ??= wrong(code, offset, what).fault;
    return FAILED;
  }

  /** The place of the next bytes, which are then behind. */
  #take(sizeBytes: number, of: string): Read<number> {
    const left = this.#bytes.length - this.at;
    if (sizeBytes > left) {
      return this.#fail('cbor/size', this.at, `expected ${sizeBytes} bytes of ${of}, ${left} are left`);
    }
    this.at += sizeBytes;
    return this.at - sizeBytes;
  }

  #head(): Read<Head> {
    const offset = this.#take(1, 'an item');
    if (offset === FAILED) return FAILED;
    const first = this.#view.getUint8(offset);
    const major = first >> 5;
    const info = first & 0x1f;
    if (info < 24) return { offset, major, info, argument: info };
    if (info < 28) {
      const argument = this.#argument(2 ** (info - 24));
      return argument === FAILED ? FAILED : { offset, major, info, argument };
    }
    if (info < INDEFINITE) {
      return this.#fail('cbor/reserved', offset, `expected a length up to 27 or 31, ${info} came`);
    }
    if (first === BREAK) return this.#fail('cbor/break', offset, 'expected an item, a break came');
    if (major < MAJOR.bytes || major === MAJOR.tag) {
      return this.#fail('cbor/reserved', offset, `expected a length of a ${MAJOR_NAMES[major]}, none came`);
    }
    return { offset, major, info, argument: 0 };
  }

  #argument(sizeBytes: number): Read<number | bigint> {
    const at = this.#take(sizeBytes, 'a number');
    if (at === FAILED) return FAILED;
    if (sizeBytes === 1) return this.#view.getUint8(at);
    if (sizeBytes === 2) return this.#view.getUint16(at);
    if (sizeBytes === 4) return this.#view.getUint32(at);
    const big = this.#view.getBigUint64(at);
    return big <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(big) : big;
  }

  /** Whether an item of unknown length ends here; the break is then behind. */
  #ends(): boolean {
    if (this.#bytes[this.at] !== BREAK) return false;
    this.at += 1;
    return true;
  }

  #string(head: Head): Read<Uint8Array> {
    if (head.info !== INDEFINITE) return this.#chunk(head);
    const chunks: Uint8Array[] = [];
    while (!this.#ends()) {
      const next = this.#head();
      if (next === FAILED) return FAILED;
      if (next.major !== head.major || next.info === INDEFINITE) {
        const expected = `expected a piece of a ${MAJOR_NAMES[head.major]} with its length`;
        return this.#fail('cbor/chunk', next.offset, `${expected}, a ${MAJOR_NAMES[next.major]} came`);
      }
      const chunk = this.#chunk(next);
      if (chunk === FAILED) return FAILED;
      chunks.push(chunk);
    }
    return concat(chunks);
  }

  #chunk(head: Head): Read<Uint8Array> {
    const at = this.#take(Number(head.argument), `a ${MAJOR_NAMES[head.major]}`);
    if (at === FAILED) return FAILED;
    return this.#bytes.slice(at, this.at);
  }

  #text(head: Head): Read<string> {
    const bytes = this.#string(head);
    if (bytes === FAILED) return FAILED;
    const invalidAt = this.#replaceText ? -1 : invalidUtf8At(bytes);
    if (invalidAt < 0) return decodeUtf8(bytes);
    return this.#fail('cbor/text', head.offset, `expected UTF-8, byte ${invalidAt} of the text is none`);
  }

  /** Whether the items announced can be there at all and may lie this deep. */
  #opens(head: Head, depth: number, bytesEach: number): boolean {
    if (depth >= this.#depthMax) {
      this.#fail('cbor/depth', head.offset, `expected at most ${this.#depthMax} levels, one more came`);
      return false;
    }
    const leastBytes = Number(head.argument) * bytesEach;
    const left = this.#bytes.length - this.at;
    if (head.info === INDEFINITE || leastBytes <= left) return true;
    const what = `${head.argument} items of an ${MAJOR_NAMES[head.major]}`;
    this.#fail('cbor/size', head.offset, `expected ${what}, ${left} bytes are left`);
    return false;
  }

  #array(head: Head, depth: number): Read<CborValue[]> {
    if (!this.#opens(head, depth, 1)) return FAILED;
    const items: CborValue[] = [];
    const isOpen = head.info === INDEFINITE;
    while (isOpen ? !this.#ends() : items.length < Number(head.argument)) {
      const item = this.item(depth + 1);
      if (item === FAILED) return FAILED;
      items.push(item);
    }
    return items;
  }

  #map(head: Head, depth: number): Read<CborMap> {
    if (!this.#opens(head, depth, 2)) return FAILED;
    const entries = new Map<CborKey, CborValue>();
    const repeats = new Map<string, number>();
    const isOpen = head.info === INDEFINITE;
    while (isOpen ? !this.#ends() : entries.size < Number(head.argument)) {
      if (!this.#entry({ entries, repeats }, depth)) return FAILED;
    }
    return entries;
  }

  #entry({ entries, repeats }: OpenMap, depth: number): boolean {
    const offset = this.at;
    const came = this.item(depth + 1);
    if (came === FAILED) return false;
    if (!isKey(came)) {
      this.#fail('cbor/key', offset, 'expected a text or a whole number as key');
      return false;
    }
    const key = this.#numberKeys && typeof came === 'string' ? numbered(came, repeats) : came;
    if (entries.has(key)) {
      this.#fail(
        'cbor/duplicate',
        offset,
        `expected each key once, ${JSON.stringify(String(key))} came twice`,
      );
      return false;
    }
    const value = this.item(depth + 1);
    if (value === FAILED) return false;
    entries.set(key, value);
    return true;
  }

  #simple(head: Head): Read<CborValue> {
    const at = head.offset + 1;
    switch (head.info) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
        return null;
      case 23:
        return undefined;
      case 25:
        return fromHalfBits(this.#view.getUint16(at));
      case 26:
        return this.#view.getFloat32(at);
      case 27:
        return this.#view.getFloat64(at);
      default:
        return this.#fail('cbor/simple', head.offset, `expected no simple value ${head.argument}`);
    }
  }
}

function negative(argument: number | bigint): number | bigint {
  if (typeof argument === 'number') {
    const value = -1 - argument;
    return Number.isSafeInteger(value) ? value : -1n - BigInt(argument);
  }
  return -1n - argument;
}

function isKey(key: CborValue): key is CborKey {
  return typeof key === 'string' || typeof key === 'bigint' || Number.isSafeInteger(key);
}

function concat(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1 && chunks[0] !== undefined) return chunks[0];
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
