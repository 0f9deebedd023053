import { Worker } from 'node:worker_threads';
import type { ImportAnswer } from '@kilowink/api';
import { AppError, type ErrorKind } from '@kilowink/core/error';
import { serverError } from '../errors.ts';
import type { ImportJob } from './import-job.ts';

/** What the thread that reads a file sends. */
export type ImportReply =
  | { readonly answer: ImportAnswer }
  | { readonly refusal: { readonly code: string; readonly kind: ErrorKind } };

/** Files that wait for the one that is being read, each in memory; more are refused. */
const WAITING_MAX = 3;

/** What reading may take: ten years by half hours as a workbook, several times over. */
const MEMORY_MB_MAX = 256;

/** Reads files, one at a time, each in a thread of its own. */
export class Imports {
  #last: Promise<unknown> = Promise.resolve();
  #count = 0;
  #isClosed = false;
  #worker: Worker | null = null;

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

  /** Ends what is being read: a file is taken in whole or can be taken in again. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker?.terminate();
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
    const worker = new Worker(new URL('import-worker.ts', import.meta.url), {
      workerData: job,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB_MAX },
    });
    this.#worker = worker;
    worker.once('message', resolve);
    worker.once('error', (error: Error & { code?: string }) =>
      reject(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? serverError('file/memory', { name: job.file.name }, error)
          : error,
      ),
    );
    worker.once('exit', () => {
      this.#worker = null;
      reject(serverError('file/stopped'));
    });
    return promise;
  }
}
