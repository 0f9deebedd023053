import { createWriteStream, type WriteStream } from 'node:fs';
import { CoreDumpCollector } from '@kilowink/core/coredump';
import { type ConsoleLine, LineSplitter } from '@kilowink/link/console';
import { storeDump } from '../coredump/dump-store.ts';

/** Ends the console: Ctrl-]. */
const LEAVE = 0x1d;

/** What a console does beside showing text. */
export interface RunConsoleOptions {
  /** A file that all that comes is added to. */
  readonly log?: string;
  /** A folder that core dumps seen in the text are stored in. */
  readonly dumps?: string;
  /** Ends by itself after so long. */
  readonly durationMs?: number;
  readonly input: NodeJS.ReadStream;
  readonly output: { write(bytes: Uint8Array): unknown };
  readonly tell: (line: string) => void;
}

/** Joins a device's console to a terminal until Ctrl-], the end of what is piped in and heard, or the time is over. */
export async function runConsole(line: ConsoleLine, options: RunConsoleOptions): Promise<void> {
  const { input, output, tell } = options;
  const log: WriteStream | null =
    options.log === undefined ? null : createWriteStream(options.log, { flags: 'a' });
  const watch = watchDumps(line.target, options);
  const ended = Promise.withResolvers<void>();
  const stops = [
    line.onBytes((bytes) => {
      output.write(bytes);
      log?.write(bytes);
      watch(bytes);
    }),
    line.onAway((reason) => {
      tell(reason.message);
      if (!line.target.startsWith('serial:')) ended.resolve();
    }),
  ];
  const timer =
    options.durationMs === undefined ? null : setTimeout(() => ended.resolve(), options.durationMs);
  const isTerminal = input.isTTY === true;
  if (isTerminal) input.setRawMode(true);
  const onInput = (chunk: Uint8Array) => {
    const leaveAt = isTerminal ? chunk.indexOf(LEAVE) : -1;
    const typed = leaveAt < 0 ? chunk : chunk.subarray(0, leaveAt);
    if (typed.length > 0) line.write(new Uint8Array(typed)).catch((error: Error) => tell(error.message));
    if (leaveAt >= 0) ended.resolve();
  };
  input.on('data', onInput);
  await ended.promise;
  if (timer !== null) clearTimeout(timer);
  for (const stop of stops) stop();
  input.off('data', onInput);
  input.pause();
  if (isTerminal) input.setRawMode(false);
  await new Promise<void>((resolve) => (log === null ? resolve() : log.end(() => resolve())));
}

function watchDumps(target: string, { dumps, tell }: RunConsoleOptions): (bytes: Uint8Array) => void {
  if (dumps === undefined) return () => {};
  const splitter = new LineSplitter();
  const collector = new CoreDumpCollector();
  return (bytes) => {
    for (const item of splitter.push(bytes).flatMap((line) => collector.push(line))) {
      if (item.kind === 'broken') tell(`a core dump was broken: ${item.reason}`);
      else {
        const origin = { target, collected: new Date().toISOString(), firmware: null };
        tell(`core dump stored: ${storeDump(dumps, item.bytes, origin)}`);
      }
    }
  };
}
