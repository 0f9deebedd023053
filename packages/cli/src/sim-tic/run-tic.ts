import { setTimeout as sleep } from 'node:timers/promises';
import type { EpochMs } from '@kilowink/core/time';
import type { LineFrame, TicLine } from '@kilowink/sim/tic';
import type { ByteSink } from './byte-sink.ts';

export interface RunTicOptions {
  readonly line: TicLine;
  readonly sink: ByteSink;
  readonly startMs: EpochMs;
  /** The meter's seconds in a real one; Infinity writes as fast as the sink takes it. */
  readonly speed: number;
  /** So much of the meter's time. */
  readonly durationMs: number;
  /** When `startMs` is, by this machine's clock; now when left out. */
  readonly zeroMs?: EpochMs;
  readonly signal: AbortSignal;
  readonly onFrame?: (frame: LineFrame) => void;
}

/** How much of a frame is written at once in real time, as a serial driver would hand it on. */
const PIECE_MS = 40;

/** Sends frame after frame, each byte not before it is due. Returns how many frames went. */
export async function runTic(options: RunTicOptions): Promise<number> {
  const { line, sink, startMs, speed, signal, zeroMs } = options;
  const startedMs = zeroMs === undefined ? performance.now() : zeroMs - performance.timeOrigin;
  const endMs = startMs + options.durationMs;
  const isDue = async (atMs: EpochMs) => {
    const napMs = (atMs - startMs) / speed - (performance.now() - startedMs);
    if (napMs >= 1) await sleep(napMs, undefined, { signal }).catch(() => {});
  };
  let frames = 0;
  while (!signal.aborted && line.nextMs < endMs) {
    const frame = line.take();
    frames += 1;
    for (const piece of pieces(frame, speed)) {
      await isDue(piece.atMs);
      if (signal.aborted) break;
      await sink.write(piece.bytes);
    }
    options.onFrame?.(frame);
  }
  return frames;
}

/** The received bytes cut into pieces with the times at which each has come whole. */
function* pieces(frame: LineFrame, speed: number): Generator<{ atMs: EpochMs; bytes: Uint8Array }> {
  const { received, startMs, endMs } = frame;
  const realMs = (endMs - startMs) / speed;
  const count = Math.max(1, Math.min(received.length, Math.ceil(realMs / PIECE_MS)));
  for (let i = 0; i < count; i++) {
    const from = Math.floor((i * received.length) / count);
    const to = Math.floor(((i + 1) * received.length) / count);
    yield { atMs: startMs + ((i + 1) * (endMs - startMs)) / count, bytes: received.subarray(from, to) };
  }
}
