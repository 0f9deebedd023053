import { closeSync, fsyncSync, openSync } from 'node:fs';

/** A file that is new in a folder, or has another name, is on the medium once its folder is. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
