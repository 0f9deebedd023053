import { STORE_FILE } from '@kilowink/store';

/**
 * What a data folder holds beside the measurements: sensors' keys, who may use the broker, who may administer, and what the
 * broker and Home Assistant were told. All of it is for the owner alone.
 */
export const SIDE_FILES = [
  'sensors.json',
  'mqtt-users.json',
  'admin.json',
  'mqtt-retained.json',
  'home-assistant.json',
] as const;

/** Those of them that are secrets. */
export const SECRET_FILES = ['sensors.json', 'mqtt-users.json', 'admin.json'] as const;

/** Everything a restore takes the place of. */
export const RESTORED_NAMES = [STORE_FILE, `${STORE_FILE}-wal`, `${STORE_FILE}-shm`, ...SIDE_FILES] as const;

/** What an archive may hold beside its manifest. */
export const ARCHIVED_NAMES: readonly string[] = [STORE_FILE, ...SIDE_FILES];

/** In the data folder: when the last backup was made, and where to. */
export const LAST_BACKUP_FILE = 'last-backup.json';
