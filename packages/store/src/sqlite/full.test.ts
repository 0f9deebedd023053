// A disk without room, as a process sees one that may not make any file longer.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { StillClock } from '../contract/index.ts';
import { openSqliteStore } from './open.ts';

const OPEN = `
const { openSqliteStore } = await import(process.env.STORE_MODULE);
const clock = { wallMs: () => 0, monotonicMs: () => 0 };
try {
  openSqliteStore({ folder: process.env.STORE_FOLDER, clock }).close();
  console.log('opened');
} catch (error) {
  console.log(error.code);
}`;

function codeOfOpening(folder: string, limit: string): string {
  const env = {
    ...process.env,
    STORE_FOLDER: folder,
    STORE_MODULE: new URL('./open.ts', import.meta.url).href,
  };
  const command = `ulimit -f ${limit}; exec "$0" --input-type=module -e "$1"`;
  const { stdout, stderr } = spawnSync('sh', ['-c', command, process.execPath, OPEN], {
    env,
    encoding: 'utf8',
  });
  return stdout.trim() || stderr;
}

test('a store is not opened where nothing can be written, says why, and is opened once it can', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-full-'));
  openSqliteStore({ folder, clock: new StillClock(0) }).close();
  // Blocks of 512 bytes: not a byte more, and too few for the locks of readers.
  for (const limit of ['0', '8']) assert.equal(codeOfOpening(folder, limit), 'store/full', limit);
  assert.equal(codeOfOpening(folder, 'unlimited'), 'opened');
  rmSync(folder, { recursive: true });
});
