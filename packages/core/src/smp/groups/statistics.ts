import { command } from '../command.ts';
import { field, listOf, namedMap, struct, text, whole } from '../wire-type.ts';

/** Counters of the firmware. Source: Zephyr, SMP group 2. */
export const STATISTICS_GROUP = 2;

const group = STATISTICS_GROUP;

/** Reads the counters of one group. */
export const statisticsRead = command({
  name: 'statistics read',
  doc: 'Reads the counters of one group.',
  ...{ group, id: 0, operation: 'read' },
  request: { name: field('name', text, 'Name of the group of counters') },
  reply: struct({
    name: field('name', text, 'Name of the group of counters'),
    counters: field('fields', namedMap(whole), 'Each counter by its name'),
  }),
});

/** Lists the groups of counters. */
export const statisticsList = command({
  name: 'statistics list',
  doc: 'Lists the groups of counters.',
  ...{ group, id: 1, operation: 'read' },
  request: {},
  reply: struct({ names: field('stat_list', listOf(text), 'Names of the groups') }),
});
