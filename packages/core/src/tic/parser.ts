import { createCounters } from './counters.ts';
import {
  packedBytes,
  type TicCounters,
  type TicDiscarded,
  TicFrame,
  type TicFrameState,
  type TicGroup,
  type TicReason,
  unpackGroup,
} from './frame.ts';
import { PieceJudge } from './judge.ts';
import { LABELS, type TicLabel, type TicMode } from './labels.ts';

/** Longer than the longest group (PJOURF+1, 109 bytes between LF and CR): what is longer than this is noise. */
export const PIECE_BYTES_MAX = 128;

/** The memory of a frame: at most every label of one mode once. */
const FRAME_BYTES_MAX = LABELS.reduce((sum, label) => sum + 1 + packedBytes(label), 0);

const [STX, ETX, EOT, TAB, SPACE] = [0x02, 0x03, 0x04, 0x09, 0x20];

/** Who is told what the line brings; each is optional, and costs nothing when it is left out. */
export interface TicSink {
  /** A group that verified, at once: it does not wait for its frame. */
  group?(group: TicGroup): void;
  /** A frame with at least one group, as soon as it is known to be over. */
  frame?(frame: TicFrame): void;
  discarded?(piece: TicDiscarded): void;
}

/** How bytes reach the parser. */
export interface TicParserOptions {
  /**
   * `line`: seven data bits, parity was looked at by the port. `software`: the port reads eight bits without parity; bit 7
   * is then even parity, is checked and counted here, and a group with a wrong byte is refused. `auto`: the one or the other,
   * told from how often bit 7 comes: half of a meter's characters have it as parity, none when something took it away.
   */
  readonly parity?: 'line' | 'software' | 'auto';
}

/** How much a byte with bit 7, or without it, speaks for parity there; from where on it is believed, and where no more. */
const [PARITY_FOR, PARITY_AGAINST, PARITY_ON, PARITY_OFF, PARITY_MAX] = [4, 1, 64, 16, 256];

/**
 * Groups and frames out of the bytes of a meter's customer output, in any chunks. Both modes are told from the bytes and
 * may change at any time. It never throws, and its memory does not grow.
 *
 * Any control byte but the tab ends a piece, so that a damaged LF, CR or STX costs no group; in historique the tab ends it too.
 * A frame begins with STX or with a group after the end of another; ETX, EOT, the next STX, a label that it already has
 * or the other mode end it.
 */
export class TicParser {
  readonly #counters: TicCounters = createCounters();
  readonly #judge = new PieceJudge();
  readonly #parity: 'line' | 'software' | 'auto';
  #parityScore = 0;
  #hasParity = false;
  /** A piece that began in an earlier chunk; of more than `PIECE_BYTES_MAX` the rest is only counted. */
  readonly #carried = new Uint8Array(PIECE_BYTES_MAX);
  #carriedSize = 0;
  readonly #frame = new Uint8Array(FRAME_BYTES_MAX);
  #frameSize = 0;
  /** By label: the number of the frame in which it was last. */
  readonly #seenIn = new Float64Array(LABELS.length);
  #frameNumber = 1;
  /** Bytes up to and with the end of the last complete frame. */
  #frameEndedAt = 0;
  #isOpen = false;
  #hasStart = false;
  #badGroups = 0;
  #burst = 0;
  #mode: TicMode | null = null;
  /** Who is told, while bytes are taken. */
  #sink: TicSink = {};

  constructor(options: TicParserOptions = {}) {
    this.#parity = options.parity ?? 'line';
    this.#hasParity = this.#parity === 'software';
  }

  /** The mode of the last good group; null before the first. */
  get mode(): TicMode | null {
    return this.#mode;
  }

  /** What the line has brought so far; the object stays the same and goes on counting. */
  get counters(): Readonly<TicCounters> {
    return this.#counters;
  }

