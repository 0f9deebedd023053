import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError } from '@kilowink/core/error';
import { copyStore, STORE_FILE, type StoreCopy, syncFolder } from '@kilowink/store';
import { machineClock } from '../clock.ts';
import { cliError } from '../errors.ts';
import { VERSION } from '../version.ts';
import { firmwareFiles, isArchivedName, LAST_BACKUP_FILE, SIDE_FILES } from './data-files.ts';
import { type ArchivedFile, MANIFEST_NAME, type Manifest } from './manifest.ts';
import { appendEnd, appendEntry, piecesOf, TAR_BYTES_MAX } from './tar.ts';

/** What to back up, and where to. */
export interface BackupJob {
  readonly folder: string;
  /** The archive to make. */
  readonly path: string;
  /** Takes the place of a file that is there. */
  readonly force: boolean;
  readonly onProgress: (done: number, total: number) => void;
}

/** What was backed up. */
export interface MadeBackup {
  readonly manifest: Manifest;
  readonly sizeBytes: number;
}

/** A file on its way into the archive. */
interface Part extends ArchivedFile {
  readonly pieces: () => Iterable<Uint8Array>;
}

/**
 * Makes an archive of a data folder beside whoever serves it. It gets its name when it is whole, looked through and on the
 * medium; until then everything is in a folder beside, which the next backup to that name removes. Throws `backup/exists`,
 * `cli/output` and what copying the store throws.
 */
export async function makeBackup(job: BackupJob): Promise<MadeBackup> {
  const { folder, path, onProgress } = job;
  assertFree(job);
  const staging = `${path}.partial`;
  const storePath = join(staging, STORE_FILE);
  try {
    attempt(path, () => {
      rmSync(staging, { recursive: true, force: true });
      mkdirSync(staging, { mode: 0o700 });
    });
    const copy = await copyStore({ folder, toPath: storePath, clock: machineClock, onProgress });
    const made = attempt(path, () => {
      const found = pack(folder, { staging, copy });
      // Somebody may have made the file meanwhile.
      assertFree(job);
      renameSync(join(staging, ARCHIVE), path);
      syncFolder(dirname(path));
      return found;
    });
    noteBackup(folder, path, made);
    return made;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

const ARCHIVE = 'archive.tar';

function assertFree({ path, force }: BackupJob): void {
  if (!force && existsSync(path)) throw cliError('backup/exists', { path });
}

function pack(folder: string, { staging, copy }: { staging: string; copy: StoreCopy }): MadeBackup {
  const parts = [
    partOf(STORE_FILE, copy.sizeBytes, () => piecesOf(join(staging, STORE_FILE), 0, copy.sizeBytes)),
    ...[...SIDE_FILES, ...firmwareFiles(folder)].flatMap((name) => sidePart(folder, name)),
  ];
  const atMs = machineClock.wallMs();
  const manifest: Manifest = {
    ...{ format: 'kilowink-backup', version: 1, madeMs: atMs, program: VERSION },
    ...{ schema: copy.schema, totals: copy.totals },
    files: parts.map(({ name, sizeBytes, sha256 }) => ({ name, sizeBytes, sha256 })),
  };
  const head = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  const archivePath = join(staging, ARCHIVE);
  const archive = openSync(archivePath, 'wx', 0o600);
  try {
    appendEntry(archive, { name: MANIFEST_NAME, sizeBytes: head.length, atMs }, [head]);
    for (const part of parts) appendEntry(archive, { ...part, atMs }, part.pieces());
    appendEnd(archive);
    fsyncSync(archive);
  } finally {
    closeSync(archive);
  }
  return { manifest, sizeBytes: statSync(archivePath).size };
}

function partOf(name: string, sizeBytes: number, pieces: () => Iterable<Uint8Array>): Part {
  if (sizeBytes > TAR_BYTES_MAX) throw cliError('backup/too-large', { name, sizeBytes, max: TAR_BYTES_MAX });
  const hash = createHash('sha256');
  for (const piece of pieces()) hash.update(piece);
  return { name, sizeBytes, sha256: hash.digest('hex'), pieces };
}

/** A small file is taken at once, as it is replaced at once. */
function sidePart(folder: string, name: string): Part[] {
  const path = join(folder, name);
  if (!existsSync(path)) return [];
  if (!isArchivedName(name)) throw cliError('backup/name', { name });
  const bytes = readFileSync(path);
  return [partOf(name, bytes.length, () => [bytes])];
}

/** For `kilowink doctor`. A data folder that can not be written is backed up all the same. */
function noteBackup(folder: string, path: string, { manifest, sizeBytes }: MadeBackup): void {
  const note = join(folder, LAST_BACKUP_FILE);
  try {
    const text = JSON.stringify({ version: 1, madeMs: manifest.madeMs, path, sizeBytes });
    writeFileSync(`${note}.new`, `${text}\n`, { mode: 0o600 });
    renameSync(`${note}.new`, note);
  } catch (error) {
    process.stderr.write(`kilowink: the backup is made; that it was could not be noted: ${String(error)}\n`);
  }
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw cliError('cli/output', { path, reason: error instanceof Error ? error.message : String(error) });
  }
}
