import { loadConfig } from '@kilowink/server/config';
import { addKey, isSensorId, listKeys, rotateKey } from '@kilowink/server/keys';
import { Command } from 'commander';
import { cliError } from '../errors.ts';
import { formatUtc } from '../term/format.ts';
import { alignColumns } from '../term/index.ts';

interface FolderOptions {
  data?: string;
  config?: string;
}

const HELP = `
A sensor with a key signs its reports, and is refused without the right signature from then on. The key is shown once, for you
to put into the sensor; a running server takes it at once. Keys are in sensors.json in the data folder, for its owner alone.`;

/** `kilowink sensor`: the keys of version 2 sensors. */
export function sensorCommand(): Command {
  const add = withFolder(new Command('add'))
    .description('Make a key for a sensor, and print it once')
    .requiredOption('--id <hex>', 'hardware identity, 16 hex digits')
    .option('--name <name>', 'what people call it')
    .action((options: FolderOptions & { id: string; name?: string }) => {
      const id = sensorId(options.id);
      printKey(addKey(folderOf(options), { id, name: options.name }, Date.now()));
    });
  const list = withFolder(new Command('list'))
    .description('Print the sensors that have a key')
    .option('--json', 'as JSON')
    .action(listSensors);
  const key = withFolder(new Command('key'))
    .description('Make a new key in place of a sensor’s, and print it once')
    .argument('<id>', 'hardware identity, 16 hex digits')
    .option('--rotate', 'make the new key; the old one is refused from then on')
    .action((id: string, options: FolderOptions & { rotate?: boolean }) => {
      if (options.rotate !== true) {
        const reason = 'a key is shown once, when it is made; --rotate makes a new one';
        throw cliError('cli/usage', { reason });
      }
      printKey(rotateKey(folderOf(options), sensorId(id), Date.now()));
    });
  return new Command('sensor')
    .description('Keys of the sensors that sign their reports')
    .addCommand(add)
    .addCommand(list)
    .addCommand(key)
    .addHelpText('after', HELP);
}

function withFolder(command: Command): Command {
  return command
    .option('-d, --data <folder>', 'where the measurements are (default: the XDG data folder)')
    .option('--config <file>', 'configuration file (YAML)');
}

function folderOf({ data, config }: FolderOptions): string {
  const dataDir = data === undefined ? undefined : { flag: '--data', value: data };
  return loadConfig({ env: process.env, file: config, options: { dataDir } }).config.dataDir;
}

function sensorId(text: string): string {
  const id = text.toLowerCase();
  if (isSensorId(id)) return id;
  throw cliError('cli/usage', { reason: `expected a hardware identity of 16 hex digits, "${text}" came` });
}

/** The key alone on standard output, so that it can be piped into what writes it to the sensor. */
function printKey(key: string): void {
  console.log(key);
  console.error('This is the only time the key is shown.');
}

function listSensors(options: FolderOptions & { json?: boolean }): void {
  const sensors = listKeys(folderOf(options)).map(({ key: _, ...shown }) => shown);
  if (options.json === true) {
    console.log(JSON.stringify(sensors, null, 2));
    return;
  }
  if (sensors.length === 0) {
    console.error('No sensor has a key.');
    return;
  }
  const rows = sensors.map(({ id, name, addedMs }) => [id, `key of ${formatUtc(addedMs)}`, name ?? '']);
  for (const line of alignColumns(rows)) console.log(line);
}
