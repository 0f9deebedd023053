import { createInterface } from 'node:readline/promises';
import { EXIT } from '../failure.ts';

/** Options of a command that shows what it would do before it does it. */
export interface AgreeOptions {
  yes?: boolean;
  dryRun?: boolean;
}

/** Whether to go on after a preview. Says so, and sets the exit code, where not. */
export async function isAgreed(question: string, { yes, dryRun }: AgreeOptions): Promise<boolean> {
  if (dryRun === true) {
    console.log('\nDry run: nothing was written.');
    return false;
  }
  if (yes === true) return true;
  if (await ask(question)) return true;
  console.log('\nNothing was written.');
  process.exitCode = EXIT.nothingWritten;
  return false;
}

async function ask(question: string): Promise<boolean> {
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) {
    console.error('kilowink: this is no terminal to ask at, and --yes was not given');
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`\n${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
