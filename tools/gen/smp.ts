import {
  COMMAND_GROUPS,
  COMMON_REFUSALS,
  type Command,
  type Fields,
  GROUPS,
} from '../../packages/core/src/smp/index.ts';
import { fill, table } from './markdown.ts';

/** The tables of docs/spec/smp.md, from the rows that codec, client and simulated device use. */
export function smpReference(document: string): string {
  const commands = COMMAND_GROUPS.map(({ group, commands: rows }) => {
    const name = GROUPS[group]?.name ?? String(group);
    return [`### Group ${group}: ${name}`, ...rows.map(commandText)].join('\n\n');
  });
  const refusals = [
    refusalTable('Codes that all groups share (`rc`)', COMMON_REFUSALS),
    ...Object.entries(GROUPS).map(([group, { name, refusals: rows }]) =>
      refusalTable(`Codes of group ${group}, ${name} (\`err\`)`, rows),
    ),
  ];
  const filled = fill(document, 'commands', `\n${commands.join('\n\n')}\n`);
  return fill(filled, 'refusals', `\n${refusals.join('\n\n')}\n`);
}

function commandText(command: Command): string {
  const { name, id, operation, doc, isRepeatable, duration } = command;
  const traits = [
    `id ${id}, ${operation}`,
    ...(duration === 'long' ? ['may take seconds'] : []),
    ...(isRepeatable ? [] : ['never sent twice']),
  ];
  const rows = [
    ...fieldRows('request', command.request, ''),
    ...fieldRows('reply', command.reply.fields ?? {}, command.reply.name === 'map' ? '' : '*.'),
  ];
  const head = `**${name}** (${traits.join('; ')}). ${doc}`;
  if (rows.length === 0) return `${head} Request and reply are empty maps.`;
  return `${head}\n\n${table(['In', 'Key', 'Name here', 'Type', 'Meaning'], rows)}`;
}

/** The rows of a map's fields, and below each those of the maps in it. */
function fieldRows(where: string, fields: Fields, prefix: string): string[][] {
  return Object.entries(fields).flatMap(([name, { wire, type, isOptional, fallback, doc }]) => {
    const mayMiss = isOptional || fallback !== undefined ? ', may be missing' : '';
    const row = [where, `\`${prefix}${wire}\``, `\`${name}\``, `${type.name}${mayMiss}`, doc];
    const inner = type.name.startsWith('list') ? '[].' : type.name.startsWith('map by') ? '.*.' : '.';
    return [row, ...fieldRows(where, type.fields ?? {}, `${prefix}${wire}${inner}`)];
  });
}

function refusalTable(
  title: string,
  rows: Readonly<Record<number, { name: string; meaning: string }>>,
): string {
  const lines = Object.entries(rows).map(([code, { name, meaning }]) => [code, `\`${name}\``, meaning]);
  return `**${title}**\n\n${table(['Code', 'Name', 'Meaning'], lines)}`;
}
