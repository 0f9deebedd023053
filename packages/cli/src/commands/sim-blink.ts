import { parseHex } from '@kilowink/core/bytes';
import { KEY_BYTES } from '@kilowink/core/report';
import type { EpochMs } from '@kilowink/core/time';
import { isZone } from '@kilowink/core/time';
import { constantLoad, type Load, profileLoad, shiftToNow, wallClockMs } from '@kilowink/sim/load';
import { Command, InvalidArgumentError } from 'commander';
import { type BlinkStatus, type RunBlinkOptions, runBlink } from '../blink/run-blink.ts';
import { readLocalEnergy, SCEAUX_CREDIT, SCEAUX_MINUTE_FILE, toProfile } from '../demo/house.ts';
import { cliError } from '../errors.ts';
import { parseMoment } from '../export/moment.ts';
import { formatCount } from '../term/format.ts';
import { styleFor } from '../term/style.ts';

interface BlinkCommandOptions {
  to: string;
  profile?: string;
  watts?: number;
  speed: number;
  type: number;
  counts: number;
  drop: number;
  delay: number;
  duplicate: number;
  reorder: number;
  rebootEvery?: number;
  seed: number;
  from?: string;
  start?: string;
  duration?: number;
  zone: string;
  report: number;
  id?: string;
  key?: string;
  held: number;
}

const HELP = `
It does what the firmware does: /sensor/up every 500 ms until something answers, then a report every 15 s with the last
windows of 5 s, each in a connection of its own. A server that is away is met again with the next report.

An accelerated sensor (--speed) lives its 5 s windows in less: its uptime says that it has been there for longer than it
has. The server keeps each window once and 5 s long, the newest ending when its report comes, so the windows reach back
to before the sensor was started. Use it to fill a test folder or to load a server, not beside real measurements.

With --report 2 it numbers its windows, measures from its boot on, and keeps what the server does not acknowledge: after an
outage it sends the backlog, oldest first. With --key it signs, and takes no answer that is not signed.

Without --profile or --watts it plays a measured house, at the present time of day:
  ${SCEAUX_CREDIT}`;

/** `kilowink sim blink`: an optical sensor that is not there, over real HTTP. */
export function simBlinkCommand(): Command {
  return new Command('blink')
    .description('An optical sensor that posts reports as the real ones do')
    .requiredOption('--to <url>', 'server to report to, for example http://localhost:8087')
    .option('--profile <file>', 'what the house draws: any file that `kilowink import` reads')
    .option('--watts <power>', 'a house that always draws this', numberFrom(0, 1e6))
    .option(
      '--start <time>',
      'local time in the profile to begin with (default: its last day, the present time of day)',
    )
    .option('--report <version>', 'version of its reports, 1 or 2', wholeFrom(1, 2), 1)
    .option('--id <hex>', 'hardware identity, 16 hex digits (version 2)', hexText(8))
    .option('--key <hex>', 'key, as `kilowink sensor add` gave it (version 2)', hexText(KEY_BYTES))
    .option('--held <number>', 'windows its memory holds (version 2)', wholeFrom(60, 1e6), 17_280)
    .option('--speed <factor>', 'its seconds in a real one', numberFrom(0.001, 10_000), 1)
    .option('--type <hex>', 'sensor type', hexByte, 0)
    .option('--counts <number>', 'windows in a report', wholeFrom(1, 1_000), 10)
    .option('--drop <probability>', 'reports lost', numberFrom(0, 1), 0)
    .option('--delay <ms>', 'reports are late by up to this', numberFrom(0, 3_600_000), 0)
    .option('--duplicate <probability>', 'reports sent twice', numberFrom(0, 1), 0)
    .option('--reorder <probability>', 'reports that come after the next one', numberFrom(0, 1), 0)
    .option('--reboot-every <seconds>', 'mean time between reboots', numberFrom(10, 1e9))
    .option(
      '--seed <number>',
      'the same number gives the same faults',
      wholeFrom(0, Number.MAX_SAFE_INTEGER),
      1,
    )
    .option('--from <address>', 'address of this machine to send from, for example 127.0.0.5')
    .option('--duration <seconds>', 'stop after so much of its time', numberFrom(1, 1e12))
    .option('--zone <zone>', 'zone of the house', 'Europe/Paris')
    .addHelpText('after', HELP)
    .action(simulate);
}

async function simulate(options: BlinkCommandOptions): Promise<void> {
  if (!isZone(options.zone)) {
    throw cliError('cli/usage', {
      reason: `--zone: expected a zone such as Europe/Paris, "${options.zone}" came`,
    });
  }
  const startMs = Date.now();
  const line = statusLine();
  const run = runBlink({ ...sensorOptions(options, startMs), onStatus: line.show });
  const stop = () => void run.stop();
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  await run.done;
  line.end(run.status);
}

