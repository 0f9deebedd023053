/** What names an entry of a map. Zephyr uses text; compact frames use small numbers. */
export type CborKey = string | number | bigint;

/** A map in the order it was sent. */
export type CborMap = ReadonlyMap<CborKey, CborValue>;

/**
 * A decoded item. Whole numbers are `number` as far as a double holds every one of them (±2^53 − 1) and `bigint`
 * beyond; a float is a `number` too, so that 1.0 and 1 are the same value. Byte strings are copies.
 */
export type CborValue =
  | number
  | bigint
  | string
  | boolean
  | null
  | undefined
  | Uint8Array
  | readonly CborValue[]
  | CborMap;

/** What can be encoded: every decoded value, and plain objects as maps with text keys. */
export type CborInput =
  | number
  | bigint
  | string
  | boolean
  | null
  | undefined
  | Uint8Array
  | readonly CborInput[]
  | ReadonlyMap<CborKey, CborInput>
  | { readonly [key: string]: CborInput };

/** The eight kinds of item, by the three highest bits of its first byte (RFC 8949, 3.1). */
export const MAJOR = {
  unsigned: 0,
  negative: 1,
  bytes: 2,
  text: 3,
  array: 4,
  map: 5,
  tag: 6,
  simple: 7,
} as const;

/** Additional information of an item whose length is not told beforehand. */
export const INDEFINITE = 31;

/** Ends an item whose length was not told beforehand. */
export const BREAK = 0xff;

/** Narrows a value to a map. */
export function isCborMap(value: CborValue | CborInput): value is CborMap {
  return value instanceof Map;
}
