import { removeAdminPassword, setAdminPassword } from '@kilowink/server/admin';
import { Command } from 'commander';
import { machineClock } from '../clock.ts';
import { type FolderOptions, folderOf, withFolderOptions } from '../options/folder.ts';
import { readPassword } from '../term/read-secret.ts';

interface AdminOptions extends FolderOptions {
  passwordStdin?: true;
  remove?: true;
}

const HELP = `
Who knows it can log in on the page and there correct measurements, enter readings of the meter and update sensors. A running
server takes a change at once, and who was logged in has to log in again. Without a password nothing can be changed over the
network.`;

/** `kilowink admin`: who may change things over the network. */
export function adminCommand(): Command {
  const password = withFolderOptions(new Command('password'))
    .description('Make the administrator’s password, and print it once')
    .option('--password-stdin', 'take it from standard input')
    .option('--remove', 'have none')
    .action(changePassword);
  return new Command('admin')
    .description('Who may change things over the network')
    .addCommand(password)
    .addHelpText('after', HELP);
}

async function changePassword(options: AdminOptions): Promise<void> {
  const folder = folderOf(options);
  if (options.remove === true) return removeAdminPassword(folder);
  const given = options.passwordStdin === true ? await readPassword() : undefined;
  const password = await setAdminPassword(folder, { password: given, nowMs: machineClock.wallMs() });
  if (given !== undefined) return;
  console.log(password);
  console.error('This is the only time the password is shown.');
}
