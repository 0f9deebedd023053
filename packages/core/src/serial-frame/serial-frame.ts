// Reports and answers on a serial line, among whatever else is on it: docs/spec/serial.md.
//
//   'K' 'W' | size, 2 bytes | the message | CRC-32 of size and message, 4 bytes        big-endian
//
// The C core has the same reader (firmware/core/src/serial_frame.c): of the same bytes both skip the same ones.
import { crc32 } from '../bytes/crc32.ts';
import { assert } from '../error/index.ts';

const FIRST = 0x4b;
const SECOND = 0x57;
const START_BYTES = 2;
const HEAD_BYTES = 4;
const SUM_BYTES = 4;
const FRAMED_BYTES_MAX = 0xffff;

/** The longest message a sensor takes and sends: a report of 640 windows with its tag, in bytes. */
export const SERIAL_MESSAGE_BYTES_MAX = 1_337;

/** Puts a message into a frame. A message of no bytes, or of more than 65,535, is our own mistake. */
export function encodeSerialFrame(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const size = message.length;
  assert(size > 0 && size <= FRAMED_BYTES_MAX, `a frame holds 1 to ${FRAMED_BYTES_MAX} bytes, not ${size}`);
  const frame = new Uint8Array(HEAD_BYTES + size + SUM_BYTES);
  const view = new DataView(frame.buffer);
  frame[0] = FIRST;
  frame[1] = SECOND;
  view.setUint16(START_BYTES, size);
  frame.set(message, HEAD_BYTES);
  view.setUint32(HEAD_BYTES + size, crc32(frame.subarray(START_BYTES, HEAD_BYTES + size)));
  return frame;
}

/** What a reader met. */
export interface SerialFrameCounters {
  /** Whole messages. */
  messages: number;
  /** Frames whose sum was wrong: damaged on the line, or never a frame. */
  damaged: number;
  /** Starts whose size was 0, or more than the reader takes. */
  missized: number;
  /** Bytes in no message, those of damaged frames among them. */
  skippedBytes: number;
}

/** Takes messages out of a stream, whatever its pieces are. It holds one frame at most, and never throws on what comes. */
export class SerialFrameParser {
  readonly counters: SerialFrameCounters = { messages: 0, damaged: 0, missized: 0, skippedBytes: 0 };
  readonly #frame: Uint8Array<ArrayBuffer>;
  readonly #messageBytesMax: number;
  #at = 0;
  #size = 0;
  #sum = 0;

  /** `messageBytesMax`: a frame of more is skipped. */
  constructor(messageBytesMax = SERIAL_MESSAGE_BYTES_MAX) {
    this.#messageBytesMax = messageBytesMax;
    this.#frame = new Uint8Array(HEAD_BYTES + messageBytesMax);
  }

  /** Takes the next piece; gives the messages that are whole by now, each the caller's to keep. */
  feed(piece: Uint8Array): Uint8Array<ArrayBuffer>[] {
    const messages: Uint8Array<ArrayBuffer>[] = [];
    for (const byte of piece) {
      if (!this.#take(byte)) continue;
      this.counters.messages += 1;
      messages.push(this.#frame.slice(HEAD_BYTES, HEAD_BYTES + this.#size));
    }
    return messages;
  }

  /** Forgets a frame that was begun: its rest will not come. */
  reset(): void {
    this.#skip(this.#at);
  }

  /** Whether the byte completes a message. */
  #take(byte: number): boolean {
    if (this.#at < HEAD_BYTES) {
      this.#takeHead(byte);
      return false;
    }
    if (this.#at < HEAD_BYTES + this.#size) {
      this.#keep(byte);
      if (this.#at === HEAD_BYTES + this.#size)
        this.#sum = crc32(this.#frame.subarray(START_BYTES, this.#at));
      return false;
    }
    return this.#takeSum(byte);
  }

  #takeHead(byte: number): void {
    if (this.#at === 0 && byte !== FIRST) this.#skip(1);
    else if (this.#at === 1 && byte !== SECOND) this.#restart(byte);
    else this.#keep(byte);
    if (this.#at !== HEAD_BYTES) return;
    this.#size = new DataView(this.#frame.buffer).getUint16(START_BYTES);
    if (this.#size > 0 && this.#size <= this.#messageBytesMax) return;
    this.counters.missized += 1;
    this.#skip(HEAD_BYTES);
  }

  /** The first letter twice: the second may begin a frame. */
  #restart(byte: number): void {
    this.#skip(byte === FIRST ? 1 : 2);
    if (byte === FIRST) this.#keep(byte);
  }

  #takeSum(byte: number): boolean {
    const place = this.#at - HEAD_BYTES - this.#size;
    this.#at += 1;
    if (byte !== ((this.#sum >>> (24 - 8 * place)) & 0xff)) {
      this.counters.damaged += 1;
      this.#skip(this.#at);
      return false;
    }
    if (place + 1 < SUM_BYTES) return false;
    this.#at = 0;
    return true;
  }

  #keep(byte: number): void {
    this.#frame[this.#at] = byte;
    this.#at += 1;
  }

  #skip(bytes: number): void {
    this.counters.skippedBytes += bytes;
    this.#at = 0;
  }
}
