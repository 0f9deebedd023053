import { closeSync, constants, createReadStream, openSync, statSync } from 'node:fs';
import { isatty } from 'node:tty';
import { TIC_SPEEDS_BAUD, TicLineSearch } from '@kilowink/core/tic';
import { SerialLine, type SerialSettings } from '@kilowink/link/serial';
import { cliError } from '../errors.ts';

/** Where bytes of a customer output come from. */
export interface LineSource {
  /** A file, `-` for the standard input, or a serial device. */
  readonly path: string;
  /** Speed of a serial device; looked for when left out. */
  readonly speedBaud: number | undefined;
  /** Whether a serial device reads eight bits without parity, which is looked at here. */
  readonly isParityInSoftware: boolean;
  /** How many groups have verified so far: by them the speed is found. */
  readonly groupsOk: () => number;
  /** Told in words what happens to a serial device. */
  readonly onNote: (text: string) => void;
  /** Ends the reading of a serial device. */
  readonly signal: AbortSignal;
}

const CHECK_MS = 250;

/** The bytes of a line as they come; of a serial device until `signal`. Throws `cli/file`, and `serial/…` at the first try. */
export async function* openLine(source: LineSource): AsyncGenerator<Uint8Array> {
  if (isTerminal(source.path)) {
    yield* readDevice(source);
    return;
  }
  const { path, signal } = source;
  const stream = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 1 << 16 });
  signal.addEventListener('abort', () => stream.destroy(), { once: true });
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw cliError('cli/file', { path, reason: error.message }, error);
  }
}

/** Whether a path leads to a serial device or pseudo terminal; false for what can not be opened at all. */
export function isTerminal(path: string): boolean {
  try {
    if (path === '-' || !statSync(path).isCharacterDevice()) return false;
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOCTTY | constants.O_NONBLOCK);
    const isOne = isatty(descriptor);
    closeSync(descriptor);
    return isOne;
  } catch {
    return false;
  }
}

async function* readDevice(source: LineSource): AsyncGenerator<Uint8Array> {
  const { path, speedBaud, onNote, signal } = source;
  const queue = new ByteQueue();
  const search = new TicLineSearch({
    speedsBaud: speedBaud === undefined ? TIC_SPEEDS_BAUD : [speedBaud],
    nowMs: performance.now(),
  });
  const settings = () => settingsOf(source, search.speedBaud);
  const line = new SerialLine({
    path,
    ...settings(),
    onBytes: (bytes) => queue.add(bytes),
    onOpen: () => onNote(`${path}: open, listening at ${search.speedBaud} Bd`),
    onClose: (reason) => {
      if (line.counters.opens === 0) queue.fail(reason);
      else onNote(reason.message);
    },
  });
  const timer = watchSpeed(search, { source, change: () => line.change(settings()) });
  signal.addEventListener('abort', () => queue.end(), { once: true });
  try {
    yield* queue.read();
  } finally {
    clearInterval(timer);
    await line.close();
  }
}

/** Seven bits with even parity; a port that can not do that reads eight without. */
function settingsOf(source: LineSource, baud: number): SerialSettings {
  return source.isParityInSoftware
    ? { baud, dataBits: 8, parity: 'none' }
    : { baud, dataBits: 7, parity: 'even' };
}

function watchSpeed(
  search: TicLineSearch,
  of: { source: LineSource; change: () => Promise<void> },
): NodeJS.Timeout {
  let counted = 0;
  let wasFound = false;
  return setInterval(() => {
    const nowMs = performance.now();
    const groups = of.source.groupsOk();
    search.heard(groups - counted, nowMs);
    counted = groups;
    if (search.isFound && !wasFound) of.source.onNote(`groups verify at ${search.speedBaud} Bd`);
    wasFound = search.isFound;
    if (!search.check(nowMs)) return;
    of.source.onNote(`nothing verified, listening at ${search.speedBaud} Bd`);
    // A device that is away is opened at the new speed when it is back; its failure was told already.
    of.change().catch(() => {});
  }, CHECK_MS);
}

/** Bytes that came before somebody took them. */
class ByteQueue {
  #pieces: Uint8Array[] = [];
  #isOver = false;
  #failure: Error | null = null;
  #wake: () => void = () => {};

  add(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.#wake();
  }

  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  fail(reason: Error): void {
    this.#failure = reason;
    this.#wake();
  }

  async *read(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const pieces = this.#pieces;
      this.#pieces = [];
      yield* pieces;
      if (this.#failure !== null) throw this.#failure;
      if (this.#isOver) return;
      if (this.#pieces.length === 0) {
        const woken = new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        await woken;
      }
    }
  }
}
