// What reads a file, in a thread of its own: a workbook takes seconds, and nothing else may wait for it.
import { parentPort, workerData } from 'node:worker_threads';
import { AppError, assert } from '@kilowink/core/error';
import { systemClock } from '../app/clock.ts';
import { type ImportJob, runImport } from './import-job.ts';
import type { ImportReply } from './imports.ts';

assert(parentPort !== null, 'run as a thread');
const port = parentPort;

async function reply(job: ImportJob): Promise<ImportReply> {
  try {
    return { answer: await runImport(job, systemClock) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message, status, retryable } = error;
    return { refusal: { code, kind: { message, status, retryable } } };
  }
}

port.postMessage(await reply(workerData as ImportJob));
