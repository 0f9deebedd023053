import { AppError } from '@kilowink/core/error';
import { CommanderError } from 'commander';

/** What a command's process ends with. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  /** A summary was shown and nobody agreed to it: nothing was written. */
  nothingWritten: 3,
} as const;

/** How a failure is told: one clear line, and the exit code. A defect of our own keeps its stack. */
export function describeFailure(error: unknown): { line: string; exitCode: number } {
  if (error instanceof CommanderError) return { line: '', exitCode: error.exitCode === 0 ? 0 : EXIT.usage };
  if (error instanceof AppError) {
    const exitCode = error.code === 'cli/usage' ? EXIT.usage : EXIT.failed;
    return { line: `kilowink: ${error.message}`, exitCode };
  }
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    line: `kilowink: this is a defect of the program, please report it: ${told}`,
    exitCode: EXIT.failed,
  };
}
