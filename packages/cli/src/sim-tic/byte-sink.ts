import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, createWriteStream, openSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { cliError } from '../errors.ts';

/** Where the bytes of a simulated line go. */
export interface ByteSink {
  /** What a person opens to read it; empty for the standard output. */
  readonly path: string;
  /** Waits where there is no hurry; a pseudo terminal that nobody reads loses bytes, as a line does. */
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** How long a reader has for the last bytes. */
const DRAIN_MS = 2_000;

/** `-` for the standard output, else a file that is written anew. Throws `cli/output`. */
export async function openFileSink(path: string): Promise<ByteSink> {
  if (path === '-') return streamSink('', process.stdout, async () => {});
  const stream = createWriteStream(path);
  try {
    await once(stream, 'open');
  } catch (error) {
    throw cliError('cli/output', { path, reason: reasonOf(error) }, error);
  }
  return streamSink(path, stream, async () => {
    stream.end();
    await once(stream, 'close');
  });
}

function streamSink(path: string, stream: Writable, close: () => Promise<void>): ByteSink {
  return {
    path,
    async write(bytes) {
      if (!stream.write(bytes)) await once(stream, 'drain');
    },
    close,
  };
}

/**
 * A pair of pseudo terminals made by socat: one is written here without ever waiting, the other is there to be opened
 * as a serial port, at `link` if that is given. Throws `sim/pty`.
 */
export async function openPtySink(link?: string): Promise<ByteSink> {
  const end = 'pty,raw,echo=0';
  const child = spawn(
    'socat',
    ['-d', '-d', '-b', '256', end, link === undefined ? end : `${end},link=${link}`],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const [ours, theirs] = await ptyNames(child);
  const descriptor = openSync(ours, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  return {
    path: link ?? theirs,
    async write(bytes) {
      try {
        writeSync(descriptor, bytes);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      }
    },
    async close() {
      closeSync(descriptor);
      if (child.exitCode !== null) return;
      // What was not read is lost with the terminal, and the last frame is the one that is compared.
      await sleep(DRAIN_MS);
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
}

/** Socat tells both names on its standard error. */
async function ptyNames(child: ChildProcess): Promise<[string, string]> {
  const said: string[] = [];
  const names = new Promise<[string, string]>((resolve) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said.push(text);
      const [first, second] = [...said.join('').matchAll(/PTY is (\S+)/g)].map((match) => match[1]);
      if (first !== undefined && second !== undefined) resolve([first, second]);
    });
  });
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (error) => reject(cliError('sim/pty', { reason: reasonOf(error) }, error)));
    child.once('close', () => reject(cliError('sim/pty', { reason: said.join('').trim() })));
  });
  return Promise.race([names, failed]);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
