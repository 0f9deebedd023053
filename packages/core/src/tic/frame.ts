import { HORODATE_BYTES, LABELS, type TicLabel, type TicMode } from './labels.ts';

/** A group that verified: label, length, characters and time are those of its row in the table. */
export interface TicGroup {
  readonly label: TicLabel;
  /** The data as it was received, spaces and leading zeros included. */
  readonly raw: string;
  /** The time as it was received, for a label that has one. */
  readonly horodate: string | null;
}

/**
 * Why bytes were thrown away, in the order in which a piece of the line is looked at: it was longer than any group; it
 * had no label, data and checksum; the checksum was another; the label is none of its mode; the data are longer or
 * shorter than the label's; a character is none of the label's; the time is none.
 */
export const TIC_REASONS = [
  'tooLong',
  'form',
  'checksum',
  'label',
  'length',
  'characters',
  'horodate',
] as const;
export type TicReason = (typeof TIC_REASONS)[number];

/** A piece of the line, from one control byte to the next, that is no group. */
export interface TicDiscarded {
  readonly reason: TicReason;
  /** The bytes, of a longer piece only the first `PIECE_BYTES_MAX`. */
  readonly bytes: Uint8Array;
  /** How many there were. */
  readonly size: number;
  /** 1 for the first after a good group, then one more each: who logs takes the first of a burst. */
  readonly burst: number;
}

/** What the line has brought since the parser began; nothing is ever taken back. */
export interface TicCounters {
  bytes: number;
  /** Bytes with odd parity, where the parser looks at it; see `TicParserOptions`. */
  parityErrors: number;
  groupsOk: number;
  badChecksum: number;
  unknownLabel: number;
  /** Pieces that were too long, no group at all, or not in the label's form. */
  badFormat: number;
  framesComplete: number;
  framesIncomplete: number;
  /** Frames the meter itself broke off, which is no fault. */
  framesInterrupted: number;
  /** Good groups that came after something was thrown away. */
  resyncs: number;
  modeChanges: number;
  /** Bytes since the end of the last complete frame: at the line's speed, how long ago that was. */
  bytesSinceFrame: number;
}

/** `interrupted`: the meter broke it off with EOT after a whole group, to tell of an overload or to let others speak. */
export type TicFrameState = 'complete' | 'incomplete' | 'interrupted';

/** What ended or began a frame, and what was bad in it. */
export interface TicFrameEnds {
  readonly state: TicFrameState;
  /** Whether STX began it. */
  readonly hasStart: boolean;
  /** Whether ETX ended it. */
  readonly hasEnd: boolean;
  /** Pieces between its start and its end that were thrown away. */
  readonly badGroups: number;
}

/**
 * The groups of a frame that verified, in the order in which they came. They are kept as bytes, a label's number and
 * then the time and the data, whose sizes the label tells; text is made of them when they are asked for.
 */
export class TicFrame implements TicFrameEnds {
  readonly mode: TicMode;
  readonly state: TicFrameState;
  readonly hasStart: boolean;
  readonly hasEnd: boolean;
  readonly badGroups: number;
  #content: Uint8Array | readonly TicGroup[];

  /** `content`: as bytes, or where each group was told by itself those. */
  constructor(mode: TicMode, content: Uint8Array | readonly TicGroup[], ends: TicFrameEnds) {
    this.mode = mode;
    this.#content = content;
    this.state = ends.state;
    this.hasStart = ends.hasStart;
    this.hasEnd = ends.hasEnd;
    this.badGroups = ends.badGroups;
  }

  /** STX and ETX were there, and no bad group between. */
  get complete(): boolean {
    return this.state === 'complete';
  }

  get groups(): readonly TicGroup[] {
    if (this.#content instanceof Uint8Array) this.#content = unpackGroups(this.#content);
    return this.#content;
  }

  /** The group of a label; a label is at most once in a frame. */
  get(name: string): TicGroup | undefined {
    return this.groups.find((group) => group.label.name === name);
  }
}

/** Bytes that a group of a label takes in a frame's memory, its label's number not counted. */
export function packedBytes(label: TicLabel): number {
  return label.size + (label.isDated ? HORODATE_BYTES : 0);
}

/** A group out of its time and data as they follow each other. */
export function unpackGroup(label: TicLabel, bytes: Uint8Array, from: number): TicGroup {
  const dataFrom = label.isDated ? from + HORODATE_BYTES : from;
  return {
    label,
    raw: asciiText(bytes, dataFrom, dataFrom + label.size),
    horodate: label.isDated ? asciiText(bytes, from, dataFrom) : null,
  };
}

function unpackGroups(packed: Uint8Array): TicGroup[] {
  const groups: TicGroup[] = [];
  let at = 0;
  while (at < packed.length) {
    const label = LABELS[packed[at] as number] as TicLabel;
    groups.push(unpackGroup(label, packed, at + 1));
    at += 1 + packedBytes(label);
  }
  return groups;
}

function asciiText(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}
