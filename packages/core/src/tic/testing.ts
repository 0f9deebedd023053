// For tests only.
import type { TicDiscarded, TicFrame, TicGroup } from './frame.ts';
import { TicParser, type TicParserOptions } from './parser.ts';

/** All that a parser tells of a line. */
export interface Heard {
  readonly parser: TicParser;
  readonly groups: TicGroup[];
  readonly frames: TicFrame[];
  readonly discarded: TicDiscarded[];
}

/** Feeds a line, a text with a character a byte, to a new parser, and ends it. */
export function hear(line: string | Uint8Array, options: TicParserOptions = {}): Heard {
  const heard: Heard = { parser: new TicParser(options), groups: [], frames: [], discarded: [] };
  const sink = {
    group: (group: TicGroup) => void heard.groups.push(group),
    frame: (frame: TicFrame) => void heard.frames.push(frame),
    discarded: (piece: TicDiscarded) => void heard.discarded.push(piece),
  };
  heard.parser.feed(typeof line === 'string' ? toBytes(line) : line, sink);
  heard.parser.end(sink);
  return heard;
}

export function toBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** A group of historique between LF and CR, with its checksum. */
export function historique(label: string, data: string): string {
  return `\n${label} ${data} ${checksum(`${label} ${data}`)}\r`;
}

/** A group of standard mode between LF and CR, with its checksum; the parts are label, time if it has one, data. */
export function standard(...parts: readonly string[]): string {
  const text = `${parts.join('\t')}\t`;
  return `\n${text}${checksum(text)}\r`;
}

function checksum(text: string): string {
  const sum = toBytes(text).reduce((total, byte) => total + byte, 0);
  return String.fromCharCode((sum & 0x3f) + 0x20);
}
