import { assert } from '../error/index.ts';

/** How a whole number lies in a message. */
export type FieldType = 'u8' | 'u16be' | 'u32be';

/** One field of a message: its place follows from the fields before it. */
export interface Field {
  readonly type: FieldType;
  /** Meaning, unit and range, for the specification's table. */
  readonly doc: string;
  /** The only value that is right, for a magic number or a version. */
  readonly constant?: number;
}

/** The fixed part of a message, field by field. The codec and the table in docs/spec follow from it. */
export interface Layout<F extends Readonly<Record<string, Field>> = Readonly<Record<string, Field>>> {
  readonly name: string;
  readonly fields: F;
  readonly sizeBytes: number;
}

export type ValueOf<L extends Layout> = { readonly [K in keyof L['fields']]: number };

const SIZES: Readonly<Record<FieldType, number>> = { u8: 1, u16be: 2, u32be: 4 };

export function layout<F extends Readonly<Record<string, Field>>>(name: string, fields: F): Layout<F> {
  const sizeBytes = Object.values(fields).reduce((sum, field) => sum + SIZES[field.type], 0);
  return { name, fields, sizeBytes };
}

/** Each field with its place, in order. */
export function fieldPlaces(of: Layout): { name: string; field: Field; offset: number; sizeBytes: number }[] {
  let offset = 0;
  return Object.entries(of.fields).map(([name, field]) => {
    const place = { name, field, offset, sizeBytes: SIZES[field.type] };
    offset += place.sizeBytes;
    return place;
  });
}

/** Reads the fixed part from the start of `bytes`, which hold at least `sizeBytes`. */
export function decodeLayout<L extends Layout>(of: L, bytes: Uint8Array): ValueOf<L> {
  assert(bytes.length >= of.sizeBytes, `${of.name}: ${bytes.length} bytes, ${of.sizeBytes} needed`);
  const value: Record<string, number> = {};
  for (const place of fieldPlaces(of)) value[place.name] = readNumber(bytes, place.offset, place.sizeBytes);
  return value as ValueOf<L>;
}

/** Writes the fixed part to the start of `bytes`. Constants are filled in; `value` gives the rest, in range. */
export function encodeLayout<L extends Layout>(of: L, value: ValueOf<L>, bytes: Uint8Array): void {
  for (const place of fieldPlaces(of)) {
    const number = place.field.constant ?? value[place.name] ?? Number.NaN;
    const max = 2 ** (8 * place.sizeBytes) - 1;
    assert(
      Number.isInteger(number) && number >= 0 && number <= max,
      `${of.name}.${place.name}: ${number} is not 0 to ${max}`,
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
