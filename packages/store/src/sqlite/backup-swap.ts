import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@kilowink/core/error';
import type { EpochMs } from '@kilowink/core/time';
import { storeError } from '../errors.ts';
import { lockWriter } from './lock.ts';
import { syncFolder } from './sync-folder.ts';

/*
 * The files of a backup take the places of those in the data folder all together or not at all:
 *
 *   restore.partial/  being unpacked and looked through; given up when interrupted
 *        │ rename: from here on the restore is decided
 *   restore.ready/    what is there is moved to before-restore-<UTC time>/, file by file
 *        │ rename
 *   restore.moved/    its files are moved to their places, then it is removed
 *
 * Whoever opens the store and finds one of the last two finishes the rest before anything is read.
 */

const PARTIAL = 'restore.partial';
const READY = 'restore.ready';
const MOVED = 'restore.moved';
/** In the folder of a restore: what is to be set aside, and where to. */
const PLAN = 'restore-plan.json';

interface Plan {
  readonly keptAt: string;
  readonly names: readonly string[];
}

/** What takes the place of what. */
export interface RestoreJob {
  readonly folder: string;
  /** Every name that a backup may hold; those that this one does not hold are set aside all the same. */
  readonly names: readonly string[];
  readonly nowMs: EpochMs;
  /** Puts the files into the folder given, and looks through them; what it throws ends the restore with nothing changed. */
  readonly unpack: (folder: string) => void | Promise<void>;
}

/**
 * Puts the files of a backup in the place of those in a data folder. What was there is kept beside. Interrupted at any
 * point, the folder holds the old files or, finished when it is opened next, the new ones. Returns where the old ones are.
 * Throws `store/locked` while a server runs on the folder.
 */
export async function restoreInto({ folder, names, nowMs, unpack }: RestoreJob): Promise<string> {
  attempt(folder, () => mkdirSync(folder, { recursive: true, mode: 0o700 }));
  const release = lockWriter(folder);
  const partial = join(folder, PARTIAL);
  try {
    finishRestore(folder);
    attempt(folder, () => {
      rmSync(partial, { recursive: true, force: true });
      mkdirSync(partial, { mode: 0o700 });
    });
    try {
      await unpack(partial);
    } catch (error) {
      rmSync(partial, { recursive: true, force: true });
      throw error;
    }
    const keptAt = `before-restore-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')}`;
    const plan: Plan = { keptAt, names };
    attempt(folder, () => {
      writeFileSync(join(partial, PLAN), JSON.stringify(plan), { flush: true });
      syncFolder(partial);
      renameSync(partial, join(folder, READY));
      syncFolder(folder);
    });
    finishRestore(folder);
    return join(folder, keptAt);
  } finally {
    release();
  }
}

/** Finishes a restore that was decided and interrupted. The caller holds the folder's lock. */
export function finishRestore(folder: string): void {
  const ready = join(folder, READY);
  const moved = join(folder, MOVED);
  attempt(folder, () => {
    if (existsSync(ready)) {
      const plan = JSON.parse(readFileSync(join(ready, PLAN), 'utf8')) as Plan;
      const kept = join(folder, plan.keptAt);
      mkdirSync(kept, { recursive: true, mode: 0o700 });
      for (const name of plan.names) moveIfThere(join(folder, name), join(kept, name));
      syncFolder(kept);
      syncFolder(folder);
      renameSync(ready, moved);
    }
    if (!existsSync(moved)) return;
    for (const name of readdirSync(moved)) {
      if (name !== PLAN) renameSync(join(moved, name), join(folder, name));
    }
    syncFolder(folder);
    rmSync(moved, { recursive: true });
  });
}

/** Throws `store/restoring` where a restore was decided and is not finished: what is there is neither old nor new. */
export function assertNoRestore(folder: string): void {
  if (existsSync(join(folder, READY)) || existsSync(join(folder, MOVED))) {
    throw storeError('store/restoring', { folder });
  }
}

function moveIfThere(from: string, to: string): void {
  if (existsSync(from)) renameSync(from, to);
}

function attempt(folder: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw storeError('store/failed', { path: folder, reason: String(error) }, error);
  }
}