function sensorOptions(options: BlinkCommandOptions, startMs: EpochMs): RunBlinkOptions {
  const { rebootEvery, duration } = options;
  return {
    ...numberedOptions(options, startMs),
    load: chooseLoad(options, startMs),
    startMs,
    seed: options.seed,
    sensorType: options.type,
    windowsKept: options.counts,
    speed: options.speed,
    target: { ...parseTarget(options.to), localAddress: options.from },
    network: {
      drop: options.drop,
      delayMsMax: options.delay,
      duplicate: options.duplicate,
      reorder: options.reorder,
    },
    ...(rebootEvery === undefined ? {} : { rebootEveryMs: rebootEvery * 1_000 }),
    ...(duration === undefined ? {} : { durationMs: duration * 1_000 }),
  };
}

/** The identity of a simulated sensor that is not told which. */
const SIMULATED_ID = '51a0000000000000';

function numberedOptions(options: BlinkCommandOptions, startMs: EpochMs): Pick<RunBlinkOptions, 'numbered'> {
  const { report, id = SIMULATED_ID, key, held } = options;
  if (report === 1) {
    if (options.id === undefined && key === undefined) return {};
    throw cliError('cli/usage', { reason: '--id and --key are for --report 2' });
  }
  const bytes = key === undefined ? undefined : parseHex(key);
  return {
    numbered: {
      sensorId: id,
      windowsHeld: held,
      entropy: startMs >>> 0,
      ...(bytes ? { key: bytes } : {}),
    },
  };
}

function chooseLoad(options: BlinkCommandOptions, startMs: EpochMs): Load {
  if (options.watts !== undefined) return constantLoad(options.watts);
  const { zone } = options;
  const profile = toProfile(readLocalEnergy(options.profile ?? SCEAUX_MINUTE_FILE));
  const shiftMs =
    options.start === undefined
      ? shiftToNow(profile, startMs, zone)
      : wallClockMs(startMs, zone) - parseMoment(options.start, '--start', 'UTC');
  return profileLoad({ profile, shiftMs, zone });
}

function parseTarget(text: string): { host: string; port: number } {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url === null || url.protocol !== 'http:') {
    throw cliError('cli/usage', { reason: `--to: expected http://address:port, "${text}" came` });
  }
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 80) };
}

/** One line that is rewritten on a terminal; elsewhere a line for each report. */
function statusLine() {
  const isTerminal = process.stdout.isTTY === true;
  const style = styleFor(process.stdout);
  let shownPosts = -1;
  return {
    show(status: BlinkStatus): void {
      if (isTerminal) {
        process.stdout.write(`\r\x1b[K${statusText(status, style.strong).slice(0, 200)}`);
        return;
      }
      const posts = status.answers + status.failures;
      if (posts !== shownPosts) console.log(statusText(status, (text) => text));
      shownPosts = posts;
    },
    end(status: BlinkStatus): void {
      if (isTerminal) process.stdout.write('\r\x1b[K');
      console.log(statusText(status, style.strong));
    },
  };
}

function statusText(status: BlinkStatus, strong: (text: string) => string): string {
  const parts = [
    strong(`${formatCount(status.powerW).padStart(6)} W`),
    `${formatCount(status.windows)} windows`,
    `${formatCount(status.reportsSent)} reports`,
    `${formatCount(status.answers)} answers`,
  ];
  if (status.failures > 0) parts.push(`${formatCount(status.failures)} without answer`);
  if (status.boots > 1) parts.push(`${formatCount(status.boots - 1)} reboots`);
  if (status.lastAnswer !== '') parts.push(`last: ${status.lastAnswer}`);
  return parts.join('  ');
}

function numberFrom(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (value >= low && value <= high) return value;
    throw new InvalidArgumentError(`Expected a number from ${low} to ${high}.`);
  };
}

function wholeFrom(low: number, high: number): (text: string) => number {
  const parse = numberFrom(low, high);
  return (text) => {
    const value = parse(text);
    if (Number.isInteger(value)) return value;
    throw new InvalidArgumentError('Expected a whole number.');
  };
}

function hexText(bytes: number): (text: string) => string {
  return (text) => {
    if (parseHex(text)?.length === bytes) return text.toLowerCase();
    throw new InvalidArgumentError(`Expected ${2 * bytes} hex digits.`);
  };
}

function hexByte(text: string): number {
  if (/^(0x)?[0-9a-f]{1,2}$/i.test(text)) return Number.parseInt(text.replace(/^0x/i, ''), 16);
  throw new InvalidArgumentError('Expected one byte in hex, 00 to ff.');
}
