// What reads a file, in a process of its own: a workbook takes seconds and much memory, and the server does without both.
import { AppError } from '@kilowink/core/error';
import { systemClock } from '../app/clock.ts';
import { type ImportJob, runImport } from './import-job.ts';
import type { ImportReply } from './imports.ts';

async function reply(job: ImportJob): Promise<ImportReply> {
  try {
    return { answer: await runImport(job, systemClock) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message, status, retryable } = error;
    return { refusal: { code, kind: { message, status, retryable } } };
  }
}

process.once('message', async (job: ImportJob) => {
  const told = await reply(job);
  // A server that was killed meanwhile hears nothing any more; what was asked for is done.
  if (process.connected) process.send?.(told, () => process.disconnect?.());
});
