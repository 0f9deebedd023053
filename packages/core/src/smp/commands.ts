import type { Command } from './command.ts';
import * as basic from './groups/basic.ts';
import * as enumeration from './groups/enumeration.ts';
import * as files from './groups/files.ts';
import * as image from './groups/image.ts';
import * as os from './groups/os.ts';
import * as settings from './groups/settings.ts';
import * as shell from './groups/shell.ts';
import * as statistics from './groups/statistics.ts';

/** Every command there is a row for, in the order of group and number. */
export const COMMANDS: readonly Command[] = [
  os,
  image,
  statistics,
  settings,
  files,
  shell,
  enumeration,
  basic,
]
  .flatMap((group) => Object.values(group) as unknown[])
  .filter(isCommand)
  // Of two with one number, the reading one comes first.
  .sort(
    (left, right) =>
      left.group - right.group || left.id - right.id || left.operation.localeCompare(right.operation),
  );

function isCommand(value: unknown): value is Command {
  return typeof value === 'object' && value !== null && 'operation' in value;
}

/** The rows of each group, in the order of the groups' numbers. */
export const COMMAND_GROUPS: readonly { readonly group: number; readonly commands: readonly Command[] }[] = [
  ...new Set(COMMANDS.map(({ group }) => group)),
].map((group) => ({ group, commands: COMMANDS.filter((each) => each.group === group) }));

/** The row of a request with this group, number and operation; undefined when none is known. */
export function findCommand(group: number, id: number, isWrite: boolean): Command | undefined {
  return COMMANDS.find(
    (each) => each.group === group && each.id === id && (each.operation === 'write') === isWrite,
  );
}
