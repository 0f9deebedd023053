import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DAY_MS } from '@kilowink/core/time';
import { StillClock } from '../contract/index.ts';
import { Connection } from './connection.ts';
import { servingProcess } from './lock.ts';
import { openSqliteStore, STORE_FILE } from './open.ts';
import { openSurvey, type StoreSurvey } from './survey.ts';

const DAY = Date.UTC(2026, 2, 1);
const DAYS = 12;
const STEP_MS = 30_000;
const clock = new StillClock(DAY + DAYS * DAY_MS + 7_200_000);

/** Twelve whole days of a sensor in the file, sealed but for the last, and an hour and more of a day that goes on. */
function withStore(body: (place: { folder: string; path: string }) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-survey-'));
  const store = openSqliteStore({ folder, clock });
  const series = store.ensureSeries({ source: 'optical/a', quantity: 'energy', unit: 'Wh', name: 'A' });
  const run = store.createRun({ series, timeline: [{ fromNumber: 0, startMs: DAY, intervalMs: STEP_MS }] });
  const count = (DAYS * DAY_MS) / STEP_MS + 200;
  const windows = Array.from({ length: count }, (_, number) => ({
    number,
    value: (Math.imul(number, 2_654_435_761) >>> 20) % 40,
    reports: 1,
    disagreements: 0,
  }));
  store.putWindows(run, windows);
  store.flush();
  store.seal(DAY + (DAYS - 1) * DAY_MS);
  store.close();
  try {
    body({ folder, path: join(folder, STORE_FILE) });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function survey<T>(folder: string, look: (survey: StoreSurvey) => T): T {
  const opened = openSurvey({ folder, clock });
  try {
    return look(opened);
  } finally {
    opened.close();
  }
}

test('a sound store has no fault, and its parts add up to its file', () => {
  withStore(({ folder, path }) => {
    survey(folder, (look) => {
      assert.deepEqual(look.inspect(true), []);
      assert.equal(look.schema, look.knownSchema);
      const space = look.space();
      assert.ok(space !== null);
      assert.equal(space.raw.count, DAYS - 1);
      assert.equal(space.minutes.count, DAYS - 1);
      assert.equal(space.hours.count, 1);
      assert.ok(space.pending.rows >= DAY_MS / STEP_MS + 200);
      const blockBytes = space.raw.bytes + space.minutes.bytes + space.hours.bytes;
      assert.ok(space.fileBytesPerByte > 1 && space.fileBytesPerByte < 2.5, `${space.fileBytesPerByte}`);
      assert.ok(
        blockBytes * space.fileBytesPerByte + space.pending.bytes + space.freeBytes < statSync(path).size,
      );
      const days = look.bytesByDay(DAY / DAY_MS) ?? new Map<number, number>();
      assert.equal(days.size, DAYS - 1);
      assert.ok(Math.abs([...days.values()].reduce((sum, bytes) => sum + bytes, 0) - blockBytes) < 1e-6);
      assert.equal(look.bytesByDay(DAY / DAY_MS + 5)?.size, DAYS - 6);
    });
  });
});

test('only the thorough look finds sums that are not those of the points', () => {
  withStore(({ folder, path }) => {
    const connection = new Connection(path, { readOnly: false });
    const day = DAY / DAY_MS;
    connection.run('UPDATE block SET period = period + 100 WHERE level = 1 AND period = ?', day);
    connection.run(
      'UPDATE block SET data = (SELECT data FROM block WHERE level = 1 AND period = ?1) WHERE level = 1 AND period = ?2',
      day + 2,
      day + 3,
    );
    connection.close();
    survey(folder, (look) => assert.deepEqual(look.inspect(false), []));
    survey(folder, (look) =>
      assert.deepEqual(look.inspect(true), [
        'minutes of series 1 on 2026-03-04: other sums than its points have',
        'minutes of series 1 on 2026-06-09: without points',
      ]),
    );
  });
});

test('a block that was changed is named by the quick look, and the rest is still told', () => {
  withStore(({ folder, path }) => {
    const connection = new Connection(path, { readOnly: false });
    connection.run(
      "UPDATE block SET data = CAST(substr(data, 1, 40) || x'00' || substr(data, 42) AS BLOB) WHERE id = 3",
    );
    connection.close();
    survey(folder, (look) => {
      const faults = look.inspect(false);
      assert.equal(faults.length, 1);
      assert.match(faults[0] ?? '', /^block of series 1, level \d, period \d+: checksum 0x/);
      assert.ok((look.reader?.listSeries()[0]?.lastMs ?? 0) > DAY);
    });
  });
});

test('pages that are gone are a fault, whatever is left to look at, and nothing is written', () => {
  withStore(({ folder, path }) => {
    const whole = readFileSync(path);
    for (const [from, to] of [
      [0, 100],
      [100, 1_000],
      [2_048, 9_000],
      [whole.length / 2, whole.length],
    ] as const) {
      const broken = Buffer.from(whole);
      broken.fill(0x5a, from, to);
      writeFileSync(path, broken);
      survey(folder, (look) => {
        assert.ok(look.inspect(false).length > 0, `${from} to ${to}`);
        look.space();
        look.bytesByDay(0);
      });
      assert.deepEqual(readFileSync(path), broken);
    }
  });
});

test('what is missing, newer or of another program is refused', () => {
  withStore(({ folder, path }) => {
    assert.throws(() => openSurvey({ folder: join(folder, 'none'), clock }), { code: 'store/missing' });
    const connection = new Connection(path, { readOnly: false });
    connection.exec('PRAGMA user_version = 99');
    connection.close();
    assert.throws(() => openSurvey({ folder, clock }), { code: 'store/newer' });
    for (const name of readdirSync(folder)) if (name.startsWith(STORE_FILE)) rmSync(join(folder, name));
    const other = new Connection(path, { readOnly: false });
    other.exec('CREATE TABLE theirs (a)');
    other.close();
    assert.throws(() => openSurvey({ folder, clock }), { code: 'store/foreign' });
  });
});

test('the process that serves a folder is known while it does', () => {
  withStore(({ folder }) => {
    assert.equal(servingProcess(folder), null);
    const store = openSqliteStore({ folder, clock });
    assert.equal(servingProcess(folder), String(process.pid));
    store.close();
    assert.equal(servingProcess(folder), null);
    assert.equal(servingProcess(join(folder, 'none')), null);
  });
});
