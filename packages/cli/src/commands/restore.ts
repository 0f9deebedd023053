import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { restoreInto } from '@kilowink/store';
import { Command } from 'commander';
import { backupLines } from '../backup/backup-text.ts';
import { RESTORED_NAMES } from '../backup/data-files.ts';
import { openBackup, unpackBackup } from '../backup/read-backup.ts';
import { machineClock } from '../clock.ts';
import { type FolderOptions, folderOf, withFolderOptions } from '../options/folder.ts';
import { isAgreed } from '../term/agree.ts';
import { progressBar, styleFor } from '../term/index.ts';

interface RestoreOptions extends FolderOptions {
  yes?: true;
}

const HELP = `
The archive is looked through first: the checksum of each file, each page and block of the store, what each series holds. What
was in the data folder is kept beside, in before-restore-<time>. Stop the server first. A restore that is interrupted leaves
the old files, or is finished when the server starts next.`;

/** `kilowink restore`: a backup in the place of what is in the data folder. */
export function restoreCommand(): Command {
  return withFolderOptions(new Command('restore'))
    .description('Put a backup in the place of what is in the data folder, which is kept beside')
    .argument('<file>', 'archive that `kilowink backup` made')
    .option('--yes', 'do not ask')
    .addHelpText('after', HELP)
    .action(restore);
}

async function restore(file: string, options: RestoreOptions): Promise<void> {
  const folder = folderOf(options);
  const backup = openBackup(resolve(file));
  for (const line of backupLines(backup.manifest, backup.sizeBytes)) console.log(line);
  const isTaken = RESTORED_NAMES.some((name) => existsSync(join(folder, name)));
  const question = `Put it in the place of what is in ${folder}?`;
  if (isTaken && !(await isAgreed(question, options))) return;
  const bar = progressBar('Unpacking');
  const keptAt = await restoreInto({
    ...{ folder, names: RESTORED_NAMES, nowMs: machineClock.wallMs() },
    unpack: (into) => unpackBackup(backup, into, bar.update),
  }).finally(() => bar.end());
  console.log(`\n${styleFor(process.stdout).good('Restored')} into ${folder}.`);
  if (isTaken) console.log(`What was there is in ${keptAt}; remove it when all is well.`);
  else if (readdirSync(keptAt).length === 0) rmdirSync(keptAt);
}
