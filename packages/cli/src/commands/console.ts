import { openConsole } from '@kilowink/link/console';
import { Command } from 'commander';
import { runConsole } from '../console/run-console.ts';
import { openGattPort, releaseDevices, resolveTarget } from '../smp/device.ts';
import { numberFrom } from '../smp/options.ts';

interface ConsoleOptions {
  config?: string;
  log?: string;
  dumps: string | false;
  for?: number;
}

const HELP = `
Ctrl-] leaves. Examples:
  kilowink console serial:///dev/ttyACM0
  kilowink console telnet://192.168.1.40 --log kitchen.log
  kilowink console ble://blink
  echo "kernel uptime" | kilowink console serial:///dev/ttyACM0 --for 2`;

/** `kilowink console`: a device's console on this terminal. */
export function consoleCommand(): Command {
  return new Command('console')
    .description('A device’s console: serial, telnet, or the Nordic UART service over Bluetooth')
    .argument('<target>', 'serial:///dev/…[?baud=…], telnet://host[:port], ble://…, or a sensor’s name')
    .option('--config <file>', 'configuration file (YAML), for the names of sensors')
    .option('--log <file>', 'add all that comes to a file')
    .option('--dumps <folder>', 'where core dumps that are seen are stored', '.')
    .option('--no-dumps', 'do not store core dumps')
    .option('--for <seconds>', 'leave by itself after so long', numberFrom(0.1, 1e9))
    .addHelpText('after', HELP)
    .action(attach);
}

async function attach(text: string, options: ConsoleOptions): Promise<void> {
  const target = resolveTarget(text, options);
  const line = await openConsole(target, () => openGattPort(options.config));
  if (process.stdin.isTTY) console.error(`${line.target}: Ctrl-] leaves`);
  try {
    await runConsole(line, {
      ...{ input: process.stdin, output: process.stdout, tell: (each) => console.error(`kilowink: ${each}`) },
      ...(options.log === undefined ? {} : { log: options.log }),
      ...(options.dumps === false ? {} : { dumps: options.dumps }),
      ...(options.for === undefined ? {} : { durationMs: options.for * 1_000 }),
    });
  } finally {
    await line.close();
    await releaseDevices(target);
  }
}
