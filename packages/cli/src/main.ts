#!/usr/bin/env node
import { Command } from 'commander';
import { configCommand } from './commands/config.ts';
import { exportCommand } from './commands/export.ts';
import { importCommand } from './commands/import.ts';
import { serveCommand } from './commands/serve.ts';
import { simCommand } from './commands/sim.ts';
import { describeFailure } from './failure.ts';
import { VERSION } from './version.ts';

const EXAMPLES = `
Examples:
  kilowink serve                         take reports and show them at http://localhost:8087/stats
  kilowink serve --demo                  the same with a house that is not yours, until you stop it
  kilowink import measures.csv           take in the old server's file, after a summary and a question
  kilowink export --step 1d -o days.csv  energy by day
  kilowink sim blink --to http://localhost:8087
                                         a simulated optical sensor that reports to a server`;

function program(): Command {
  const kilowink = new Command('kilowink')
    .description('Measures a home’s electricity at the meter, keeps every measurement, and draws it.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showHelpAfterError('(kilowink --help tells what there is)')
    .addHelpText('after', EXAMPLES)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'kilowink: ')) })
    .exitOverride();
  for (const make of [serveCommand, importCommand, exportCommand, simCommand, configCommand]) {
    kilowink.addCommand(withParentsSettings(make(), kilowink));
  }
  return kilowink;
}

/** Commander hands settings down only to commands it makes itself. */
function withParentsSettings(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) withParentsSettings(child, command);
  return command;
}

try {
  await program().parseAsync();
} catch (error) {
  const { line, exitCode } = describeFailure(error);
  if (line !== '') process.stderr.write(`${line}\n`);
  process.exitCode = exitCode;
}
