import { assert } from '../error/index.ts';
import { parseHex, toHex } from './hex.ts';

/** How a field lies in a message: a whole number, or eight bytes that are no number. */
export type FieldType = 'u8' | 'u16be' | 'u32be' | 'u64be' | 'bytes8';

/** One field of a message: its place follows from the fields before it. */
export interface Field {
  readonly type: FieldType;
  /** Meaning, unit and range, for the specification's table. */
  readonly doc: string;
  /** The only value that is right, for a magic number or a version. */
  readonly constant?: number;
  /** The least and the greatest value that is right; what the type can hold, when left out. */
  readonly min?: number;
  readonly max?: number;
}

/** The fixed part of a message, field by field. The codec and the table in docs/spec follow from it. */
export interface Layout<F extends Readonly<Record<string, Field>> = Readonly<Record<string, Field>>> {
  readonly name: string;
  readonly fields: F;
  readonly sizeBytes: number;
}

/** Numbers as such, bytes as lower-case hex. */
export type ValueOf<L extends Layout> = {
  readonly [K in keyof L['fields']]: L['fields'][K]['type'] extends 'bytes8' ? string : number;
};

const SIZES: Readonly<Record<FieldType, number>> = { u8: 1, u16be: 2, u32be: 4, u64be: 8, bytes8: 8 };

export function layout<F extends Readonly<Record<string, Field>>>(name: string, fields: F): Layout<F> {
  const sizeBytes = Object.values(fields).reduce((sum, field) => sum + SIZES[field.type], 0);
  return { name, fields, sizeBytes };
}

/** A field and where it lies. */
interface FieldPlace {
  readonly name: string;
  readonly field: Field;
  readonly offset: number;
  readonly sizeBytes: number;
}

const places = new WeakMap<Layout, readonly FieldPlace[]>();

/** Each field with its place, in order. */
export function fieldPlaces(of: Layout): readonly FieldPlace[] {
  const known = places.get(of);
  if (known !== undefined) return known;
  let offset = 0;
  const found = Object.entries(of.fields).map(([name, field]) => {
    const place = { name, field, offset, sizeBytes: SIZES[field.type] };
    offset += place.sizeBytes;
    return place;
  });
  places.set(of, found);
  return found;
}

/** Reads the fixed part from the start of `bytes`, which hold at least `sizeBytes`. */
export function decodeLayout<L extends Layout>(of: L, bytes: Uint8Array): ValueOf<L> {
  assert(bytes.length >= of.sizeBytes, `${of.name}: ${bytes.length} bytes, ${of.sizeBytes} needed`);
  const value: Record<string, number | string> = {};
  for (const { name, field, offset, sizeBytes } of fieldPlaces(of)) {
    const isBytes = field.type === 'bytes8';
    value[name] = isBytes
      ? toHex(bytes.subarray(offset, offset + sizeBytes))
      : readNumber(bytes, offset, sizeBytes);
  }
  return value as ValueOf<L>;
}

/** The first field whose value is not within what its table allows, with what was expected; null when all are. */
export function misfit<L extends Layout>(
  of: L,
  value: ValueOf<L>,
): { name: string; offset: number; expected: string; came: number } | null {
  for (const { name, field, offset } of fieldPlaces(of)) {
    const came = (value as Record<string, number | string>)[name];
    if (typeof came !== 'number') continue;
    const min = field.constant ?? field.min ?? 0;
    const max = field.constant ?? field.max ?? Number.POSITIVE_INFINITY;
    if (came >= min && came <= max) continue;
    return { name, offset, expected: min === max ? `${min}` : `${min} to ${max}`, came };
  }
  return null;
}

/** Writes the fixed part to the start of `bytes`. Constants are filled in; `value` gives the rest, in range. */
export function encodeLayout<L extends Layout>(of: L, value: ValueOf<L>, bytes: Uint8Array): void {
  for (const place of fieldPlaces(of)) {
    const given = (value as Record<string, number | string>)[place.name];
    if (typeof given === 'string') {
      const raw = parseHex(given);
      assert(raw?.length === place.sizeBytes, `${of.name}.${place.name}: ${given} is not 8 bytes in hex`);
      bytes.set(raw, place.offset);
      continue;
    }
    const number = place.field.constant ?? given ?? Number.NaN;
    const { min = 0, max = Math.min(2 ** (8 * place.sizeBytes) - 1, Number.MAX_SAFE_INTEGER) } = place.field;
    assert(
      Number.isInteger(number) && number >= min && number <= max,
      `${of.name}.${place.name}: ${number} is not ${min} to ${max}`,
    );
    writeNumber(bytes, place, number);
  }
}

function readNumber(bytes: Uint8Array, offset: number, sizeBytes: number): number {
  let number = 0;
  for (let index = 0; index < sizeBytes; index += 1) number = number * 256 + (bytes[offset + index] ?? 0);
  return number;
}

function writeNumber(bytes: Uint8Array, place: { offset: number; sizeBytes: number }, number: number): void {
  let rest = number;
  for (let index = place.sizeBytes - 1; index >= 0; index -= 1) {
    bytes[place.offset + index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}
