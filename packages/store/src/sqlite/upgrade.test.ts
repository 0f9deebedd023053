import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DAY_MS, HOUR_MS } from '@kilowink/core/time';
import { StillClock } from '../contract/index.ts';
import { first } from '../migrations/0001-first.ts';
import { Connection } from './connection.ts';
import { openSqliteStore, openSqliteStoreReadOnly, STORE_FILE } from './open.ts';
import { APPLICATION_ID } from './schema.ts';

const DAY = Date.UTC(2026, 2, 1);
const WINDOWS = 2_000;
const clock = new StillClock(Date.UTC(2026, 5, 1));

/** A store as the first schema has it: one run of hot windows, and what its source remembers. */
function withFirstSchema(body: (place: { folder: string; path: string; totalWh: number }) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-upgrade-'));
  const path = join(folder, STORE_FILE);
  const connection = new Connection(path, { readOnly: false });
  connection.exec('PRAGMA page_size = 1024; PRAGMA journal_mode = WAL');
  connection.exec(first.sql);
  connection.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1`);
  connection.run("INSERT INTO series VALUES (1, 'optical/a', 'energy', 'Wh', 'A', 5000)");
  const timeline = JSON.stringify([{ fromNumber: 0, startMs: DAY, intervalMs: 5_000 }]);
  connection.run('INSERT INTO run VALUES (1, 1, ?)', timeline);
  connection.run("INSERT INTO source_state VALUES ('optical/a', '{}')");
  let totalWh = 0;
  connection.write(() => {
    for (let number = 0; number < WINDOWS; number += 1) {
      connection.run('INSERT INTO hot_window VALUES (1, ?, ?, 3, 0, ?)', number, number % 7, number + 1);
      totalWh += number % 7;
    }
  });
  connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  connection.close();
  try {
    body({ folder, path, totalWh });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a store of the first schema is brought up to date with everything in it', () => {
  withFirstSchema(({ folder, totalWh }) => {
    assert.throws(() => openSqliteStoreReadOnly({ folder, clock }), { code: 'store/older' });
    const store = openSqliteStore({ folder, clock });
    assert.equal(store.readTotal(1, 0, DAY + DAY_MS).sum, totalWh);
    assert.equal(store.sourceState('optical/a'), '{}');
    assert.deepEqual(store.readWindows(1, 4, 5), [{ number: 4, value: 4, reports: 3, disagreements: 0 }]);
    store.putWindows(1, [{ number: WINDOWS, value: 2, reports: 1, disagreements: 0, lastFlashMs: 4_000 }]);
    const run = store.createRun({ series: 1, timeline: store.listRuns(1, 1)[0]?.timeline ?? [], boot: 5 });
    store.replaceRecovered(run, [], [{ fromNumber: 9_000, toNumber: 9_720, value: 10 }]);
    store.close();
    const reader = openSqliteStoreReadOnly({ folder, clock });
    assert.equal(reader.readWindows(1, WINDOWS, WINDOWS + 1)[0]?.lastFlashMs, 4_000);
    assert.equal(reader.readTotal(1, DAY + 12 * HOUR_MS, DAY + DAY_MS).recoveredSum, 10);
    assert.equal(reader.readTotal(1, 0, DAY + DAY_MS).sum, totalWh + 12);
    reader.close();
  });
});

test('what a damaged store of the first schema holds is saved into the schema of today', () => {
  withFirstSchema(({ folder, path }) => {
    // The end of the file goes: some of the windows, but not the tables' first pages.
    truncateSync(path, 40 * 1_024);
    const store = openSqliteStore({ folder, clock });
    assert.match(store.health().damages[0]?.message ?? '', /saved/);
    const { validMs } = store.readTotal(1, 0, DAY + DAY_MS);
    assert.ok(validMs > 100 * 5_000, `${validMs / 5_000} windows saved`);
    store.close();
  });
});

test('a store kept from the second schema is brought up to date and reads the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-kept-'));
  copyFileSync(join(import.meta.dirname, '../migrations/kept/schema-2.sqlite'), join(folder, STORE_FILE));
  const minuteClock = new StillClock(DAY + 2.5 * DAY_MS);
  try {
    assert.throws(() => openSqliteStoreReadOnly({ folder, clock: minuteClock }), { code: 'store/older' });
    for (const store of [
      openSqliteStore({ folder, clock: minuteClock }),
      openSqliteStoreReadOnly({ folder, clock: minuteClock }),
    ]) {
      assert.deepEqual(store.health().damages, []);
      const numbers = Array.from({ length: 1_500 }, (_, number) => number).filter(
        (number) => number < 600 || number >= 660,
      );
      const points = [...store.readPoints(1, DAY, DAY + 2 * DAY_MS)];
      assert.deepEqual(
        points.flatMap(({ values }) => [...values]),
        numbers.map((number) => number % 11),
      );
      assert.deepEqual(
        points.flatMap(({ lastFlashes }) => [...(lastFlashes ?? [])]),
        numbers.map((number) => (number % 11 === 0 ? 0 : ((number * 25) % 60_000) + 1)),
      );
      assert.deepEqual(store.readTotal(1, DAY, DAY + 2 * DAY_MS), {
        sum: numbers.reduce((sum, number) => sum + (number % 11), 0) + 120,
        validMs: numbers.length * 60_000,
        recoveredSum: 120,
      });
      assert.equal(store.readTotal(2, DAY, DAY + 3 * DAY_MS).sum, (39 * 40 * 1_000) / 2);
      assert.equal(store.findRun(1, 7)?.lastNumber, 1_499);
      assert.deepEqual(store.readWindows(1, 1_439, 1_441), [
        { number: 1_439, value: null, reports: 0, disagreements: 0 },
        { number: 1_440, value: 10, reports: 3, disagreements: 1, lastFlashMs: 36_000 },
      ]);
      assert.equal(store.sourceState('optical/a'), '{"last":1499}');
      assert.deepEqual(store.readEvents({ fromMs: 0, toMs: DAY, limit: 9 }), []);
      store.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
