import { existsSync, renameSync, rmSync } from 'node:fs';
import type { EpochMs } from '@kilowink/core/time';
import type { Damage } from '../store.ts';
import { salvage } from './salvage.ts';

const COMPANIONS = ['-wal', '-shm'];

/**
 * Sets a damaged store aside and puts in its place a new one with everything that could still be read. The new one is
 * made beside and renamed last, so that a crash on the way leaves either the damaged file or the finished new one.
 */
export function setAside(path: string, reason: string, foundAtMs: EpochMs): Damage {
  const madePath = salvagePath(path);
  removeAll(madePath);
  const stamp = new Date(foundAtMs).toISOString().replaceAll(/[:.]/g, '-');
  const keptAt = `${path}.damaged-${stamp}`;
  const damage = salvage({ path, madePath, keptAt, reason, foundAtMs });
  for (const companion of COMPANIONS)
    if (existsSync(path + companion)) renameSync(path + companion, keptAt + companion);
  if (existsSync(path)) renameSync(path, keptAt);
  renameSync(madePath, path);
  return damage;
}

/** Finishes what a crash interrupted: a new store is complete once the damaged one is out of the way. */
export function finishSetAside(path: string): void {
  const madePath = salvagePath(path);
  if (!existsSync(madePath)) return;
  if (existsSync(path) || existsSync(`${path}-wal`)) removeAll(madePath);
  else renameSync(madePath, path);
}

function salvagePath(path: string): string {
  return `${path}.salvage`;
}

function removeAll(path: string): void {
  for (const suffix of ['', ...COMPANIONS]) rmSync(path + suffix, { force: true });
}
