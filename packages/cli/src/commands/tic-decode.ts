import type { ProfileTimes } from '@kilowink/core/tic';
import { Command, InvalidArgumentError, Option } from 'commander';
import { cliError } from '../errors.ts';
import { openTextSink } from '../export/text-sink.ts';
import { decodeLine, type LineFormat } from '../tic/decode-line.ts';

interface DecodeCommandOptions {
  raw?: true;
  json?: true;
  table?: true;
  baud?: number;
  parity: 'line' | 'software';
  profileTimes: ProfileTimes;
  frames?: number;
}

const HELP = `
Both modes are told from the bytes. On a serial device it listens at 9600 and 1200 Bd in turn, seven bits with even
parity, until groups verify; --baud sets the speed. A group counts only when checksum, label, length and characters
are right; what is thrown away is told with the reason.

A line of JSON a frame (--json, the default):
  {"mode","complete","groups":{LABEL:{"value","at","raw"}},"discarded":[{"reason","size","text"}],"counters"}
"at" is UTC, of labels that the meter dates. "complete" is false when the start, the end or a group was lost, or
when the meter broke the frame off. Serial number and delivery point are in it: personal data.

Examples:
  kilowink tic decode /dev/ttyUSB0 --table           what the meter says, renewed with each frame
  kilowink tic decode capture.bin | jq .groups.PAPP.value
  kilowink tic decode --raw -                        groups as text with the verdict on each, from the standard input`;

/** `kilowink tic decode`: what a meter says. */
export function ticDecodeCommand(): Command {
  return new Command('decode')
    .description('Decode a meter’s customer output')
    .argument('[file]', 'a capture, a serial device, or - for the standard input', '-')
    .option('--json', 'a line of JSON a frame (the default)')
    .option('--raw', 'groups as text, with the verdict on each')
    .option('--table', 'a view of the meter; on a terminal it renews itself')
    .option('--baud <speed>', 'speed of a serial device (default: it is looked for)', wholeFrom(300, 115_200))
    .addOption(
      new Option('--parity <where>', 'software: bytes have eight bits, of which the top one is even parity')
        .choices(['line', 'software'])
        .default('line'),
    )
    .addOption(
      new Option('--profile-times <form>', 'how the meter writes the times of its day profiles')
        .choices(['auto', 'decimal', 'hexadecimal'])
        .default('auto'),
    )
    .option('--frames <number>', 'stop after so many frames', wholeFrom(1, 1e9))
    .addHelpText('after', HELP)
    .action(decode);
}

async function decode(path: string, options: DecodeCommandOptions): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const sink = openTextSink(undefined);
  const { counters } = await decodeLine(
    {
      path,
      format: formatOf(options),
      speedBaud: options.baud,
      isParityInSoftware: options.parity === 'software',
      profileTimes: options.profileTimes,
      framesMax: options.frames ?? Infinity,
      signal: stopping.signal,
    },
    sink,
  );
  await sink.end();
  if (counters.groupsOk > 0) return;
  const expected = 'expected LF, label, space or tab, data, space or tab, checksum, CR';
  process.stderr.write(
    `kilowink: ${path}: ${counters.bytes} bytes, and not one group in them: ${expected}\n`,
  );
}

function formatOf(options: DecodeCommandOptions): LineFormat {
  const given = (['json', 'raw', 'table'] as const).filter((format) => options[format] === true);
  if (given.length <= 1) return given[0] ?? 'json';
  const came = given.map((format) => `--${format}`).join(' and ');
  throw cliError('cli/usage', { reason: `expected one of --json, --raw and --table, ${came} came` });
}

function wholeFrom(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (value >= low && value <= high) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${low} to ${high}.`);
  };
}
