import { command } from '../command.ts';
import { field, listOf, optional, struct, text, whole } from '../wire-type.ts';

/** The device's command line. Source: Zephyr, SMP group 9. */
export const SHELL_GROUP = 9;

/** Runs a command of the device’s shell. */
export const shellExecute = command({
  name: 'shell exec',
  doc: 'Runs a command of the device’s shell.',
  ...{ group: SHELL_GROUP, id: 0, operation: 'write', duration: 'long' },
  isRepeatable: false,
  rcIsValue: true,
  request: { words: field('argv', listOf(text), 'The command and what it is given') },
  reply: struct({
    output: field('o', text, 'What it printed'),
    exitCode: optional('ret', whole, 'What it returned; 0 is success'),
    exitCodeOld: optional('rc', whole, 'The same, from servers that use the name of an error for it'),
  }),
});