  /** Takes the next bytes of the line, of any number. They may be changed afterwards. */
  feed(received: Uint8Array, sink: TicSink): void {
    this.#sink = sink;
    const bytes = this.#parity === 'line' ? received : this.#checkParity(received);
    const { length } = bytes;
    const before = this.#counters.bytes;
    const judge = this.#judge;
    let from = 0;
    let sum = 0;
    let tabs = 0;
    for (let at = 0; at < length; at++) {
      const byte = bytes[at] as number;
      if (byte >= SPACE) {
        sum += byte;
        continue;
      }
      if (byte === TAB) {
        sum += TAB;
        tabs += 1;
        continue;
      }
      this.#countTo(before + at + 1);
      if (this.#carriedSize > 0) {
        this.#endCarried(bytes.subarray(0, at));
      } else if (at > from) {
        judge.sum = sum;
        judge.tabs = tabs;
        this.#takePiece(bytes, from, at);
      }
      from = at + 1;
      sum = 0;
      tabs = 0;
      if (byte <= EOT) this.#takeControl(byte);
    }
    this.#countTo(before + length);
    if (from < length) this.#carry(from === 0 ? bytes : bytes.subarray(from));
  }

  /** So many bytes were looked at: whoever is told something meanwhile sees the counters as they are then. */
  #countTo(bytes: number): void {
    this.#counters.bytes = bytes;
    this.#counters.bytesSinceFrame = bytes - this.#frameEndedAt;
  }

  /** The line has ended: what is left of it is taken as a group if it is one, and an open frame is told as incomplete. */
  end(sink: TicSink): void {
    this.#sink = sink;
    if (this.#carriedSize > 0) this.#endCarried(new Uint8Array(0));
    this.#closeFrame('incomplete');
  }

  /** Bit 7 away. A byte of wrong parity keeps it, with which no group is right; a control byte ends a piece all the same. */
  #checkParity(received: Uint8Array): Uint8Array {
    return received.map((byte) => {
      if (this.#parity === 'auto') this.#weighParity(byte);
      // Without parity on the line a byte below 0x80 is as right as it can be known to be.
      if (!this.#hasParity && byte < 0x80) return byte;
      const folded = byte ^ (byte >> 4);
      const isOdd = ((0x6996 >> (folded & 0xf)) & 1) === 1;
      const bits = byte & 0x7f;
      if (!isOdd) return bits;
      this.#counters.parityErrors += 1;
      return bits < SPACE && bits !== TAB ? bits : bits | 0x80;
    });
  }

  #weighParity(byte: number): void {
    const speaks = byte >= 0x80 ? PARITY_FOR : -PARITY_AGAINST;
    this.#parityScore = Math.min(Math.max(this.#parityScore + speaks, 0), PARITY_MAX);
    if (this.#parityScore >= PARITY_ON) this.#hasParity = true;
    else if (this.#parityScore < PARITY_OFF) this.#hasParity = false;
  }

  #carry(bytes: Uint8Array): void {
    const room = PIECE_BYTES_MAX - this.#carriedSize;
    if (room > 0) this.#carried.set(bytes.length > room ? bytes.subarray(0, room) : bytes, this.#carriedSize);
    this.#carriedSize += bytes.length;
  }

  #endCarried(rest: Uint8Array): void {
    this.#carry(rest);
    const size = this.#carriedSize;
    this.#carriedSize = 0;
    this.#judge.measure(this.#carried, 0, Math.min(size, PIECE_BYTES_MAX));
    this.#takePiece(this.#carried, 0, size);
  }

  /** `to` lies beyond the bytes when they are those of a carried piece that was too long. */
  #takePiece(bytes: Uint8Array, start: number, to: number): void {
    let from = start;
    if (to - from > PIECE_BYTES_MAX) {
      this.#discard({ reason: 'tooLong', bytes: bytes.slice(from, from + PIECE_BYTES_MAX), size: to - from });
      return;
    }
    while (from < to && bytes[from] === TAB) from += 1;
    if (from === to) return;
    if (from > start) this.#judge.measure(bytes, from, to);
    const reason = this.#judge.judge(bytes, from, to);
    if (reason === null) this.#takeGroup(bytes);
    else if (this.#judge.tabs > 0 && this.#mode === 'historique') this.#splitAtTabs(bytes.slice(from, to));
    else this.#discard({ reason, bytes: bytes.slice(from, to), size: to - from });
  }

  /** In historique the tab is a control byte as any other. */
  #splitAtTabs(bytes: Uint8Array): void {
    let from = 0;
    while (from < bytes.length) {
      const tab = bytes.indexOf(TAB, from);
      const to = tab < 0 ? bytes.length : tab;
      if (to > from) {
        this.#judge.measure(bytes, from, to);
        const reason = this.#judge.judge(bytes, from, to);
        if (reason === null) this.#takeGroup(bytes);
        else this.#discard({ reason, bytes: bytes.slice(from, to), size: to - from });
      }
      from = to + 1;
    }
  }

  #takeGroup(bytes: Uint8Array): void {
    const { labelIndex, bodyFrom, dataFrom, dataTo } = this.#judge;
    const label = LABELS[labelIndex] as TicLabel;
    this.#enterMode(label.mode);
    if (this.#isOpen && this.#seenIn[labelIndex] === this.#frameNumber) this.#closeFrame('incomplete');
    this.#isOpen = true;
    this.#seenIn[labelIndex] = this.#frameNumber;
    this.#counters.groupsOk += 1;
    if (this.#burst > 0) this.#counters.resyncs += 1;
    this.#burst = 0;
    const frame = this.#frame;
    let size = this.#frameSize;
    frame[size++] = labelIndex;
    const packedFrom = size;
    for (let at = bodyFrom; at < dataFrom - 1; at++) frame[size++] = bytes[at] as number;
    for (let at = dataFrom; at < dataTo; at++) frame[size++] = bytes[at] as number;
    this.#frameSize = size;
    this.#sink.group?.(unpackGroup(label, frame, packedFrom));
  }

  #enterMode(mode: TicMode): void {
    if (mode === this.#mode) return;
    if (this.#frameSize > 0) this.#closeFrame('incomplete');
    if (this.#mode !== null) this.#counters.modeChanges += 1;
    this.#mode = mode;
  }

  #discard(piece: Omit<TicDiscarded, 'burst'>): void {
    this.#burst += 1;
    if (this.#isOpen) this.#badGroups += 1;
    this.#counters[COUNTER_OF_REASON[piece.reason]] += 1;
    this.#sink.discarded?.({ ...piece, burst: this.#burst });
  }

  #takeControl(byte: number): void {
    if (byte === STX) {
      this.#closeFrame('incomplete');
      this.#isOpen = true;
      this.#hasStart = true;
    } else if (byte === ETX) {
      const isWhole = this.#hasStart && this.#badGroups === 0 && this.#frameSize > 0;
      if (isWhole) {
        this.#frameEndedAt = this.#counters.bytes;
        this.#counters.bytesSinceFrame = 0;
      }
      this.#closeFrame(isWhole ? 'complete' : 'incomplete', true);
    } else if (byte === EOT) {
      this.#closeFrame('interrupted');
    }
  }

  /** A frame without any group is none: noise has STX and ETX too. */
  #closeFrame(state: TicFrameState, hasEnd = false): void {
    const mode = this.#mode;
    if (this.#frameSize > 0 && mode !== null) {
      this.#counters[COUNTER_OF_STATE[state]] += 1;
      const ends = { state, hasStart: this.#hasStart, hasEnd, badGroups: this.#badGroups };
      this.#sink.frame?.(new TicFrame(mode, this.#frame.slice(0, this.#frameSize), ends));
    }
    this.#frameSize = 0;
    this.#frameNumber += 1;
    this.#isOpen = false;
    this.#hasStart = false;
    this.#badGroups = 0;
  }
}

const COUNTER_OF_REASON = {
  tooLong: 'badFormat',
  form: 'badFormat',
  checksum: 'badChecksum',
  label: 'unknownLabel',
  length: 'badFormat',
  characters: 'badFormat',
  horodate: 'badFormat',
} as const satisfies Record<TicReason, keyof TicCounters>;

const COUNTER_OF_STATE = {
  complete: 'framesComplete',
  incomplete: 'framesIncomplete',
  interrupted: 'framesInterrupted',
} as const satisfies Record<TicFrameState, keyof TicCounters>;
