import { SIGNING_KINDS } from '@kilowink/link/firmware';
import { Command, Option } from 'commander';
import * as device from '../fw/device-commands.ts';
import { keygen, printPublic, sign } from '../fw/sign.ts';
import { wholeFrom, withDevice } from '../smp/options.ts';

const HELP = `
Examples:
  kilowink fw keygen key.pem > public.pem
  kilowink fw sign --key key.pem --fw-version 1.2.3 zephyr.bin firmware.bin
  kilowink fw info --key public.pem firmware.bin
  kilowink fw update --key public.pem udp://sensor.local firmware.bin
  kilowink fw list serial:///dev/ttyUSB0?baud=115200`;

/** `kilowink fw`: the firmware of sensors. */
export function fwCommand(): Command {
  const fw = new Command('fw')
    .description('Firmware: sign it, bring it onto sensors')
    .addHelpText('after', HELP);
  for (const command of [...deviceCommands(), ...fileCommands()]) fw.addCommand(command);
  return fw;
}

function deviceCommands(): Command[] {
  const key = '--key <file>';
  const keyHelp = 'public key (PEM) that the firmware must be signed with';
  return [
    withDevice(new Command('list')).description('Print what is in a device’s slots').action(device.listSlots),
    new Command('info')
      .description('Print what a firmware file is, or what runs on a device')
      .argument('<file-or-target>', 'a file, or a device')
      .option(key, keyHelp)
      .option('--config <file>', 'configuration file (YAML), for the names of sensors')
      .option('--json', 'print JSON')
      .action(device.info),
    withDevice(new Command('upload'))
      .description('Send firmware into the second slot; goes on where an earlier upload stopped')
      .argument('<file>', 'the image')
      .option(key, keyHelp)
      .option('--upgrade-only', 'refused by the device unless newer than what runs')
      .action(device.upload),
    withDevice(new Command('test'))
      .description('Have the image in the second slot tried at the next start')
      .argument('[hash]', 'the first digits of its hash')
      .action((target, hash, options) => device.setState(target, hash, { ...options, confirm: false })),
    withDevice(new Command('confirm'))
      .description('Have what runs stay, or the image with this hash')
      .argument('[hash]', 'the first digits of its hash')
      .action((target, hash, options) => device.setState(target, hash, { ...options, confirm: true })),
    withDevice(new Command('erase'))
      .description('Erase the second slot')
      .option('--slot <number>', 'another slot', wholeFrom(0, 15), 1)
      .action(device.erase),
    withDevice(new Command('reset'))
      .description('Start a device anew')
      .option('--force', 'even where its application would rather not')
      .action(device.reset),
    withDevice(new Command('update'))
      .description('Upload, try, restart, check and confirm; done again after a break, it goes on')
      .argument('<file>', 'the image')
      .option(key, keyHelp)
      .option('--trial', 'leave it on trial: the next restart brings the old firmware back')
      .action(device.update),
  ];
}

function fileCommands(): Command[] {
  const kind = new Option('--kind <kind>', 'kind of key').choices(SIGNING_KINDS).default('ecdsa-p256');
  const lang = new Option('--lang <form>', 'PEM, or C for the boot loader')
    .choices(['pem', 'c'])
    .default('pem');
  return [
    new Command('sign')
      .description('Make an image for MCUboot, signed with a key')
      .argument('<code>', 'the binary that was built')
      .argument('<image>', 'where the image goes')
      .option('--key <file>', 'private key (PEM): ECDSA-P256 or Ed25519; not signed without it')
      .requiredOption('--fw-version <version>', 'version of the image, 1.2.3 or 1.2.3+4')
      .option('--header-size <bytes>', 'bytes before the code', wholeFrom(32, 65_535), 512)
      .option('--pad-header', 'put the header before the code, which has no room for it')
      .option(
        '--slot-size <bytes>',
        'size of the slot: checked, and filled with --pad',
        wholeFrom(1_024, 2 ** 31),
      )
      .option('--pad', 'fill the slot, with the trailer that has the image tried')
      .option('--confirm', 'fill the slot, with the trailer that has the image stay')
      .option('--align <bytes>', 'bytes the flash writes at once', wholeFrom(1, 8), 4)
      .option(
        '--max-sectors <number>',
        'sectors of a slot the boot loader was built for',
        wholeFrom(1, 4_096),
        128,
      )
      .action(sign),
    new Command('keygen')
      .description('Make a pair of keys; the public one is printed')
      .argument('<file>', 'where the private key goes')
      .addOption(kind)
      .action(keygen),
    new Command('getpub')
      .description('Print the public key of a pair')
      .argument('<file>', 'a key (PEM)')
      .addOption(lang)
      .action(printPublic),
  ];
}
