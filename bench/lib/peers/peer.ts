import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { Agent, get, request } from 'node:http';
import { join } from 'node:path';
import type { EpochMs, Step } from '@kilowink/core/time';
import type { Stock } from '../growth-data.ts';

/** Sums of a sensor by `step` over [`fromMs`, `toMs`); with `raw`, each measurement of it. */
export interface Question {
  /** From 0 on. */
  readonly sensor: number;
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly step: Step;
  readonly raw?: boolean;
  /** Times and sums alone, of a program that otherwise answers with more. */
  readonly alone?: boolean;
}

/** What something took, by the clock and of the processor (all threads), ms. */
export interface Spent {
  readonly ms: number;
  readonly processorMs: number;
}

/** One program that keeps flashes and answers questions of them. */
export interface Peer {
  readonly name: string;
  /** Starts the program on what it has; it may not answer yet when this returns. */
  start(): Promise<void>;
  /** Ends the program and waits until it has. */
  stop(): Promise<void>;
  /** Takes it in and makes it durable; what that took, preparing the input left out. */
  load(stock: Stock): Promise<Spent>;
  /** What it takes on disk once it is at rest. */
  sizeBytes(): number;
  /** Milliseconds until the whole answer was there. */
  ask(question: Question): Promise<number>;
  readonly pid: number;
  /** What is to be said of its figures. */
  readonly note: string;
}

/** Resident memory now and at its highest, MB, as Linux has them. */
export function memory(pid: number): { residentMb: number; peakMb: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mb = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1_024;
  return { residentMb: mb('VmRSS'), peakMb: mb('VmHWM') };
}

/** Processor time of all threads so far, ms: what a busy machine does not stretch. */
export function processorMs(pid: number): number {
  let ns = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      ns += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      // The thread has ended meanwhile.
    }
  }
  return ns / 1e6;
}

/** What is looked at while a program merges its files may be gone the next moment; then it is looked at again. */
const LOOKS_MAX = 10;

/** Bytes of the files below a folder. */
export function folderBytes(folder: string): number {
  for (let look = 1; ; look += 1) {
    try {
      return bytesNow(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || look === LOOKS_MAX) throw error;
    }
  }
}

function bytesNow(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).size;
  }
  return bytes;
}

const started = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});

/** Starts a program, which ends with the benchmark at the latest. */
export function startProgram(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): ChildProcess {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  child.stdout?.resume();
  child.stderr?.resume();
  started.add(child);
  child.once('exit', () => started.delete(child));
  return child;
}

export async function stopProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

const agent = new Agent({ keepAlive: true });

/** Reads the whole answer; rejects where there is none or it is no success. */
export function getBody(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => collect(response, resolve, reject)).once('error', reject);
  });
}

export function postBody(url: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method: 'POST' }, (response) => collect(response, resolve, reject));
    sent.once('error', reject);
    sent.end(body);
  });
}

function collect(
  response: NodeJS.ReadableStream & { statusCode?: number | undefined },
  resolve: (body: string) => void,
  reject: (error: Error) => void,
): void {
  const parts: Buffer[] = [];
  response.on('data', (part: Buffer) => parts.push(part));
  response.once('error', reject);
  response.once('end', () => {
    const body = Buffer.concat(parts).toString();
    if ((response.statusCode ?? 0) < 300) resolve(body);
    else reject(new Error(`${response.statusCode}: ${body.slice(0, 300)}`));
  });
}

/** Asks until it is answered, for at most `waitMs`. */
export async function untilAnswered<T>(body: () => Promise<T>, waitMs = 120_000): Promise<T> {
  const endMs = performance.now() + waitMs;
  for (;;) {
    try {
      return await body();
    } catch (error) {
      if (performance.now() > endMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

export async function timed(body: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await body();
  return performance.now() - startedMs;
}
