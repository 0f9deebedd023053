import { type ProfileTimes, readFrame, type TicFrame, TicParser, type TicSink } from '@kilowink/core/tic';
import type { TextSink } from '../export/text-sink.ts';
import { styleFor } from '../term/index.ts';
import { FrameLines, rawLines } from './frame-lines.ts';
import { MeterView } from './meter-view.ts';
import { openLine } from './open-line.ts';

/** How a line is shown: a line of JSON a frame, groups as text, or a view of the meter that renews itself. */
export type LineFormat = 'json' | 'raw' | 'table';

export interface DecodeOptions {
  readonly path: string;
  readonly format: LineFormat;
  readonly speedBaud: number | undefined;
  readonly isParityInSoftware: boolean;
  readonly profileTimes: ProfileTimes;
  /** Stop after so many frames. */
  readonly framesMax: number;
  readonly signal: AbortSignal;
}

/** Bytes that are decoded before what they gave is written. */
const SLICE_BYTES = 1 << 16;
const [HOME, CLEAR_LINE, CLEAR_BELOW] = ['\x1b[H', '\x1b[K', '\x1b[J'];
const CLEAR = '\x1b[2J';

/** Decodes a line and writes what it says, until it ends, or nobody reads any more; the parser tells what it counted. */
export async function decodeLine(options: DecodeOptions, sink: TextSink): Promise<TicParser> {
  const { path, speedBaud, isParityInSoftware, signal } = options;
  const parser = new TicParser({ parity: isParityInSoftware ? 'software' : 'line' });
  const writer = writerOf(options, parser);
  const onNote = (text: string) => void process.stderr.write(`kilowink: ${text}\n`);
  const groupsOk = () => parser.counters.groupsOk;
  const source = { path, speedBaud, isParityInSoftware, signal, groupsOk, onNote };
  for await (const bytes of openLine(source)) {
    if (!(await feed(bytes, { parser, writer, sink }))) break;
  }
  if (!writer.isFull()) parser.end(writer.sink);
  await sink.write(writer.take() + writer.last());
  return parser;
}

async function feed(
  bytes: Uint8Array,
  to: { parser: TicParser; writer: Writer; sink: TextSink },
): Promise<boolean> {
  for (let from = 0; from < bytes.length; from += SLICE_BYTES) {
    to.parser.feed(bytes.subarray(from, from + SLICE_BYTES), to.writer.sink);
    const text = to.writer.take();
    if (text !== '' && !(await to.sink.write(text))) return false;
    if (to.writer.isFull()) return false;
  }
  return true;
}

/** Gathers text of what a parser tells. */
interface Writer {
  readonly sink: TicSink;
  /** What is new since the last time. */
  take(): string;
  /** What is left to tell at the end. */
  last(): string;
  /** As many frames as were wanted are there. */
  isFull(): boolean;
}

function writerOf(options: DecodeOptions, parser: TicParser): Writer {
  if (options.format === 'raw') return rawWriter(options.framesMax);
  return options.format === 'table' ? tableWriter(options, parser) : jsonWriter(options, parser);
}

function jsonWriter(options: DecodeOptions, parser: TicParser): Writer {
  const lines = new FrameLines(options.profileTimes);
  return gather(options.framesMax, {
    frame: (frame) => lines.lineOf(frame, parser.counters),
    sink: { discarded: (piece) => lines.addDiscarded(piece) },
    last: () => lines.lastLine(parser.counters, parser.mode),
  });
}

function rawWriter(framesMax: number): Writer {
  let text = '';
  return gather(framesMax, {
    frame(frame) {
      const all = text + rawLines.frame(frame);
      text = '';
      return all;
    },
    sink: {
      group: (group) => {
        text += rawLines.group(group);
      },
      discarded: (piece) => {
        text += rawLines.discarded(piece);
      },
    },
    last: () => text,
  });
}

/** On a terminal the view is drawn over the one before; elsewhere it is written once, at the end. */
function tableWriter(options: DecodeOptions, parser: TicParser): Writer {
  const view = new MeterView(styleFor(process.stdout));
  const isLive = process.stdout.isTTY === true;
  let isFirst = true;
  return gather(options.framesMax, {
    frame(frame) {
      const reading = readFrame(frame, { profileTimes: options.profileTimes });
      view.show(reading, parser.counters);
      if (!isLive) return '';
      const start = isFirst ? CLEAR + HOME : HOME;
      isFirst = false;
      return `${start}${view.lines().join(`${CLEAR_LINE}\n`)}${CLEAR_LINE}\n${CLEAR_BELOW}`;
    },
    sink: {},
    last: () => '',
    summary: () => (isLive ? '' : `${view.lines().join('\n')}\n`),
  });
}

function gather(
  framesMax: number,
  from: { frame: (frame: TicFrame) => string; sink: TicSink; last: () => string; summary?: () => string },
): Writer {
  let text = '';
  let frames = 0;
  return {
    sink: {
      ...from.sink,
      frame(frame) {
        if (frames < framesMax) text += from.frame(frame);
        frames += 1;
      },
    },
    take() {
      const taken = text;
      text = '';
      return taken;
    },
    last: () => (frames < framesMax ? from.last() : '') + (from.summary?.() ?? ''),
    isFull: () => frames >= framesMax,
  };
}
