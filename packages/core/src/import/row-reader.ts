import { type Fault, fault, ok, type Result } from '../error/index.ts';
import type { ImportFormat, LineReader } from './format.ts';
import { IMPORT_FORMATS } from './formats.ts';
import { type BadLine, createRows, type Rows, showBytes } from './rows.ts';
import { CR, LF } from './scan.ts';

/** A line longer than this is bad whatever it holds, so that memory stays bounded. */
export const LINE_BYTES_MAX = 4_096;
/** No row of any format is shorter; it bounds how many rows a chunk can hold. */
const ROW_BYTES_MIN = 16;

/**
 * Bytes of a file in, rows out: a state machine that is fed chunks of any size. It never throws on what it is fed; a
 * line that is no row goes to `onBadLine` and the reading goes on after it. A file whose first line is not a known
 * header is a fault: then nothing of it is read.
 */
export class RowReader {
  readonly #wanted: ImportFormat | undefined;
  readonly #onBadLine: (bad: BadLine) => void;
  #carry = new Uint8Array(0);
  /** Bytes of a line already longer than the limit, of which only the head is kept; 0 outside of one. */
  #hugeBytes = 0;
  #lines: LineReader | null = null;
  #format: ImportFormat | null = null;
  #fault: Fault | null = null;
  #line = 0;
  #bad = 0;
  #gaps = 0;

  constructor(options: { format?: ImportFormat | undefined; onBadLine?: (bad: BadLine) => void }) {
    this.#wanted = options.format;
    this.#onBadLine = options.onBadLine ?? (() => {});
  }

  /** Known once the first line was read. */
  get format(): ImportFormat | null {
    return this.#format;
  }

  /** Why the file cannot be read at all; null while it can. */
  get fault(): Fault | null {
    return this.#fault;
  }

  /** Lines seen, the header included. */
  get lineCount(): number {
    return this.#line;
  }

  get badCount(): number {
    return this.#bad;
  }

  /** Rows that say that nothing was measured. */
  get gapCount(): number {
    return this.#gaps;
  }

  /** The rows that end in `chunk`. */
  feed(chunk: Uint8Array): Rows {
    if (this.#fault !== null) return createRows(0);
    const bytes = this.#joinCarry(chunk);
    const end = bytes.lastIndexOf(LF) + 1;
    const rows = this.#readLines(bytes.subarray(0, end));
    this.#keep(bytes.subarray(end));
    return rows;
  }

  /** The row in a last line without a line feed. */
  finish(): Rows {
    if (this.#fault !== null) return createRows(0);
    const rest = this.#joinCarry(new Uint8Array([LF]));
    const rows = rest.length > 1 ? this.#readLines(rest) : createRows(0);
    if (this.#format === null && this.#fault === null) {
      this.#fault = { code: 'import/empty', message: 'The file is empty: expected a header line and rows.' };
    }
    return rows;
  }

  #joinCarry(chunk: Uint8Array): Uint8Array {
    if (this.#carry.length === 0) return chunk;
    const bytes = new Uint8Array(this.#carry.length + chunk.length);
    bytes.set(this.#carry);
    bytes.set(chunk, this.#carry.length);
    return bytes;
  }

  /** Keeps the line that is not yet whole; of one that is too long only the head, which is enough to refuse it. */
  #keep(rest: Uint8Array): void {
    const head = rest.slice(0, LINE_BYTES_MAX + 1);
    const dropped = rest.length - head.length;
    this.#hugeBytes = dropped > 0 ? (this.#hugeBytes || head.length) + dropped : this.#hugeBytes;
    this.#carry = head;
  }

  #readLines(bytes: Uint8Array): Rows {
    const rows = createRows(Math.ceil(bytes.length / ROW_BYTES_MIN) + 1);
    let pos = this.#line === 0 && bytes.length > 0 ? this.#readHeader(bytes) : 0;
    const lines = this.#lines;
    if (lines === null) return rows;
    while (pos < bytes.length) {
      const next = this.#hugeBytes > 0 ? -1 : lines.read(bytes, pos, rows);
      this.#line += 1;
      pos = next >= 0 ? next : this.#refuseLine(bytes, pos, lines);
    }
    this.#gaps += rows.gaps;
    return rows;
  }

  #refuseLine(bytes: Uint8Array, pos: number, lines: LineReader): number {
    const end = bytes.indexOf(LF, pos);
    const line = withoutCr(bytes.subarray(pos, end));
    const lengthBytes = line.length + Math.max(0, this.#hugeBytes - (LINE_BYTES_MAX + 1));
    this.#hugeBytes = 0;
    if (line.length === 0) return end + 1;
    this.#bad += 1;
    const expected =
      lengthBytes > LINE_BYTES_MAX ? `a line of at most ${LINE_BYTES_MAX} bytes` : lines.explain(line);
    this.#onBadLine({ line: this.#line, expected, found: showBytes(line) });
    return end + 1;
  }

  #readHeader(bytes: Uint8Array): number {
    const end = bytes.indexOf(LF);
    const start = hasByteOrderMark(bytes) ? 3 : 0;
    this.#line = 1;
    this.#hugeBytes = 0;
    const found = recogniseHeader(withoutCr(bytes.subarray(start, end)), this.#wanted);
    if (found.ok) {
      this.#format = found.value;
      this.#lines = found.value.createLineReader();
    } else {
      this.#fault = found.fault;
    }
    return end + 1;
  }
}

/** The format that a header line belongs to; a fault when there is none, or when it is not the one wanted. */
export function recogniseHeader(line: Uint8Array, wanted?: ImportFormat): Result<ImportFormat, Fault> {
  const text = String.fromCharCode(...line.subarray(0, LINE_BYTES_MAX)).trimEnd();
  const formats = wanted === undefined ? IMPORT_FORMATS : [wanted];
  const format = formats.find((each) => each.header === text);
  if (format !== undefined) return ok(format);
  const expected = formats.map((each) => `"${each.header}" (${each.name})`).join(' or ');
  return fault({
    code: 'import/header',
    message: `line 1: expected the header ${expected}, found ${showBytes(line)}`,
  });
}

function hasByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function withoutCr(line: Uint8Array): Uint8Array {
  return line.at(-1) === CR ? line.subarray(0, -1) : line;
}
