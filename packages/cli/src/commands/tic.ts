import { Command } from 'commander';
import { ticDecodeCommand } from './tic-decode.ts';
import { ticSendCommand } from './tic-send.ts';

/** `kilowink tic`: a meter's own voice. */
export function ticCommand(): Command {
  return new Command('tic')
    .description('The customer output of French meters')
    .addCommand(ticDecodeCommand())
    .addCommand(ticSendCommand());
}
