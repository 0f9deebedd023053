import { Command, InvalidArgumentError } from 'commander';
import { sendFrames } from '../tic/send-frames.ts';

interface SendCommandOptions {
  to?: string;
  baud?: number;
  repeat?: true;
}

const SPEED_MAX_BAUD = 1_000_000;

const HELP = `
Without --to it makes a pseudo terminal (with socat) and prints its path: open that as the meter's serial port. Bytes
go at the speed of their mode, 1200 or 9600 Bd; --baud 0 is as fast as it goes, which into a file is the default.
A pseudo terminal that nobody reads loses bytes, as a line does.

Examples:
  kilowink tic send capture.bin --repeat              a meter that says the same for ever
  kilowink tic send one.bin two.bin --to /dev/ttyUSB1
  kilowink tic send one.bin two.bin --to both.bin     one file of two`;

/** `kilowink tic send`: captured frames, played again. */
export function ticSendCommand(): Command {
  return new Command('send')
    .description('Play captured frames to a pseudo terminal, a serial device or a file')
    .argument('<file...>', 'captures; - for the standard input')
    .option('--to <path>', 'serial device or file; - for the standard output (default: a pseudo terminal)')
    .option('--baud <speed>', 'bits a second; 0 is as fast as it goes', speedBaud)
    .option('--repeat', 'begin again at the end')
    .addHelpText('after', HELP)
    .action(send);
}

async function send(files: string[], options: SendCommandOptions): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const { to, baud, repeat } = options;
  const sent = await sendFrames({
    files,
    to,
    speedBaud: baud,
    isRepeated: repeat === true,
    onOpen: (path) => void process.stdout.write(`${path}\n`),
    signal: stopping.signal,
  });
  process.stderr.write(`kilowink: sent ${sent} bytes\n`);
}

function speedBaud(text: string): number {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (value <= SPEED_MAX_BAUD) return value;
  throw new InvalidArgumentError(`Expected a whole number from 0 to ${SPEED_MAX_BAUD}.`);
}
