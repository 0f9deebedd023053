import { command } from '../command.ts';
import { struct } from '../wire-type.ts';

/** What only Zephyr has. Source: Zephyr, SMP group 63. */
export const BASIC_GROUP = 63;

/** Erases the storage partition: every setting the firmware keeps is lost. */
export const storageErase = command({
  name: 'zephyr storage erase',
  doc: 'Erases the storage partition: every setting the firmware keeps is lost.',
  ...{ group: BASIC_GROUP, id: 0, operation: 'write', duration: 'long' },
  request: {},
  reply: struct({}),
});
