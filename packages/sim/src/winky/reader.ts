import type { GatewayGroup } from '@kilowink/core/gateway';
import { type TicFrame, TicParser } from '@kilowink/core/tic';
import type { EpochMs } from '@kilowink/core/time';
import type { TicLine } from '../tic/index.ts';

/** What came of listening to the meter. */
export interface ReadFrame {
  /** How long it took. */
  readonly tookMs: number;
  readonly groups: Readonly<Record<string, GatewayGroup>> | null;
  /** Apparent power drawn, VA; null when the frame did not say. */
  readonly powerVa: number | null;
  readonly framesBad: number;
}

/** Something that listens to a meter from `atMs` until it has a whole frame or gives up. */
export interface FrameReader {
  read(atMs: EpochMs): ReadFrame;
}

/** No carrier for so long: there is no meter. */
export const NO_CARRIER_MS = 1_500;
const GIVE_UP_MS = 8_000;

/** Listens to a simulated line with the decoder of the product. */
export function createLineReader(line: TicLine, isSupplied: (atMs: EpochMs) => boolean): FrameReader {
  return {
    read(atMs) {
      if (!isSupplied(atMs)) return { tookMs: NO_CARRIER_MS, groups: null, powerVa: null, framesBad: 0 };
      line.seek(atMs);
      return listen(line, atMs);
    },
  };
}

/** Until a frame with a power has come whole; a short frame of an overload is better than none. */
function listen(line: TicLine, fromMs: EpochMs): ReadFrame {
  const parser = new TicParser();
  const heard: TicFrame[] = [];
  // LF with one bit flipped is STX, and makes a frame of the end of one: the serial number, which is in every frame, tells.
  const isWhole = (frame: TicFrame) => frame.complete && serialOf(frame) !== undefined;
  const sink = { frame: (frame: TicFrame) => void (isWhole(frame) && heard.push(frame)) };
  for (;;) {
    const { startMs, endMs, received } = line.take();
    // Bytes that had gone by when it woke.
    const lost = Math.max(0, Math.ceil(((fromMs - startMs) / (endMs - startMs)) * received.length));
    parser.feed(received.subarray(lost), sink);
    const long = heard.find((frame) => powerOf(frame) !== null);
    const tookMs = endMs - fromMs;
    if (long !== undefined || tookMs > GIVE_UP_MS) {
      const { framesIncomplete } = parser.counters;
      // The piece of a frame that was under way is no bad frame.
      return { ...told(long ?? heard[0] ?? null), tookMs, framesBad: Math.max(0, framesIncomplete - 1) };
    }
  }
}

function told(frame: TicFrame | null): Pick<ReadFrame, 'groups' | 'powerVa'> {
  if (frame === null) return { groups: null, powerVa: null };
  const groups = frame.groups.map(({ label, raw, horodate }): [string, GatewayGroup] => {
    return [label.name, horodate === null ? raw : [horodate, raw]];
  });
  return { groups: Object.fromEntries(groups), powerVa: powerOf(frame) };
}

function serialOf(frame: TicFrame): string | undefined {
  return (frame.get('ADCO') ?? frame.get('ADSC'))?.raw;
}

function powerOf(frame: TicFrame): number | null {
  const raw = (frame.get('PAPP') ?? frame.get('SINSTS'))?.raw;
  return raw === undefined ? null : Number(raw);
}
