import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
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

/** Firmware for sensors, and in a folder of its own the keys that it must be signed with: without them any would be taken. */
const FIRMWARE_FOLDER = 'firmware';
const FIRMWARE_FILE = /^firmware\/(?:keys\/)?[^/\0]+$/;

/** As much as an archive has room for. */
const NAME_BYTES_MAX = 100;

/** The files of firmware that are there, by their names below the data folder. */
export function firmwareFiles(folder: string): string[] {
  return [FIRMWARE_FOLDER, `${FIRMWARE_FOLDER}/keys`].flatMap((below) => {
    const path = join(folder, below);
    if (!existsSync(path)) return [];
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map(({ name }) => `${below}/${name}`)
      .sort();
  });
}

/** Everything a restore takes the place of. */
export const RESTORED_NAMES = [
  ...[STORE_FILE, `${STORE_FILE}-wal`, `${STORE_FILE}-shm`],
  ...SIDE_FILES,
  FIRMWARE_FOLDER,
] as const;

const ARCHIVED_NAMES: readonly string[] = [STORE_FILE, ...SIDE_FILES];

/** Whether an archive may hold a file of that name beside its manifest: one that stays in the data folder. */
export function isArchivedName(name: string): boolean {
  if (ARCHIVED_NAMES.includes(name)) return true;
  return FIRMWARE_FILE.test(name) && !/\/\.\.?$/.test(name) && Buffer.byteLength(name) <= NAME_BYTES_MAX;
}

/** In the data folder: when the last backup was made, and where to. */
export const LAST_BACKUP_FILE = 'last-backup.json';
