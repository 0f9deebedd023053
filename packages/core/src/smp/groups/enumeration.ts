import { command } from '../command.ts';
import { field, flag, listOf, optional, struct, text, whole } from '../wire-type.ts';

/** What groups the device knows. Source: Zephyr, SMP group 10. */
export const ENUMERATION_GROUP = 10;

const group = ENUMERATION_GROUP;

/** Counts the groups the device knows. */
export const groupsCount = command({
  name: 'enum count',
  doc: 'Counts the groups the device knows.',
  ...{ group, id: 0, operation: 'read' },
  request: {},
  reply: struct({ count: field('count', whole, 'How many') }),
});

/** Lists the groups the device knows. */
export const groupsList = command({
  name: 'enum list',
  doc: 'Lists the groups the device knows.',
  ...{ group, id: 1, operation: 'read' },
  request: {},
  reply: struct({ groups: field('groups', listOf(whole), 'Their numbers') }),
});

/** Says one group the device knows, for those whose list does not fit a frame. */
export const groupsOne = command({
  name: 'enum single',
  doc: 'Says one group the device knows, for those whose list does not fit a frame.',
  ...{ group, id: 2, operation: 'read' },
  request: { index: optional('index', whole, 'Which, from 0') },
  reply: struct({
    group: field('group', whole, 'Its number'),
    isLast: flag('end', 'None follows'),
  }),
});

/** Describes the groups the device knows. */
export const groupsDetails = command({
  name: 'enum details',
  doc: 'Describes the groups the device knows.',
  ...{ group, id: 3, operation: 'read' },
  request: { groups: optional('groups', listOf(whole), 'Which; all without it') },
  reply: struct({
    groups: field(
      'groups',
      listOf(
        struct({
          group: field('group', whole, 'Its number'),
          name: optional('name', text, 'Its name'),
          commands: optional('handlers', whole, 'How many commands it has'),
        }),
      ),
      'Each group',
    ),
  }),
});
