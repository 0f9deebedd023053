import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { TicParser } from '@kilowink/core/tic';
import { SerialLine } from '@kilowink/link/serial';
import { cliError } from '../errors.ts';
import { type ByteSink, openFileSink, openPtySink } from '../sim-tic/byte-sink.ts';
import { isTerminal } from './open-line.ts';

export interface SendOptions {
  readonly files: readonly string[];
  /** A file, a serial device, `-`; a pseudo terminal of its own when left out. */
  readonly to: string | undefined;
  /** Bits a second; 0 is as fast as it goes. The mode's own on a terminal, and 0 into a file, when left out. */
  readonly speedBaud: number | undefined;
  readonly isRepeated: boolean;
  /** Told where the bytes go, when they go to a terminal. */
  readonly onOpen: (path: string) => void;
  readonly signal: AbortSignal;
}

/** Start, seven bits, parity, stop. */
const BITS_A_BYTE = 10;
/** Bytes of so long are sent at once: a receiver sees them come as from a meter. */
const SLICE_MS = 20;
const UNHURRIED_BYTES = 1 << 14;

/** Plays captured frames; how many bytes were sent. Throws `cli/file`, `cli/output`, `sim/pty`, `serial/…`. */
export async function sendFrames(options: SendOptions): Promise<number> {
  const { to, signal, onOpen } = options;
  const pieces = await Promise.all(options.files.map(readWhole));
  const bytes = new Uint8Array(Buffer.concat(pieces));
  const isToTerminal = to === undefined || isTerminal(to);
  const speedBaud = options.speedBaud ?? (isToTerminal ? speedOf(bytes) : 0);
  const sink = await openSink(to, speedBaud === 0 ? speedOf(bytes) : speedBaud);
  if (isToTerminal) onOpen(sink.path);
  let sent = 0;
  try {
    const pace = { speedBaud, startMs: performance.now(), sent: 0, signal };
    do {
      sent += await play(bytes, sink, pace);
    } while (options.isRepeated && bytes.length > 0 && !signal.aborted);
  } finally {
    await sink.close();
  }
  return sent;
}

async function readWhole(path: string): Promise<Uint8Array> {
  try {
    if (path !== '-') return await readFile(path);
    return Buffer.concat(await process.stdin.toArray());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw cliError('cli/file', { path, reason }, error);
  }
}

/** The speed that a meter sends such bytes at. */
function speedOf(bytes: Uint8Array): number {
  const parser = new TicParser();
  parser.feed(bytes, {});
  return parser.mode === 'standard' ? 9_600 : 1_200;
}

async function openSink(to: string | undefined, baud: number): Promise<ByteSink> {
  if (to === undefined) return openPtySink();
  return isTerminal(to) ? openDevice(to, baud) : openFileSink(to);
}

async function openDevice(path: string, baud: number): Promise<ByteSink> {
  const { promise: opened, resolve, reject } = Promise.withResolvers<void>();
  const settings = { baud, dataBits: 7, parity: 'even' } as const;
  const line = new SerialLine({ path, ...settings, onOpen: resolve, onClose: reject });
  try {
    await opened;
  } catch (error) {
    await line.close();
    throw error;
  }
  return { path, write: (bytes) => line.write(bytes), close: () => line.close() };
}

/** The time at which a byte is due follows from the start: waiting does not add up. */
async function play(
  bytes: Uint8Array,
  sink: ByteSink,
  pace: { speedBaud: number; startMs: number; sent: number; signal: AbortSignal },
): Promise<number> {
  const bytesAMs = pace.speedBaud / BITS_A_BYTE / 1_000;
  const slice = pace.speedBaud === 0 ? UNHURRIED_BYTES : Math.max(1, Math.floor(bytesAMs * SLICE_MS));
  let from = 0;
  while (from < bytes.length && !pace.signal.aborted) {
    const piece = bytes.subarray(from, from + slice);
    await sink.write(piece);
    from += piece.length;
    pace.sent += piece.length;
    if (pace.speedBaud === 0) continue;
    const dueMs = pace.startMs + pace.sent / bytesAMs;
    // The end of a wait that was cut short is the end of the loop.
    await sleep(Math.max(0, dueMs - performance.now()), undefined, { signal: pace.signal }).catch(() => {});
  }
  return from;
}
