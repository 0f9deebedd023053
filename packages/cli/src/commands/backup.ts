import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { backupLines } from '../backup/backup-text.ts';
import { makeBackup } from '../backup/make-backup.ts';
import { machineClock } from '../clock.ts';
import { type FolderOptions, folderOf, withFolderOptions } from '../options/folder.ts';
import { progressBar, styleFor } from '../term/index.ts';

interface BackupOptions extends FolderOptions {
  force?: true;
}

const HELP = `
The archive is a plain tar file for its owner alone: it holds the measurements, the sensors' keys, the broker's users and the
administrator's password (hashed), and the firmware with its public keys. It is made beside a running server and holds what was in the
file at one moment; what waits in the server's memory for its group (store.groupMs, 7 min) is not in it. It is looked through before it
gets its name. The configuration file is not in it. \`kilowink restore\` puts it back.`;

/** `kilowink backup`: everything in the data folder as one file, beside a running server. */
export function backupCommand(): Command {
  return withFolderOptions(new Command('backup'))
    .description('Make one file of everything in the data folder, beside a running server')
    .argument('<file>', 'the archive to make; in a folder, one that is named by the time')
    .option('--force', 'take the place of a file that is there')
    .addHelpText('after', HELP)
    .action(backup);
}

async function backup(file: string, options: BackupOptions): Promise<void> {
  const folder = folderOf(options);
  const path = archivePath(resolve(file));
  const bar = progressBar('Copying');
  const job = { folder, path, force: options.force === true, onProgress: bar.update };
  const { manifest, sizeBytes } = await makeBackup(job).finally(() => bar.end());
  console.log(`${styleFor(process.stdout).good('Backed up')} ${folder} to ${path}`);
  for (const line of backupLines(manifest, sizeBytes)) console.log(line);
}

function archivePath(path: string): string {
  if (!existsSync(path) || !statSync(path).isDirectory()) return path;
  const stamp = new Date(machineClock.wallMs()).toISOString().slice(0, 19).replaceAll(':', '');
  return join(path, `kilowink-${stamp}Z.tar`);
}
