import { createReadStream } from 'node:fs';
import { cliError } from '../errors.ts';

/** How samples stand in a file: a whole number of mV a line, or 16-bit integers with the low byte first. */
export const TRACE_FORMATS = ['text', 's16'] as const;
export type TraceFormat = (typeof TRACE_FORMATS)[number];

/** More bytes than any number of mV has; a line without an end is told, not gathered. */
const LINE_BYTES_MAX = 40;
const [NEWLINE, RETURN, SPACE, TAB, MINUS, ZERO, NINE] = [10, 13, 32, 9, 45, 48, 57] as const;

/**
 * The samples of a file, or of the standard input for `-`, in pieces. Throws `cli/file` when it can not be read, and
 * `detect/line` for the first line that is no sample.
 */
export async function* readTrace(path: string, format: TraceFormat): AsyncGenerator<Int16Array> {
  const stream = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 1 << 18 });
  const parser = format === 'text' ? createTextParser(path) : createBinaryParser(path);
  try {
    for await (const chunk of stream) {
      const samplesMv = parser.take(chunk as Buffer);
      if (samplesMv.length > 0) yield samplesMv;
    }
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw cliError('cli/file', { path, reason: error.message }, error);
  }
  const rest = parser.end();
  if (rest.length > 0) yield rest;
}

interface Parser {
  take(bytes: Buffer): Int16Array;
  end(): Int16Array;
}

function createBinaryParser(path: string): Parser {
  let odd = Buffer.alloc(0);
  let samples = 0;
  return {
    take(bytes) {
      const all = odd.length === 0 ? bytes : Buffer.concat([odd, bytes]);
      const whole = all.length & ~1;
      odd = Buffer.from(all.subarray(whole));
      samples += whole / 2;
      return Int16Array.from({ length: whole / 2 }, (_, index) => all.readInt16LE(2 * index));
    },
    end() {
      if (odd.length === 0) return new Int16Array(0);
      throw cliError('detect/odd', { path, samples });
    },
  };
}

/** Numbers are read byte by byte: ten hours are 36 million lines. */
class TextParser implements Parser {
  readonly #path: string;
  #line = 1;
  #left = Buffer.alloc(0);

  constructor(path: string) {
    this.#path = path;
  }

  take(bytes: Buffer): Int16Array {
    const all = this.#left.length === 0 ? bytes : Buffer.concat([this.#left, bytes]);
    const samplesMv = new Int16Array((all.length >> 1) + 1);
    let count = 0;
    let from = 0;
    for (let to = all.indexOf(NEWLINE); to >= 0; to = all.indexOf(NEWLINE, from)) {
      samplesMv[count] = this.#parseLine(all, from, to);
      count += 1;
      this.#line += 1;
      from = to + 1;
    }
    this.#left = Buffer.from(all.subarray(from));
    if (this.#left.length > LINE_BYTES_MAX) this.#refuse(this.#left);
    return samplesMv.subarray(0, count);
  }

  end(): Int16Array {
    if (this.#left.length === 0) return new Int16Array(0);
    return Int16Array.of(this.#parseLine(this.#left, 0, this.#left.length));
  }

  #parseLine(bytes: Buffer, lineFrom: number, lineTo: number): number {
    let from = lineFrom;
    let to = lineTo;
    while (to > from && isBlank(bytes[to - 1] as number)) to -= 1;
    while (from < to && isBlank(bytes[from] as number)) from += 1;
    const isNegative = bytes[from] === MINUS;
    const digitsFrom = isNegative ? from + 1 : from;
    let value = 0;
    for (let at = digitsFrom; at < to; at++) {
      const digit = bytes[at] as number;
      if (digit < ZERO || digit > NINE || value > 3_276) this.#refuse(bytes.subarray(lineFrom, lineTo));
      value = value * 10 + digit - ZERO;
    }
    const sampleMv = isNegative ? -value : value;
    const isSample = to > digitsFrom && sampleMv >= -32_768 && sampleMv <= 32_767;
    if (!isSample) this.#refuse(bytes.subarray(lineFrom, lineTo));
    return sampleMv;
  }

  #refuse(bytes: Buffer): never {
    const text = bytes.subarray(0, LINE_BYTES_MAX).toString('latin1').trimEnd();
    const came = bytes.length > LINE_BYTES_MAX ? `${text}…` : text;
    throw cliError('detect/line', { path: this.#path, line: this.#line, came });
  }
}

function isBlank(byte: number): boolean {
  return byte === RETURN || byte === SPACE || byte === TAB;
}

function createTextParser(path: string): Parser {
  return new TextParser(path);
}
