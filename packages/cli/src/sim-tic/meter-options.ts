import type { EpochMs } from '@kilowink/core/time';
import { CONTRACT_NAMES, type ContractName, type TicMeterOptions, type TicMode } from '@kilowink/sim/tic';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { houseLoad, roofLoad } from './house-load.ts';

/** Options that say which meter it is, for every command that simulates one. */
export interface MeterCommandOptions {
  contract: ContractName;
  phases: 1 | 3;
  mode: TicMode;
  kva?: number;
  producer?: true;
  roof?: number;
  watts?: number;
  profile?: string;
  serial?: string;
  index?: number[];
  seed: number;
}

export function addMeterOptions(command: Command): Command {
  return command
    .addOption(new Option('--contract <name>', 'contract').choices(CONTRACT_NAMES).default('base'))
    .addOption(new Option('--mode <mode>', 'mode').choices(['historique', 'standard']).default('historique'))
    .option('--phases <number>', '1 or 3', onePhaseOrThree, 1)
    .option('--kva <power>', 'subscribed power (default: 6, with three phases 12)', wholeFrom(1, 36))
    .option('--producer', 'the distributor has set it up for what is injected')
    .option('--roof <watts>', 'a roof that gives so much at noon', numberFrom(0, 1e6))
    .option('--profile <file>', 'what the house draws: any file that `kilowink import` reads')
    .option('--watts <power>', 'a house that always draws this', numberFrom(0, 1e6))
    .option('--serial <digits>', 'serial number, 12 digits', serialNumber)
    .option('--index <Wh,…>', 'its indexes at the start', indexList)
    .option(
      '--seed <number>',
      'the same number gives the same meter',
      wholeFrom(0, Number.MAX_SAFE_INTEGER),
      1,
    );
}

/** The simulated meter that these options describe, alive since before `startMs`. */
export function meterOptions(options: MeterCommandOptions, startMs: EpochMs): TicMeterOptions {
  const { kva, serial, index, roof } = options;
  return {
    load: houseLoad(options, startMs),
    ...(roof === undefined ? {} : { production: roofLoad(roof) }),
    phases: options.phases,
    contract: options.contract,
    mode: options.mode,
    isProducer: options.producer === true,
    startMs,
    seed: options.seed,
    ...(kva === undefined ? {} : { subscribedKva: kva }),
    ...(serial === undefined ? {} : { serial }),
    ...(index === undefined ? {} : { startIndexesWh: index }),
  };
}

function onePhaseOrThree(text: string): 1 | 3 {
  if (text === '1') return 1;
  if (text === '3') return 3;
  throw new InvalidArgumentError('Expected 1 or 3.');
}

function serialNumber(text: string): string {
  if (/^\d{12}$/.test(text)) return text;
  throw new InvalidArgumentError('Expected 12 digits.');
}

function indexList(text: string): number[] {
  const parse = wholeFrom(0, 999_999_999);
  return text.split(',').map((each) => parse(each));
}

/** A parser of an option: a number within bounds. */
export function numberFrom(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (value >= low && value <= high) return value;
    throw new InvalidArgumentError(`Expected a number from ${low} to ${high}.`);
  };
}

/** The same for whole numbers. */
export function wholeFrom(low: number, high: number): (text: string) => number {
  const parse = numberFrom(low, high);
  return (text) => {
    const value = parse(text);
    if (Number.isInteger(value)) return value;
    throw new InvalidArgumentError('Expected a whole number.');
  };
}
