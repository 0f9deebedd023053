import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError } from '@kilowink/core/error';
import { storeError } from '../errors.ts';
import { Connection } from './connection.ts';
import { migrate } from './schema.ts';
import { syncFolder } from './sync-folder.ts';

const SUFFIXES = ['', '-journal', '-wal', '-shm'];

/**
 * Makes an empty store where there is none. It gets its name when it is whole and on the medium: a process that ends on
 * the way leaves no store, rather than the beginning of one, which the next start would take for a damaged one. The
 * caller holds the folder's lock.
 */
export function createIfMissing(path: string): void {
  if (existsSync(path)) return;
  const madePath = `${path}.new`;
  try {
    for (const suffix of SUFFIXES) rmSync(madePath + suffix, { force: true });
    const connection = new Connection(madePath, { readOnly: false });
    try {
      connection.exec('PRAGMA synchronous = full');
      migrate(connection);
    } finally {
      // The last one to close it puts the log into the file.
      connection.close();
    }
    renameSync(madePath, path);
    syncFolder(dirname(path));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw storeError('store/failed', { path, reason: String(error) }, error);
  }
}
