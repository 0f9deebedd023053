import { writeFile } from 'node:fs/promises';
import type { Load } from '@kilowink/sim/load';
import { CONTRACT_NAMES, type TicMeterOptions } from '@kilowink/sim/tic';
import { Command } from 'commander';
import { SCEAUX_CREDIT } from '../demo/house.ts';
import { cliError } from '../errors.ts';
import {
  addMeterOptions,
  type MeterCommandOptions,
  meterOptions,
  numberFrom,
  wholeFrom,
} from '../sim-tic/meter-options.ts';
import { createMember, type FleetStatus, type MemberTruth, runFleet } from '../sim-winky/fleet.ts';
import { createPublisher } from '../sim-winky/publisher.ts';
import { formatCount } from '../term/format.ts';

interface WinkyCommandOptions extends MeterCommandOptions {
  to: string;
  count: number;
  name: string;
  mixed?: true;
  speed: number;
  duration?: number;
  start?: string;
  zero?: string;
  charged?: true;
  flip: number;
  username?: string;
  password?: string;
  truth?: string;
}

const HELP = `
Each gateway has its own meter and house, lives on what the meter's socket gives, and publishes whole verified frames
to kilowink/<name>/tic at QoS 1, with a connection for each and a clean goodbye. While the broker is away it keeps the
minutes' lowest, mean and highest power and tells them later.

An accelerated fleet (--speed) draws, by a server's clock, more than its meters allow, and a server holds such jumps back
until they are confirmed. Give the server a clock that is as fast: faketime -f '+0 x60' kilowink serve. Several simulators
agree on the time when they are told the same --zero.

With --truth it writes what each meter showed at the end, and the last frame that the broker acknowledged, so that what
a server stored can be compared to the Wh.

Without --profile or --watts the houses are measured ones, each at another time of day:
  ${SCEAUX_CREDIT}

Examples:
  kilowink sim winky --to mqtt://localhost:1883
  kilowink sim winky --to mqtt://localhost:1883 --count 100 --mixed --speed 60 --duration 3600 --truth truth.json`;

/** `kilowink sim winky`: gateways that are not there, over real MQTT. */
export function simWinkyCommand(): Command {
  const command = new Command('winky')
    .description('Gateways on meters’ sockets, publishing over real MQTT')
    .requiredOption('--to <url>', 'broker: mqtt://, mqtts://, ws:// or wss://')
    .option('--count <number>', 'how many', wholeFrom(1, 10_000), 1)
    .option('--name <name>', 'name of the sensor; of many: name-1, name-2, …', 'winky')
    .option('--mixed', 'all contracts, phases and modes in turn');
  return addMeterOptions(command)
    .option('--speed <factor>', 'their seconds in a real one', numberFrom(0.001, 1e9), 1)
    .option('--duration <seconds>', 'stop after so much of their time', numberFrom(1, 1e12))
    .option('--start <time>', 'when they begin, for example 2026-01-12T18:00:00Z (default: now)')
    .option('--zero <time>', 'when that is by this machine’s clock (default: when they are ready)')
    .option('--charged', 'begin with full capacitors')
    .option('--flip <probability>', 'bytes on the line with a flipped bit', numberFrom(0, 1), 0)
    .option('--username <name>', 'for the broker')
    .option('--password <text>', 'for the broker')
    .option('--truth <file>', 'at the end write what each meter shows, as JSON')
    .addHelpText('after', HELP)
    .action(simulate);
}

