import { toHex } from '@kilowink/core/bytes';
import { parseCoreDump } from '@kilowink/core/coredump';
import { imageState, shellExecute } from '@kilowink/core/smp';
import { downloadFile, refusalBehind, type SmpClient } from '@kilowink/link/smp-client';
import { Command } from 'commander';
import { describeDump } from '../coredump/dump-report.ts';
import { type DumpOrigin, dumpInLog, storeDump } from '../coredump/dump-store.ts';
import { cliError } from '../errors.ts';
import { readBytes, writeBytes } from '../fw/firmware-file.ts';
import { withClient } from '../smp/device.ts';
import { type DeviceOptions, withDevice } from '../smp/options.ts';

const HELP = `
Examples:
  kilowink coredump show console.log -o dump.bin
  kilowink coredump fetch kitchen --folder dumps
  python3 coredump_gdbserver.py zephyr.elf dump.bin    (Zephyr's script, for gdb)`;

/** `kilowink coredump`: what a device left when it failed. */
export function coredumpCommand(): Command {
  return new Command('coredump')
    .description('What a device left when it failed: collect it, check it, read it')
    .addHelpText('after', HELP)
    .addCommand(
      new Command('show')
        .description('Print what a core dump says; the dump as such, or a log that holds one')
        .argument('<file>', 'a log of a console with #CD: lines, or a dump in its binary form')
        .option('-o, --output <file>', 'write the binary form, for Zephyr’s gdb server script')
        .action(show),
    )
    .addCommand(
      withDevice(new Command('fetch'))
        .description('Fetch the dump that a device keeps, over its shell group or as a file')
        .option('--path <path>', 'the file that holds it; asks the shell, when left out')
        .option('--folder <folder>', 'where it is stored, with what is known of it', '.')
        .option('--erase', 'erase it on the device once it is stored')
        .action(fetchDump),
    );
}

/** The bytes of a dump: as such, or out of a log. */
function dumpBytes(file: Uint8Array, place: string): Uint8Array {
  const isBinary = file[0] === 0x5a && file[1] === 0x45;
  return isBinary ? file : dumpInLog(Buffer.from(file).toString('latin1'), place);
}

function show(path: string, { output }: { readonly output?: string }): void {
  const bytes = dumpBytes(readBytes(path), path);
  if (output !== undefined) writeBytes(output, bytes);
  printDump(bytes, path);
}

function printDump(bytes: Uint8Array, place: string): void {
  const parsed = parseCoreDump(bytes);
  if (!parsed.ok) throw cliError('coredump/broken', { place, reason: parsed.fault.message });
  for (const line of describeDump(parsed.value)) console.log(line);
}

interface FetchOptions extends DeviceOptions {
  readonly path?: string;
  readonly folder: string;
  readonly erase?: boolean;
}

function fetchDump(target: string, options: FetchOptions): Promise<void> {
  return withClient(target, options, async (client) => {
    const { path } = options;
    const shell = async (...words: string[]) => (await client.request(shellExecute, { words })).output;
    const bytes =
      path === undefined
        ? dumpInLog(await shell('coredump', 'print'), client.target)
        : dumpBytes(await downloadFile(client, path), path);
    const stored = storeDump(options.folder, bytes, await originOf(client));
    console.error(stored);
    printDump(bytes, stored);
    if (options.erase === true) await shell('coredump', 'erase');
  });
}

async function originOf(client: SmpClient): Promise<DumpOrigin> {
  const states = await client.request(imageState, {}).catch((error: unknown) => {
    if (refusalBehind(error) === null) throw error;
    return null;
  });
  const running = states?.images.find(({ isActive }) => isActive);
  const firmware =
    running === undefined
      ? null
      : { version: running.version, hash: running.hash === undefined ? '' : toHex(running.hash) };
  return { target: client.target, collected: new Date().toISOString(), firmware };
}
