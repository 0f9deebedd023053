import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@kilowink/core/error';
import { storeError } from '../errors.ts';
import { Connection } from './connection.ts';

/** The database whose lock says that the folder is served; it stays when nobody serves. */
export const LOCK_FILE = 'serve.lock';

/**
 * Takes the folder for the one process that serves it, and returns what releases it. The lock is a transaction held on
 * a small database of its own: the operating system drops it with the process, however that ends. Throws
 * `store/locked` with the number of the process that holds it, `store/full` where that number has no room, and `store/failed` where the folder
 * refuses it.
 */
export function lockWriter(folder: string): () => void {
  const pidPath = join(folder, 'serve.pid');
  let lock: Connection | undefined;
  try {
    lock = new Connection(join(folder, LOCK_FILE), { readOnly: false, busyMs: 0 });
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    const isTaken = error instanceof AppError && error.code === 'store/busy';
    throw isTaken ? storeError('store/locked', { folder, pid: readPid(pidPath) }, error) : error;
  }
  const held = lock;
  try {
    writeFileSync(pidPath, `${process.pid}\n`);
  } catch (error) {
    held.close();
    throw refusalOf(error, pidPath);
  }
  return () => held.close();
}

/** A full disk, a quota or a limit of the process, and a folder that refuses it, are told as the store's own writes tell them. */
function refusalOf(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
    return storeError('store/full', { path, reason: String(code) }, error);
  return storeError('store/failed', { path, reason: String(error) }, error);
}

function readPid(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}

/** The number of the process that serves the folder; null where none does. Nothing is written. */
export function servingProcess(folder: string): string | null {
  const path = join(folder, LOCK_FILE);
  if (!existsSync(path)) return null;
  let lock: Connection | undefined;
  try {
    lock = new Connection(path, { readOnly: true, busyMs: 0 });
    lock.row('SELECT count(*) FROM sqlite_schema');
    return null;
  } catch (error) {
    const isTaken = error instanceof AppError && error.code === 'store/busy';
    return isTaken ? readPid(join(folder, 'serve.pid')) : null;
  } finally {
    lock?.close();
  }
}
