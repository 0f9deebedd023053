#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { Command } from 'commander';
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

/** Each command is loaded when it is called: `import` need not wait for a web server to load. */
const COMMANDS = new Map<string | undefined, () => Promise<Command>>(
  Object.entries({
    serve: async () => (await import('./commands/serve.ts')).serveCommand(),
    import: async () => (await import('./commands/import.ts')).importCommand(),
    export: async () => (await import('./commands/export.ts')).exportCommand(),
    backup: async () => (await import('./commands/backup.ts')).backupCommand(),
    restore: async () => (await import('./commands/restore.ts')).restoreCommand(),
    doctor: async () => (await import('./commands/doctor.ts')).doctorCommand(),
    admin: async () => (await import('./commands/admin.ts')).adminCommand(),
    index: async () => (await import('./commands/index-reading.ts')).indexCommand(),
    correct: async () => (await import('./commands/correct.ts')).correctCommand(),
    scan: async () => (await import('./commands/scan.ts')).scanCommand(),
    sensor: async () => (await import('./commands/sensor.ts')).sensorCommand(),
    series: async () => (await import('./commands/series.ts')).seriesCommand(),
    mqtt: async () => (await import('./commands/mqtt.ts')).mqttCommand(),
    detect: async () => (await import('./commands/detect.ts')).detectCommand(),
    photodiode: async () => (await import('./commands/photodiode.ts')).photodiodeCommand(),
    tic: async () => (await import('./commands/tic.ts')).ticCommand(),
    fw: async () => (await import('./commands/fw.ts')).fwCommand(),
    console: async () => (await import('./commands/console.ts')).consoleCommand(),
    coredump: async () => (await import('./commands/coredump.ts')).coredumpCommand(),
    discover: async () => (await import('./commands/discover.ts')).discoverCommand(),
    smp: async () => (await import('./commands/smp.ts')).smpCommand(),
    sim: async () => (await import('./commands/sim.ts')).simCommand(),
    winky: async () => (await import('./commands/winky.ts')).winkyCommand(),
    config: async () => (await import('./commands/config.ts')).configCommand(),
  }),
);

async function program(called: string | undefined): Promise<Command> {
  const kilowink = new Command('kilowink')
    .description('Measures a home’s electricity at the meter, keeps every measurement, and draws it.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showHelpAfterError('(kilowink --help tells what there is)')
    .addHelpText('after', EXAMPLES)
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'kilowink: ')) })
    .exitOverride();
  const load = COMMANDS.get(called);
  const loads = load === undefined ? [...COMMANDS.values()] : [load];
  for (const each of loads) kilowink.addCommand(withParentsSettings(await each(), kilowink));
  return kilowink;
}

/** Commander hands settings down only to commands it makes itself. */
function withParentsSettings(command: Command, parent: Command): Command {
  command.copyInheritedSettings(parent);
  for (const child of command.commands) withParentsSettings(child, command);
  return command;
}

// What was compiled once is kept, also where nothing told so before this file was loaded (tools/run.cjs does).
enableCompileCache(join(import.meta.dirname, '../../../node_modules/.cache/kilowink'));

// Whoever reads what is printed may have seen enough (`| head`): that ends a command without a word, and never a server.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  if (process.argv[2] !== 'serve') process.exit(0);
});

try {
  await (await program(process.argv[2])).parseAsync();
} catch (error) {
  const { line, exitCode } = describeFailure(error);
  if (line !== '') process.stderr.write(`${line}\n`);
  process.exitCode = exitCode;
}
