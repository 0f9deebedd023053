import { writeFile } from 'node:fs/promises';
import { makePlan, type PlanOptions, recordScope } from '@kilowink/sim/winky';
import { Command, Option } from 'commander';
import { cliError } from '../errors.ts';
import { numberFrom, wholeFrom } from '../sim-tic/meter-options.ts';
import { type PlanCommandOptions, planOptions } from '../winky/plan-options.ts';
import { planText } from '../winky/plan-text.ts';
import { scopeSvg } from '../winky/scope-svg.ts';

const HELP = `
A gateway on the meter's socket lives on some 130 mW and needs several times that while its radio is on: capacitors
are filled asleep and emptied awake. This says what a circuit and a program can keep up: how long the first start
takes, how often it can publish, how long it goes on without supply. The theory is in docs/design/winky.md.

The supply is what the specification promises at least, or (--supply strongest) allows at most; a real meter is
between the two: measure its open voltage, and its voltage on 270 Ω.

Examples:
  kilowink winky plan                        the circuit of hardware/winky on the weakest meter
  kilowink winky plan --capacitance 0.47 --join 6 --plot plan.svg
  kilowink winky plan --circuit article      the gateway of the 2022 article`;

/** `kilowink winky`: for those who build one. */
export function winkyCommand(): Command {
  return new Command('winky').description('Gateways on the meter’s socket').addCommand(planCommand());
}

function planCommand(): Command {
  return new Command('plan')
    .description('What a gateway can do with what the meter gives')
    .addOption(
      new Option('--circuit <name>', 'circuit to begin with').choices(['ours', 'article']).default('ours'),
    )
    .addOption(new Option('--supply <which>', 'what the meter gives').choices(['guaranteed', 'strongest']))
    .option('--open-volts <Vrms>', 'measured: voltage without load', numberFrom(1, 20))
    .option('--ohms <ohms>', 'measured: output impedance', numberFrom(1, 10_000))
    .option('--capacitance <F>', 'of all capacitors together', numberFrom(0.01, 100))
    .option('--esr <ohms>', 'their resistance', numberFrom(0.01, 50))
    .option('--leakage <ohms>', 'their leakage', numberFrom(1_000, 1e9))
    .option('--full <V>', 'where the limiting regulator stops', numberFrom(3.5, 5.5))
    .option('--start <V>', 'where the enable pin is let go', numberFrom(3, 5.5))
    .option('--stop <V>', 'where it is pulled', numberFrom(3, 5.5))
    .option('--read <s>', 'to read a whole frame', numberFrom(0.5, 60), 2.1)
    .option('--join <s>', 'to join the Wi-Fi', numberFrom(0.1, 120))
    .option('--publish <s>', 'to publish', numberFrom(0.1, 120))
    .option('--sleep <s>', 'the shortest sleep', wholeFrom(1, 3_600), 30)
    .option('--plot <file>', 'write a picture (SVG) of start, life, outage and return')
    .addHelpText('after', HELP)
    .action(plan);
}

async function plan(given: PlanCommandOptions & { plot?: string }): Promise<void> {
  const options = planOptions(given);
  if (options.circuit.supervisor.stopV >= options.circuit.supervisor.startV) {
    throw cliError('cli/usage', { reason: '--stop has to be below --start' });
  }
  process.stdout.write(planText(makePlan(options), options));
  if (given.plot !== undefined) await writePlot(given.plot, options);
}

const MINUTE_MS = 60_000;

async function writePlot(path: string, options: PlanOptions): Promise<void> {
  const { firstStartMs } = makePlan(options);
  const startMs = Math.min(firstStartMs, 30 * MINUTE_MS);
  const outage = { fromMs: startMs + 6 * MINUTE_MS, toMs: startMs + 10 * MINUTE_MS };
  const durationMs = outage.toMs + 4 * MINUTE_MS;
  const trace = recordScope({ ...options, durationMs, outage, everyMs: 50 });
  const { supervisor, limiter, bank } = options.circuit;
  const svg = scopeSvg(trace, {
    toMs: durationMs,
    title: `${bank.capacitanceF} F on the meter’s socket`,
    levels: [
      { volts: limiter.limitV, name: 'full' },
      { volts: supervisor.startV, name: 'start' },
      { volts: supervisor.stopV, name: 'stop' },
    ],
    phases: [
      { fromMs: 0, toMs: startMs, name: 'first start' },
      { fromMs: startMs, toMs: outage.fromMs, name: 'life' },
      { fromMs: outage.fromMs, toMs: outage.toMs, name: 'outage' },
      { fromMs: outage.toMs, toMs: durationMs, name: 'return' },
    ],
  });
  try {
    await writeFile(path, svg);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw cliError('cli/output', { path, reason }, error);
  }
}
