import { Command } from 'commander';
import { simBlinkCommand } from './sim-blink.ts';
import { simSmpCommand } from './sim-smp.ts';
import { simTicCommand } from './sim-tic.ts';
import { simWinkyCommand } from './sim-winky.ts';

/** `kilowink sim`: devices that are not there. */
export function simCommand(): Command {
  return new Command('sim')
    .description('Simulated devices')
    .addCommand(simBlinkCommand())
    .addCommand(simSmpCommand())
    .addCommand(simTicCommand())
    .addCommand(simWinkyCommand());
}
