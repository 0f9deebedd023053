import { toHex } from '../bytes/index.ts';
import { type CborValue, isCborMap } from './value.ts';

/** A value in the diagnostic notation of RFC 8949, section 8, on one line: `{"off": 128, "data": h'00ff'}`. */
export function formatCbor(value: CborValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Uint8Array) return `h'${toHex(value)}'`;
  if (isCborMap(value)) {
    const entries = [...value].map(([key, each]) => `${formatCbor(key)}: ${formatCbor(each)}`);
    return `{${entries.join(', ')}}`;
  }
  if (Array.isArray(value)) return `[${value.map(formatCbor).join(', ')}]`;
  return Object.is(value, -0) ? '-0.0' : String(value);
}
