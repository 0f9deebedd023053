import { BIND_KEY_BYTES, parseAddress } from '@kilowink/core/advert';
import {
  addKey,
  addKeys,
  isSensorId,
  listBindKeys,
  listKeys,
  rotateKey,
  setBindKey,
} from '@kilowink/server/keys';
import { Command } from 'commander';
import { cliError } from '../errors.ts';
import { homesFault, readHomes } from '../homes/homes-file.ts';
import { type FolderOptions, folderOf, withFolderOptions } from '../options/folder.ts';
import { formatUtc } from '../term/format.ts';
import { alignColumns } from '../term/index.ts';
import { readKey } from '../term/read-secret.ts';

const HELP = `
A sensor with a key signs its reports, and is refused without the right signature from then on. The key is shown once, for you
to put into the sensor; a running server takes it at once. Keys are in sensors.json in the data folder, for its owner alone.

Many at once: --from takes a file of lines id,name (a name may be left out) and prints id,name,key, a line each. A file that has an
identity twice, or one that has a key already, is refused whole, with the lines it stands on.
  kilowink sensor add --from homes.csv > keys.csv`;

/** `kilowink sensor`: the keys of version 2 sensors. */
export function sensorCommand(): Command {
  const add = withFolderOptions(new Command('add'))
    .description('Make a key for a sensor, and print it once; or keep the bind key of a BTHome sensor')
    .option('--id <hex>', 'hardware identity, 16 hex digits')
    .option(
      '--address <address>',
      'Bluetooth address of an encrypted BTHome sensor; its bind key is read from standard input',
    )
    .option('--name <name>', 'what people call it')
    .option('--from <file>', 'keys for all sensors of a file of lines id,name; - is standard input')
    .action(addSensor);
  const list = withFolderOptions(new Command('list'))
    .description('Print the sensors that have a key')
    .option('--json', 'as JSON')
    .action(listSensors);
  const key = withFolderOptions(new Command('key'))
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

async function addSensor(
  options: FolderOptions & { id?: string; address?: string; name?: string; from?: string },
): Promise<void> {
  const { id, address: text, name, from } = options;
  if ([id, text, from].filter((given) => given !== undefined).length !== 1) {
    const reason = 'expected --id of a sensor, --address of a BTHome sensor, or --from and a file';
    throw cliError('cli/usage', { reason });
  }
  if (from !== undefined) {
    addFrom(folderOf(options), from);
    return;
  }
  if (id !== undefined) {
    printKey(addKey(folderOf(options), { id: sensorId(id), name }, Date.now()));
    return;
  }
  const address = parseAddress(text ?? '');
  if (address === null) {
    throw cliError('cli/usage', { reason: `expected a Bluetooth address, "${text}" came` });
  }
  const key = await readKey(BIND_KEY_BYTES, `bind key of ${address}`);
  setBindKey(folderOf(options), { address, key, name }, Date.now());
  console.error(`The bind key of ${address} is kept.`);
}

/** Makes the keys of all sensors of a file, or none of them. */
function addFrom(folder: string, path: string): void {
  const homes = readHomes(path);
  const known = new Set(listKeys(folder).map(({ id }) => id));
  const faults = homes
    .filter(({ id }) => known.has(id))
    .map(({ line, id }) => `line ${line}: ${id} has a key already`);
  if (faults.length > 0) throw homesFault(path, faults);
  console.log('id,name,key');
  for (const { id, name = '', key } of addKeys(folder, homes, Date.now())) {
    console.log(`${id},${/[",]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name},${key}`);
  }
  console.error(`${homes.length} sensors have a key now. This is the only time the keys are shown.`);
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
  const folder = folderOf(options);
  const sensors = listKeys(folder).map(({ key: _, ...shown }) => shown);
  const bound = listBindKeys(folder).map(({ key: _, ...shown }) => shown);
  if (options.json === true) {
    console.log(JSON.stringify([...sensors, ...bound], null, 2));
    return;
  }
  if (sensors.length + bound.length === 0) {
    console.error('No sensor has a key.');
    return;
  }
  const rows = [
    ...sensors.map(({ id, name, addedMs }) => [id, `key of ${formatUtc(addedMs)}`, name ?? '']),
    ...bound.map(({ address, name, addedMs }) => [address, `bind key of ${formatUtc(addedMs)}`, name ?? '']),
  ];
  for (const line of alignColumns(rows)) console.log(line);
}
