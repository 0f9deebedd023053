import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { storeError } from '../errors.ts';

/** The database whose lock says that the folder is served; it stays when nobody serves. */
export const LOCK_FILE = 'serve.lock';

/**
 * Takes the folder for the one process that serves it, and returns what releases it. The lock is a transaction held on
 * a small database of its own: the operating system drops it with the process, however that ends. Throws
 * `store/locked` with the number of the process that holds it.
 */
export function lockWriter(folder: string): () => void {
  const pidPath = join(folder, 'serve.pid');
  const database = new DatabaseSync(join(folder, LOCK_FILE), { timeout: 0 });
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw storeError('store/locked', { folder, pid: readPid(pidPath) }, error);
  }
  writeFileSync(pidPath, `${process.pid}\n`);
  return () => database.close();
}

function readPid(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
