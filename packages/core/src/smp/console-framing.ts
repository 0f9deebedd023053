import { assert } from '../error/index.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { crc16 } from './crc16.ts';

/** A line begins a packet, or goes on with one. Source: Zephyr, SMP over UART and console. */
const BEGINS = [0x06, 0x09] as const;
const GOES_ON = [0x04, 0x14] as const;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** The longest line, its mark and newline included. */
export const LINE_BYTES_MAX = 127;

/** Bytes before Base64 that fit a line: 124 characters between mark and newline are 31 groups of 3 bytes. */
const LINE_DATA_BYTES = Math.floor((LINE_BYTES_MAX - 3) / 4) * 3;

/** The longest packet that is put together, unless told otherwise. */
export const PACKET_BYTES_MAX = 16_384;

/** The longest line of console text that is kept whole. */
const TEXT_BYTES_MAX = 4_096;

/** The lines that carry a packet over a console: its length, itself and a CRC, in Base64, 127 bytes a line at most. */
export function encodeConsolePacket(packet: Uint8Array): Uint8Array {
  const lengthBytes = packet.length + 2;
  assert(lengthBytes <= 0xffff, `a packet of ${packet.length} bytes over a console`);
  const crc = crc16(packet);
  const raw = new Uint8Array(packet.length + 4);
  raw.set([lengthBytes >> 8, lengthBytes & 0xff]);
  raw.set(packet, 2);
  raw.set([crc >> 8, crc & 0xff], packet.length + 2);
  const lines: number[] = [];
  for (let at = 0; at < raw.length; at += LINE_DATA_BYTES) {
    lines.push(
      ...(at === 0 ? BEGINS : GOES_ON),
      ...encodeBase64(raw.subarray(at, at + LINE_DATA_BYTES)),
      NEWLINE,
    );
  }
  return Uint8Array.from(lines);
}

/** What came over a console: a packet, a line that somebody printed, or a broken packet. */
export type ConsoleItem =
  | { readonly kind: 'packet'; readonly bytes: Uint8Array }
  /** Without its line end. */
  | { readonly kind: 'text'; readonly bytes: Uint8Array }
  | { readonly kind: 'discarded'; readonly reason: string };

/**
 * Takes apart what comes over a console on which packets and printed lines are mixed. Bytes in, items out; it never throws
 * and holds at most one line and one packet.
 */
export class ConsoleDecoder {
  readonly #packetBytesMax: number;
  #line: number[] = [];
  #packet: { expectedBytes: number; pieces: Uint8Array[]; sizeBytes: number } | null = null;

  constructor(packetBytesMax = PACKET_BYTES_MAX) {
    this.#packetBytesMax = packetBytesMax;
  }

  push(bytes: Uint8Array): ConsoleItem[] {
    const items: ConsoleItem[] = [];
    for (const byte of bytes) {
      if (byte === NEWLINE) this.#endLine(items);
      else this.#line.push(byte);
      if (this.#line.length > TEXT_BYTES_MAX) this.#endLine(items);
    }
    return items;
  }

  /** The text of a line that has not ended yet, such as a prompt; it is then taken for ended. */
  flushText(): Uint8Array {
    const text = Uint8Array.from(this.#line);
    if (findMark(text) >= 0) return new Uint8Array(0);
    this.#line = [];
    return text;
  }

  #endLine(items: ConsoleItem[]): void {
    const line = Uint8Array.from(this.#line.at(-1) === RETURN ? this.#line.slice(0, -1) : this.#line);
    this.#line = [];
    const markAt = findMark(line);
    if (markAt < 0) {
      items.push({ kind: 'text', bytes: line });
      return;
    }
    // A prompt without newline may stand before the mark.
    if (markAt > 0) items.push({ kind: 'text', bytes: line.subarray(0, markAt) });
    const begins = line[markAt] === BEGINS[0];
    const data = decodeBase64(line.subarray(markAt + 2));
    if (data === null) this.#discard(items, 'a line that is not Base64');
    else if (begins) this.#begin(items, data);
    else this.#goOn(items, data);
  }

  #begin(items: ConsoleItem[], data: Uint8Array): void {
    if (this.#packet !== null) this.#discard(items, 'a packet was not finished before the next began');
    const expectedBytes = (data[0] ?? 0) * 256 + (data[1] ?? 0);
    if (data.length < 2 || expectedBytes < 2 || expectedBytes > this.#packetBytesMax + 2) {
      this.#discard(items, `expected a length of 2 to ${this.#packetBytesMax + 2}, ${expectedBytes} came`);
      return;
    }
    this.#packet = { expectedBytes, pieces: [], sizeBytes: 0 };
    this.#goOn(items, data.subarray(2));
  }

  #goOn(items: ConsoleItem[], data: Uint8Array): void {
    const packet = this.#packet;
    if (packet === null) {
      this.#discard(items, 'the rest of a packet whose beginning was not heard');
      return;
    }
    packet.pieces.push(data);
    packet.sizeBytes += data.length;
    if (packet.sizeBytes > packet.expectedBytes) {
      this.#discard(items, `expected ${packet.expectedBytes} bytes, ${packet.sizeBytes} came`);
    } else if (packet.sizeBytes === packet.expectedBytes) {
      this.#packet = null;
      this.#finish(items, concat(packet.pieces, packet.sizeBytes));
    }
  }

  #finish(items: ConsoleItem[], whole: Uint8Array): void {
    if (crc16(whole) === 0) items.push({ kind: 'packet', bytes: whole.slice(0, -2) });
    else this.#discard(items, `CRC: expected 0 over packet and CRC, 0x${crc16(whole).toString(16)} came`);
  }

  #discard(items: ConsoleItem[], reason: string): void {
    this.#packet = null;
    items.push({ kind: 'discarded', reason });
  }
}

/** Where a mark stands in a line; -1 when none does. */
function findMark(line: Uint8Array): number {
  return line.findIndex(
    (byte, at) =>
      (byte === BEGINS[0] && line[at + 1] === BEGINS[1]) ||
      (byte === GOES_ON[0] && line[at + 1] === GOES_ON[1]),
  );
}

function concat(pieces: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const whole = new Uint8Array(sizeBytes);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
