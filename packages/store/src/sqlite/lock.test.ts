import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { StillClock } from '../contract/index.ts';
import { openSqliteStore, openSqliteStoreReadOnly, STORE_FILE } from './open.ts';

const clock = new StillClock(Date.UTC(2026, 5, 1));
const entry = JSON.stringify(join(import.meta.dirname, 'open.ts'));

/** A process of its own that serves the folder until it is killed. */
async function serveElsewhere(folder: string): Promise<ChildProcess> {
  const script = `
    const { openSqliteStore } = await import(${entry});
    const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };
    const store = openSqliteStore({ folder: process.argv[1], clock });
    process.stdout.write('serving');
    // A store that nothing refers to is collected, and its lock with it.
    setInterval(() => store.writtenGroups, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout ?? child, 'data');
  return child;
}

test('lock: one process serves, the next is refused by name, and a killed one leaves nothing behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-lock-'));
  const child = await serveElsewhere(folder);
  try {
    assert.throws(
      () => openSqliteStore({ folder, clock }),
      (error: Error & { code?: string }) =>
        error.code === 'store/locked' && error.message.includes(`process ${child.pid} serves`),
    );
    openSqliteStore({ folder, clock, role: 'import' }).close();
    openSqliteStoreReadOnly({ folder, clock }).close();
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    const store = openSqliteStore({ folder, clock });
    assert.throws(() => openSqliteStore({ folder, clock }), { code: 'store/locked' });
    store.close();
    openSqliteStore({ folder, clock }).close();
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
});

test('busy: what could not be written stays readable and is written later', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-busy-'));
  try {
    const store = openSqliteStore({ folder, clock, busyMs: 20 });
    const series = store.ensureSeries({ source: 'busy', quantity: 'energy', unit: 'Wh', name: 'Busy' });
    const startMs = Date.UTC(2026, 4, 1);
    const run = store.createRun({ series, timeline: [{ fromNumber: 0, startMs, intervalMs: 5_000 }] });
    const other = new DatabaseSync(join(folder, STORE_FILE));
    other.exec('BEGIN IMMEDIATE');
    store.putWindows(run, [{ number: 0, value: 3, reports: 1, disagreements: 0 }]);
    const before = store.cursor();
    assert.throws(() => store.flush(), { code: 'store/busy', retryable: true });
    assert.throws(() => store.seal(clock.nowMs), { code: 'store/busy' });
    assert.equal(store.readTotal(series, 0, clock.nowMs).sum, 3);
    store.putWindows(run, [{ number: 1, value: 4, reports: 1, disagreements: 0 }]);
    assert.equal(store.readChanges(before, 9)?.items.length, 1);
    other.exec('ROLLBACK');
    other.close();
    store.close();
    const again = openSqliteStore({ folder, clock });
    assert.equal(again.readTotal(series, 0, clock.nowMs).sum, 7);
    again.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('opening: a folder is made for its owner alone, and reading waits for a store', () => {
  const parent = mkdtempSync(join(tmpdir(), 'kilowink-open-'));
  const folder = join(parent, 'data');
  try {
    assert.throws(() => openSqliteStoreReadOnly({ folder, clock }), {
      code: 'store/missing',
      retryable: true,
    });
    openSqliteStore({ folder, clock }).close();
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    const before = statSync(join(folder, STORE_FILE)).mtimeMs;
    const reader = openSqliteStoreReadOnly({ folder, clock });
    assert.deepEqual(reader.listSeries(), []);
    reader.close();
    assert.equal(statSync(join(folder, STORE_FILE)).mtimeMs, before);
  } finally {
    rmSync(parent, { recursive: true });
  }
});
