import { AppError } from '@kilowink/core/error';
import { type LoadedConfig, loadConfig } from '@kilowink/server/config';
import { Command } from 'commander';
import { machineClock } from '../clock.ts';
import { doctorLines } from '../doctor/doctor-text.ts';
import { examine } from '../doctor/examine.ts';
import { judge } from '../doctor/judge.ts';
import type { Findings, Notice } from '../doctor/report.ts';
import { progressBar, styleFor } from '../term/index.ts';

interface DoctorOptions {
  data?: string;
  config?: string;
  port?: string;
  json?: true;
  thorough?: true;
}

/** What the process ends with, for a timer or a monitor to act on. */
const DOCTOR_EXIT = { fine: 0, attention: 1, unknown: 2 } as const;

const HELP = `
Nothing is written, and a server may run meanwhile; it is asked how much it wrote. Exit codes: 0 fine, 1 something to look at,
2 could not look.`;

/** `kilowink doctor`: how a data folder is, in one look. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Tell how the measurements are kept: soundness, room, growth, gaps, clock')
    .option('-d, --data <folder>', 'where the measurements are (default: `dataDir` of the configuration)')
    .option('-p, --port <port>', 'port of the server to ask (8087)')
    .option('--thorough', 'also open every block and compare every sum with its points')
    .option('--json', 'as JSON')
    .option('--config <file>', 'configuration file (YAML)')
    .addHelpText('after', HELP)
    .action(doctor);
}

async function doctor(options: DoctorOptions): Promise<void> {
  const bar = progressBar('Looking at');
  try {
    const { config } = load(options);
    const found = await examine({
      ...{ config, isThorough: options.thorough === true, clock: machineClock },
      onStep: bar.update,
    }).finally(() => bar.end());
    const notices = judge(found);
    const isFine = notices.every(({ level }) => level !== 'attention');
    process.exitCode = isFine ? DOCTOR_EXIT.fine : DOCTOR_EXIT.attention;
    if (options.json === true) return print(asJson(found, notices));
    const show = { zone: config.site.zone, style: styleFor(process.stdout) };
    for (const line of doctorLines(found, notices, show)) console.log(line);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    process.exitCode = DOCTOR_EXIT.unknown;
    if (options.json === true) print({ verdict: 'unknown', code: error.code, reason: error.message });
    else console.error(`kilowink: could not look: ${error.message}`);
  }
}

function load(options: DoctorOptions): LoadedConfig {
  const given = (flag: string, value: unknown) => (value === undefined ? undefined : { flag, value });
  return loadConfig({
    env: process.env,
    file: options.config,
    options: {
      dataDir: given('--data', options.data),
      port: given('--port', options.port === undefined ? undefined : Number(options.port)),
    },
  });
}

/** The server's own answer is not repeated: who wants it asks for it. */
function asJson({ server, ...found }: Findings, notices: readonly Notice[]): object {
  const isFine = notices.every(({ level }) => level !== 'attention');
  const { state, url } = server;
  return { verdict: isFine ? 'fine' : 'attention', notices, ...found, server: { state, url } };
}

function print(value: object): void {
  console.log(JSON.stringify(value, null, 2));
}
