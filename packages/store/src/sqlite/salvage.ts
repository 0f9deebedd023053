import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EpochMs } from '@kilowink/core/time';
import type { Damage } from '../store.ts';
import { absorbHotRows } from './absorb.ts';
import { Connection, isDamage } from './connection.ts';
import { scanForPoints } from './page-scan.ts';
import { copyReadable } from './salvage-copy.ts';
import { migrate } from './schema.ts';

/** What to salvage, and into which new file. */
export interface SalvageJob {
  readonly path: string;
  readonly madePath: string;
  /** Where the damaged file will be kept. */
  readonly keptAt: string;
  readonly reason: string;
  readonly foundAtMs: EpochMs;
}

/**
 * Makes a new store from everything that can still be read of a damaged one, and records the damage in it with how
 * much was saved. Only points are taken from blocks: minutes and hours are made again from them.
 */
export function salvage(job: SalvageJob): Damage {
  const made = new Connection(job.madePath, { readOnly: false });
  migrate(made);
  const source = openSource(job, made);
  try {
    const pages = existsSync(job.path) ? scanForPoints(readFileSync(job.path), pageBytesOf(made)) : [];
    const tables = source?.connection ?? null;
    const counts = made.write(() =>
      copyReadable({ tables, pages, isGrafted: source?.isGrafted ?? false }, made, job.foundAtMs),
    );
    absorbHotRows(made);
    const saved = counts.size === 0 ? 'nothing could be read' : `saved ${describe(counts)}`;
    const message = `${job.path}: a sound database expected; found: ${job.reason}; set aside, ${saved}`;
    made.run(
      'INSERT INTO damage (found_at_ms, message, kept_at) VALUES (?, ?, ?)',
      job.foundAtMs,
      message,
      job.keptAt,
    );
    return { foundAtMs: job.foundAtMs, message, keptAt: job.keptAt };
  } finally {
    source?.close();
    // One file without companions, to be renamed.
    made.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE');
    made.close();
  }
}

interface Source {
  readonly connection: Connection;
  readonly isGrafted: boolean;
  close(): void;
}

/** The damaged file; or, where its schema is gone, a copy that has the schema of a new store. */
function openSource(job: SalvageJob, made: Connection): Source | null {
  const direct = tryOpen(job.path);
  if (direct !== null) return { connection: direct, isGrafted: false, close: () => direct.close() };
  if (!existsSync(job.path)) return null;
  const folder = mkdtempSync(join(dirname(job.path), 'salvage-'));
  const copy = join(folder, 'copy.db');
  copyFileSync(job.path, copy);
  if (existsSync(`${job.path}-wal`)) copyFileSync(`${job.path}-wal`, `${copy}-wal`);
  made.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  graftSchema(copy, made);
  const connection = tryOpen(copy);
  const close = () => {
    connection?.close();
    rmSync(folder, { recursive: true });
  };
  if (connection !== null) return { connection, isGrafted: true, close };
  close();
  return null;
}

/** The pages of the schema say where each table begins, which is the same in every store of this schema. */
function graftSchema(path: string, made: Connection): void {
  const bytes = readFileSync(path);
  const model = readFileSync(made.path);
  const pageBytes = pageBytesOf(made);
  const pages = made
    .rows<[number]>("SELECT pageno FROM dbstat WHERE name = 'sqlite_schema'")
    .map((row) => row[0]);
  for (const page of pages) {
    const at = (page - 1) * pageBytes;
    if (at + pageBytes <= bytes.length) model.copy(bytes, at, at, at + pageBytes);
  }
  if (bytes.length < pageBytes) return;
  bytes.writeUInt32BE(Math.floor(bytes.length / pageBytes), 28);
  // No free pages: what is on them is not wanted.
  bytes.writeUInt32BE(0, 32);
  bytes.writeUInt32BE(0, 36);
  writeFileSync(path, bytes);
}

function pageBytesOf(connection: Connection): number {
  return connection.row<[number]>('PRAGMA page_size')?.[0] ?? 0;
}

function tryOpen(path: string): Connection | null {
  let connection: Connection | undefined;
  try {
    connection = new Connection(path, { readOnly: true });
    const tables = connection.row<[number]>(
      "SELECT count(*) FROM sqlite_schema WHERE name IN ('block', 'series')",
    );
    if (tables?.[0] === 2) return connection;
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  connection?.close();
  return null;
}

function describe(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([what, count]) => `${count} × ${what}`).join(', ');
}
