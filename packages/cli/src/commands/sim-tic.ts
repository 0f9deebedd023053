import { createTicLine, createTicMeter, type LineFrame } from '@kilowink/sim/tic';
import { Command, InvalidArgumentError } from 'commander';
import { SCEAUX_CREDIT } from '../demo/house.ts';
import { cliError } from '../errors.ts';
import { type ByteSink, openFileSink, openPtySink } from '../sim-tic/byte-sink.ts';
import {
  addMeterOptions,
  type MeterCommandOptions,
  meterOptions,
  numberFrom,
} from '../sim-tic/meter-options.ts';
import { runTic } from '../sim-tic/run-tic.ts';
import { formatCount } from '../term/format.ts';

interface TicCommandOptions extends MeterCommandOptions {
  to?: string;
  link?: string;
  speed?: number;
  duration?: number;
  start?: Date;
  zero?: Date;
  flip: number;
  lostHead: number;
  cutGroup: number;
  switchEvery?: number;
}

const HELP = `
Without --to it makes a pseudo terminal (with socat) and prints its path: open that as the meter's serial port. With
--to it writes a file, or - the standard output, as fast as it can unless --speed says otherwise.

The indexes count every Wh of the house in the register that the contract says. At its end it prints them, so that
what a receiver stored can be compared.

Without --profile or --watts it plays a measured house, at the present time of day:
  ${SCEAUX_CREDIT}

Examples:
  kilowink sim tic --contract tempo                  a pseudo terminal with a meter on it
  kilowink sim tic --mode standard --phases 3 --producer --roof 5000
  kilowink sim tic --to day.tic --duration 86400     a day of frames, in a file
  kilowink sim tic --flip 0.001 --lost-head 0.2      on a bad line`;

/** `kilowink sim tic`: a French meter's customer output that is not there. */
export function simTicCommand(): Command {
  const command = new Command('tic')
    .description('A French meter whose customer output can be read')
    .option('--to <file>', 'write a file, or - the standard output, instead of a pseudo terminal')
    .option('--link <path>', 'another name for the pseudo terminal');
  return addMeterOptions(command)
    .option('--speed <factor>', 'its seconds in a real one', numberFrom(0.001, 1e9))
    .option('--duration <seconds>', 'stop after so much of its time', numberFrom(1, 1e12))
    .option('--start <time>', 'when it begins, for example 2026-01-12T18:00:00Z (default: now)', moment)
    .option('--zero <time>', 'when that is by this machine’s clock (default: when it is ready)', moment)
    .option('--flip <probability>', 'bytes with a flipped bit', numberFrom(0, 1), 0)
    .option('--lost-head <probability>', 'frames whose first bytes are damaged', numberFrom(0, 1), 0)
    .option('--cut-group <probability>', 'groups with bytes missing', numberFrom(0, 1), 0)
    .option('--switch-every <seconds>', 'the mode changes so often', numberFrom(10, 1e9))
    .addHelpText('after', HELP)
    .action(simulate);
}

async function simulate(options: TicCommandOptions): Promise<void> {
  if (options.to !== undefined && options.speed === undefined && options.duration === undefined) {
    throw cliError('cli/usage', { reason: '--to: say how much with --duration, or how fast with --speed' });
  }
  const zeroMs = options.zero?.getTime();
  const startMs = options.start?.getTime() ?? zeroMs ?? Date.now();
  const meter = createTicMeter(meterOptions(options, startMs));
  const { flip, lostHead, cutGroup, switchEvery } = options;
  const line = createTicLine(meter, { seed: options.seed, noise: { flip, lostHead, cutGroup } });
  const sink = options.to === undefined ? await openPtySink(options.link) : await openFileSink(options.to);
  if (options.to === undefined) console.log(sink.path);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const frames = await runTic({
    line,
    sink,
    startMs,
    speed: options.speed ?? (options.to === undefined ? 1 : Infinity),
    durationMs: options.duration === undefined ? Infinity : options.duration * 1_000,
    ...(zeroMs === undefined ? {} : { zeroMs }),
    signal: stopping.signal,
    onFrame: ({ startMs: atMs }) => {
      if (switchEvery === undefined) return;
      const isSwitched = Math.floor((atMs - startMs) / 1_000 / switchEvery) % 2 === 1;
      meter.setMode(isSwitched === (options.mode === 'standard') ? 'historique' : 'standard');
    },
  });
  await finish(sink, frames, meter.snapshot());
}

/** The truth goes where it does not mix with the line. */
async function finish(sink: ByteSink, frames: number, truth: LineFrame['snapshot']): Promise<void> {
  await sink.close();
  const registers = truth.contract.periods.map((period, i) => {
    return `${period.historicLabel ?? period.ltarf.trim()} ${truth.suppliedWh[i] ?? 0}`;
  });
  process.stderr.write(
    `${formatCount(frames)} frames to ${new Date(truth.atMs).toISOString()}; Wh: ${registers.join(', ')}, total ${truth.drawnWh}, injected ${truth.injectedWh}\n`,
  );
}

function moment(text: string): Date {
  const date = new Date(text);
  if (!Number.isNaN(date.getTime())) return date;
  throw new InvalidArgumentError('Expected a time such as 2026-01-12T18:00:00Z.');
}
