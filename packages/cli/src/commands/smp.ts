import { Command } from 'commander';
import * as files from '../smp/file-commands.ts';
import { withDevice } from '../smp/options.ts';
import * as os from '../smp/os-commands.ts';
import * as settings from '../smp/settings-commands.ts';

const HELP = `
Examples:
  kilowink smp echo udp://192.168.1.40 hello
  kilowink smp stat kitchen
  kilowink smp settings set kitchen blink/interval 5000 --u32
  kilowink smp shell serial:///dev/ttyUSB0 kernel uptime
  kilowink smp fs get kitchen /lfs/log.txt`;

/** `kilowink smp`: a device asked and told things, over the management protocol that Zephyr speaks. */
export function smpCommand(): Command {
  const smp = new Command('smp')
    .description('Look after a device: ask it, set it, restart it')
    .enablePositionalOptions()
    .addHelpText('after', HELP);
  for (const command of [...osCommands(), settingsCommand(), filesCommand()]) smp.addCommand(command);
  return smp;
}

function osCommands(): Command[] {
  return [
    withDevice(new Command('echo'))
      .description('Have a text come back: shows that somebody is there')
      .argument('[text...]', 'the text', ['hello'])
      .action(os.echo),
    withDevice(new Command('stat'))
      .description('Print the groups of counters, or the counters of one')
      .argument('[group]', 'name of the group')
      .action(os.stat),
    withDevice(new Command('tasks')).description('Print the tasks and their stacks').action(os.tasks),
    withDevice(new Command('pools')).description('Print the memory pools').action(os.pools),
    withDevice(new Command('params')).description('Print what the device can take at once').action(os.params),
    withDevice(new Command('time'))
      .description('Print the device’s clock')
      .option('--set', 'set it to this machine’s first')
      .action(os.time),
    withDevice(new Command('groups')).description('Print the groups of commands it knows').action(os.groups),
    withDevice(new Command('shell'))
      .description('Run a command of the device’s shell')
      .argument('<words...>', 'the command')
      .passThroughOptions()
      .action(os.shell),
    withDevice(new Command('erase-storage'))
      .description('Erase every setting of the device')
      .option('--yes', 'do it')
      .action(os.eraseStorage),
  ];
}

function withValue(command: Command): Command {
  return command
    .option('--hex', 'as hex digits')
    .option('--u8', 'as a number of 8 bits')
    .option('--u16', 'as a number of 16 bits')
    .option('--u32', 'as a number of 32 bits');
}

function settingsCommand(): Command {
  const get = withValue(
    withDevice(new Command('get')).description('Print a setting').argument('<name>', 'its name'),
  );
  const set = withValue(withDevice(new Command('set')).description('Change a setting, and save it'))
    .argument('<name>', 'its name')
    .argument('<value>', 'its value; a text, unless told otherwise')
    .option('--no-save', 'until the device’s next start only');
  const all = new Command('settings').description('Settings that the firmware keeps');
  all
    .addCommand(get.action(settings.getSetting))
    .addCommand(
      set.action((target, name, value, options) => settings.setSetting(target, name, { ...options, value })),
    )
    .addCommand(
      withDevice(new Command('delete'))
        .description('Delete a setting')
        .argument('<name>', 'its name')
        .action(settings.deleteSetting),
    );
  const steps = {
    commit: 'Let what was set take effect',
    load: 'Load all settings from where they are stored',
    save: 'Store all settings',
  } as const;
  for (const step of ['commit', 'load', 'save'] as const) {
    const action = (target: string, options: { json?: boolean }) =>
      settings.allSettings(step, target, options);
    all.addCommand(withDevice(new Command(step)).description(steps[step]).action(action));
  }
  return all;
}

function filesCommand(): Command {
  return new Command('fs')
    .description('Files of the device')
    .addCommand(
      withDevice(new Command('get'))
        .description('Copy a file from the device')
        .argument('<path>', 'absolute path on the device')
        .option('-o, --output <file>', 'where it goes; - prints it (default: its own name)')
        .action(files.getFile),
    )
    .addCommand(
      withDevice(new Command('put'))
        .description('Copy a file onto the device')
        .argument('<file>', 'the file')
        .argument('<path>', 'absolute path on the device')
        .action((target, input, path, options) => files.putFile(target, input, { ...options, path })),
    )
    .addCommand(
      withDevice(new Command('stat'))
        .description('Print how large a file is')
        .argument('<path>', 'absolute path on the device')
        .action(files.statFile),
    )
    .addCommand(
      withDevice(new Command('hash'))
        .description('Print a checksum or hash that the device computes')
        .argument('<path>', 'absolute path on the device')
        .option('--type <type>', 'crc32 or sha256 (default: what the device likes best)')
        .action(files.hashFile),
    )
    .addCommand(
      withDevice(new Command('types'))
        .description('Print which hashes the device can compute')
        .action(files.hashTypes),
    )
    .addCommand(
      withDevice(new Command('close'))
        .description('Let go of a file whose copying was broken off')
        .action(files.closeFile),
    );
}
