import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ImportAnswer } from '@kilowink/api';
import { AppError, type ErrorKind } from '@kilowink/core/error';
import { serverError } from '../errors.ts';
import type { ImportJob } from './import-job.ts';

/** What the process that reads a file sends. */
export type ImportReply =
  | { readonly answer: ImportAnswer }
  | { readonly refusal: { readonly code: string; readonly kind: ErrorKind } };

const PROCESS = fileURLToPath(new URL('import-process.ts', import.meta.url));

/** Files that wait for the one that is being read, each in memory; more are refused. */
const WAITING_MAX = 3;

/** What the objects made of a file may take: ten years by half hours as a workbook fit. */
const HEAP_MB_MAX = 256;

/** So much of what a process that failed said is told. */
const REASON_LENGTH_MAX = 2_000;

/** Reads files, one at a time, each in a process of its own, whose memory goes with it. */
export class Imports {
  #last: Promise<unknown> = Promise.resolve();
  #count = 0;
  #isClosed = false;
  #process: ChildProcess | null = null;
  readonly #heapMbMax: number;

  constructor(heapMbMax = HEAP_MB_MAX) {
    this.#heapMbMax = heapMbMax;
  }

  /**
   * Reads a file and tells what it holds, or takes it in. A file that nobody waits for any more is not begun. Throws `file/…`,
   * and what the store throws.
   */
  async run(job: ImportJob, isAwaited: () => boolean): Promise<ImportAnswer> {
    if (this.#count > WAITING_MAX) throw serverError('file/busy');
    this.#count += 1;
    const turn = this.#last.then(() => this.#begin(job, isAwaited));
    this.#last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#count -= 1;
    }
  }

  /** Ends what is being read: what of a file was not taken in is when it is given again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#process?.kill();
    await this.#last;
  }

  async #begin(job: ImportJob, isAwaited: () => boolean): Promise<ImportAnswer> {
    if (this.#isClosed || !isAwaited()) throw serverError('file/stopped');
    const reply = await this.#ask(job);
    if ('answer' in reply) return reply.answer;
    const { code, kind } = reply.refusal;
    throw new AppError(code, kind, {});
  }

  #ask(job: ImportJob): Promise<ImportReply> {
    const { promise, resolve, reject } = Promise.withResolvers<ImportReply>();
    const child = fork(PROCESS, {
      execArgv: [`--max-old-space-size=${this.#heapMbMax}`],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process = child;
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-REASON_LENGTH_MAX);
    });
    child.once('message', (reply) => resolve(reply as ImportReply));
    child.once('error', (error) => reject(this.#failureOf(job, String(error))));
    child.once('close', () => {
      this.#process = null;
      reject(this.#failureOf(job, said));
    });
    child.send(job, (error) => {
      if (error !== null) child.kill();
    });
    return promise;
  }

  /** Why a process ended that sent nothing. */
  #failureOf({ file: { name } }: ImportJob, said: string): AppError {
    if (this.#isClosed) return serverError('file/stopped');
    if (said.includes('heap out of memory')) return serverError('file/memory', { name });
    return serverError('file/failed', { name, reason: said.trim() });
  }
}