async function simulate(options: WinkyCommandOptions): Promise<void> {
  const zeroMs = options.zero === undefined ? undefined : Date.parse(options.zero);
  const startMs = options.start === undefined ? (zeroMs ?? Date.now()) : Date.parse(options.start);
  const url = URL.parse(options.to);
  if (Number.isNaN(startMs + (zeroMs ?? 0)) || url === null || !/^(mqtts?|wss?):$/.test(url.protocol)) {
    const reason =
      '--to: expected mqtt://address:port; --start, --zero: expected a time such as 2026-01-12T18:00:00Z';
    throw cliError('cli/usage', { reason });
  }
  const { username, password } = options;
  const login = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const line = statusLine(startMs);
  const truth = await runFleet({
    members: Array.from({ length: options.count }, (_, i) => memberOf(options, startMs, i)),
    publish: createPublisher(options.to, { connectTimeout: 10_000, ...login }),
    startMs,
    speed: options.speed,
    durationMs: options.duration === undefined ? Infinity : options.duration * 1_000,
    ...(zeroMs === undefined ? {} : { zeroMs }),
    signal: stopping.signal,
    onProgress: line.show,
  });
  line.end(truth);
  if (options.truth !== undefined) await writeTruth(options.truth, truth);
}

function memberOf(options: WinkyCommandOptions, startMs: number, index: number) {
  const { count, name, mixed, charged, flip } = options;
  const meter = { ...meterOptions(options, startMs), seed: options.seed + 1_000 * index };
  return createMember({
    sensor: count === 1 ? name : `${name}-${index + 1}`,
    meter: {
      ...meter,
      load: laterLoad(meter.load, index * LATER_MS),
      ...(count === 1
        ? {}
        : { serial: `0419${meter.phases === 1 ? 61 : 63}${String(index + 1).padStart(6, '0')}` }),
      ...(mixed === true ? mixedForm(index) : {}),
    },
    noise: { flip },
    startV: charged === true ? FULL_V : 0,
    bootBase: Math.floor(Date.now() / 1_000),
  });
}

const FULL_V = 4.9;
/** So that no two houses of a fleet do the same at the same time. */
const LATER_MS = 37 * 60_000;

function laterLoad(load: Load, laterMs: number): Load {
  return {
    stretchAt(atMs) {
      const { powerMw, untilMs } = load.stretchAt(atMs - laterMs);
      return { powerMw, untilMs: untilMs + laterMs };
    },
  };
}

function mixedForm(index: number): Pick<TicMeterOptions, 'contract' | 'phases' | 'mode'> {
  const contract = CONTRACT_NAMES[index % CONTRACT_NAMES.length] ?? 'base';
  const turn = Math.floor(index / CONTRACT_NAMES.length);
  return { contract, phases: turn % 2 === 0 ? 1 : 3, mode: turn % 4 < 2 ? 'historique' : 'standard' };
}

async function writeTruth(path: string, truth: readonly MemberTruth[]): Promise<void> {
  try {
    await writeFile(path, `${JSON.stringify(truth, null, 1)}\n`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw cliError('cli/output', { path, reason }, error);
  }
}

/** One line that is rewritten on a terminal; elsewhere one every ten seconds. */
function statusLine(startMs: number) {
  const isTerminal = process.stdout.isTTY === true;
  let shownMs = -Infinity;
  return {
    show(status: FleetStatus): void {
      const nowMs = performance.now();
      if (nowMs - shownMs < (isTerminal ? 200 : 10_000)) return;
      shownMs = nowMs;
      const parts = [
        `${formatCount(Math.round((status.atMs - startMs) / 1_000))} s`,
        `${formatCount(status.stored)} messages`,
        ...(status.failed === 0 ? [] : [`${formatCount(status.failed)} failed: ${status.lastFailure}`]),
      ];
      const text = parts.join('  ');
      if (isTerminal) process.stdout.write(`\r\x1b[K${text.slice(0, 200)}`);
      else console.log(text);
    },
    end(truth: readonly MemberTruth[]): void {
      if (isTerminal) process.stdout.write('\r\x1b[K');
      const stored = truth.reduce((sum, each) => sum + each.stored, 0);
      const failed = truth.reduce((sum, each) => sum + each.failed, 0);
      const drawnWh = truth.reduce((sum, each) => sum + each.drawnWh, 0);
      console.log(
        `${truth.length} gateways  ${formatCount(stored)} messages  ${formatCount(failed)} failed  meters show ${formatCount(drawnWh)} Wh`,
      );
    },
  };
}
