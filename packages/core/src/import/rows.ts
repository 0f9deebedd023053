/**
 * Rows read from a file, as columns of which the first `count` places count. The times are naive: what a clock on the
 * wall showed, in milliseconds as if it were UTC.
 */
export interface Rows {
  count: number;
  readonly localsMs: Float64Array;
  readonly values: Float64Array;
  readonly reports: Uint16Array;
  readonly disagreements: Uint16Array;
  /** Rows that stand in the file to say that nothing was measured. */
  gaps: number;
}

export function createRows(capacity: number): Rows {
  return {
    count: 0,
    localsMs: new Float64Array(capacity),
    values: new Float64Array(capacity),
    reports: new Uint16Array(capacity),
    disagreements: new Uint16Array(capacity),
    gaps: 0,
  };
}

/** A line that is no row, for people: what was expected in its place and what stands there, made printable. */
export interface BadLine {
  readonly line: number;
  readonly expected: string;
  readonly found: string;
}

const SHOWN_BYTES = 60;

/** Bytes of a file as one printable line in quotes: control characters escaped, long ones cut. */
export function showBytes(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes.subarray(0, SHOWN_BYTES)) text += showByte(byte);
  return bytes.length > SHOWN_BYTES ? `"${text}…" (${bytes.length} bytes)` : `"${text}"`;
}

function showByte(byte: number): string {
  if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  if (byte === 0x09) return '\\t';
  if (byte === 0x0d) return '\\r';
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
