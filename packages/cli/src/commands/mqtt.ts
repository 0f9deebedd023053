import { addMqttUser, isUserName, listMqttUsers, removeMqttUser } from '@kilowink/server/mqtt';
import { Command } from 'commander';
import { cliError } from '../errors.ts';
import { type FolderOptions, folderOf, withFolderOptions } from '../options/folder.ts';
import { formatUtc } from '../term/format.ts';
import { alignColumns } from '../term/index.ts';
import { readPassword } from '../term/read-secret.ts';

const HELP = `
Users of the embedded broker (mqtt.broker.enabled). While there is none, every client is let in; from the first one on each needs
its name and password. A sensor's user is called as the sensor: it may publish to kilowink/<name>/ alone. A running server takes a
change at once.`;

/** `kilowink mqtt`: the users of the embedded broker. */
export function mqttCommand(): Command {
  const add = withFolderOptions(new Command('add'))
    .description('Add a user, and print the password once')
    .argument('<name>', 'the sensor’s name, or a program’s')
    .option('--all', 'may do everything, as Home Assistant must; else it is a sensor')
    .option('--topic <filter...>', 'further topics a sensor may publish to, such as tele/linky/SENSOR')
    .option('--password-stdin', 'take the password from standard input')
    .action(addUser);
  const list = withFolderOptions(new Command('list'))
    .description('Print the users')
    .option('--json', 'as JSON')
    .action(listUsers);
  const remove = withFolderOptions(new Command('remove'))
    .description('Remove a user')
    .argument('<name>')
    .action((name: string, options: FolderOptions) => removeMqttUser(folderOf(options), name));
  const user = new Command('user')
    .description('Users of the embedded broker')
    .addCommand(add)
    .addCommand(list)
    .addCommand(remove);
  return new Command('mqtt')
    .description('The embedded MQTT broker')
    .addCommand(user)
    .addHelpText('after', HELP);
}

async function addUser(
  name: string,
  options: FolderOptions & { all?: boolean; topic?: string[]; passwordStdin?: boolean },
): Promise<void> {
  if (!isUserName(name)) {
    const reason = `expected a name of letters, digits, hyphens, dots and underscores, "${name}" came`;
    throw cliError('cli/usage', { reason });
  }
  const given = options.passwordStdin === true ? await readPassword() : undefined;
  const password = await addMqttUser(folderOf(options), {
    ...{ name, rights: options.all === true ? 'all' : 'sensor', password: given, nowMs: Date.now() },
    ...(options.topic === undefined ? {} : { topics: options.topic }),
  });
  if (given !== undefined) return;
  console.log(password);
  console.error('This is the only time the password is shown.');
}

function listUsers(options: FolderOptions & { json?: boolean }): void {
  const users = listMqttUsers(folderOf(options)).map(({ salt: _, hash: __, ...shown }) => shown);
  if (options.json === true) {
    console.log(JSON.stringify(users, null, 2));
    return;
  }
  if (users.length === 0) {
    console.error('There is no user: every client is let in.');
    return;
  }
  const rows = users.map(({ name, rights, topics, addedMs }) => [
    name,
    rights === 'all' ? 'everything' : ['its own topics', ...topics].join(', '),
    formatUtc(addedMs),
  ]);
  for (const line of alignColumns(rows)) console.log(line);
}
