import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { loadConfig } from '@kilowink/server/config';
import { restoreInto, STORE_FILE } from '@kilowink/store';
import { Command } from 'commander';
import { backupLines } from '../backup/backup-text.ts';
import { RESTORED_NAMES } from '../backup/data-files.ts';
import { openBackup, unpackBackup } from '../backup/read-backup.ts';
import { machineClock } from '../clock.ts';
import { EXIT } from '../failure.ts';
import { progressBar, styleFor } from '../term/index.ts';

interface RestoreOptions {
  data?: string;
  config?: string;
  yes?: true;
}

const HELP = `
The archive is looked through first: the checksum of each file, each page and block of the store, what each series holds. What
was in the data folder is kept beside, in before-restore-<time>. Stop the server first. A restore that is interrupted leaves
the old files, or is finished when the server starts next.`;

/** `kilowink restore`: a backup in the place of what is in the data folder. */
export function restoreCommand(): Command {
  return new Command('restore')
    .description('Put a backup in the place of what is in the data folder, which is kept beside')
    .argument('<file>', 'archive that `kilowink backup` made')
    .option('-d, --data <folder>', 'where the measurements are (default: the XDG data folder)')
    .option('--yes', 'do not ask')
    .option('--config <file>', 'configuration file (YAML)')
    .addHelpText('after', HELP)
    .action(restore);
}

async function restore(file: string, options: RestoreOptions): Promise<void> {
  const { config } = loadConfig({
    env: process.env,
    file: options.config,
    options: { dataDir: options.data === undefined ? undefined : { flag: '--data', value: options.data } },
  });
  const folder = config.dataDir;
  const backup = openBackup(resolve(file));
  for (const line of backupLines(backup.manifest, backup.sizeBytes)) console.log(line);
  const isTaken = existsSync(join(folder, STORE_FILE));
  if (isTaken && options.yes !== true && !(await isAgreed(folder))) {
    process.exitCode = EXIT.nothingWritten;
    return console.log('\nNothing was written.');
  }
  const bar = progressBar('Unpacking');
  const keptAt = await restoreInto({
    ...{ folder, names: RESTORED_NAMES, nowMs: machineClock.wallMs() },
    unpack: (into) => unpackBackup(backup, into, bar.update),
  }).finally(() => bar.end());
  console.log(`\n${styleFor(process.stdout).good('Restored')} into ${folder}.`);
  if (isTaken) console.log(`What was there is in ${keptAt}; remove it when all is well.`);
}

async function isAgreed(folder: string): Promise<boolean> {
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) {
    console.error('kilowink: this is no terminal to ask at, and --yes was not given');
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`\nPut it in the place of what is in ${folder}? [y/N] `);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
