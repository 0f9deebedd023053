import { command } from '../command.ts';
import { byteString, field, optional, struct, text, whole } from '../wire-type.ts';

/** Settings kept by the firmware. Source: Zephyr, SMP group 3. */
export const SETTINGS_GROUP = 3;

const group = SETTINGS_GROUP;
const nothing = struct({});
const name = field('name', text, 'Full name of the setting, `part/part/name`');

/** Reads a setting as it is stored. */
export const settingsRead = command({
  name: 'settings read',
  doc: 'Reads a setting as it is stored.',
  ...{ group, id: 0, operation: 'read' },
  request: { name, sizeBytesMax: optional('max_size', whole, 'Most bytes wanted') },
  reply: struct({
    value: field('val', byteString, 'The value; what it means only the firmware knows'),
    sizeBytesMax: optional('max_size', whole, 'Most bytes the device can answer, where fewer than wanted'),
  }),
});

/** Changes a setting until the next start, unless it is saved. */
export const settingsWrite = command({
  name: 'settings write',
  doc: 'Changes a setting until the next start, unless it is saved.',
  ...{ group, id: 0, operation: 'write' },
  request: { name, value: field('val', byteString, 'The new value') },
  reply: nothing,
});

/** Deletes a setting from where it is stored. */
export const settingsDelete = command({
  name: 'settings delete',
  doc: 'Deletes a setting from where it is stored.',
  ...{ group, id: 1, operation: 'write', duration: 'long' },
  request: { name },
  reply: nothing,
});

/** Lets what was changed take effect. */
export const settingsCommit = command({
  name: 'settings commit',
  doc: 'Lets what was changed take effect.',
  ...{ group, id: 2, operation: 'write' },
  request: {},
  reply: nothing,
});

/** Loads all settings from where they are stored. */
export const settingsLoad = command({
  name: 'settings load',
  doc: 'Loads all settings from where they are stored.',
  ...{ group, id: 3, operation: 'read', duration: 'long' },
  request: {},
  reply: nothing,
});

/** Stores all settings, or one branch of them. */
export const settingsSave = command({
  name: 'settings save',
  doc: 'Stores all settings, or one branch of them.',
  ...{ group, id: 3, operation: 'write', duration: 'long' },
  request: { name: optional('name', text, 'The branch; all without it') },
  reply: nothing,
});
