import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { AppError } from '@kilowink/core/error';
import { DAY_MS } from '@kilowink/core/time';
import { StillClock } from '../contract/index.ts';
import { pointsOf } from '../contract/model.ts';
import type { Store } from '../store.ts';
import { openSqliteStore, openSqliteStoreReadOnly, STORE_FILE } from './open.ts';

const DAY = Date.UTC(2026, 2, 1);
const DAYS = 20;
const clock = new StillClock(Date.UTC(2026, 5, 1));

interface Place {
  readonly folder: string;
  readonly path: string;
  readonly errors: AppError[];
  open(): Store;
}

/** A folder with a store of twenty sealed days and a hundred hot windows. */
function withDamage(body: (place: Place) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-damage-'));
  const errors: AppError[] = [];
  const open = () => openSqliteStore({ folder, clock, onError: (error) => errors.push(error) });
  try {
    const store = open();
    const series = store.ensureSeries({ source: 'test', quantity: 'energy', unit: 'Wh', name: 'Test' });
    for (let day = 0; day < DAYS; day += 1) {
      const points = Array.from({ length: 2_880 }, (_, index) => ({
        startMs: DAY + day * DAY_MS + index * 30_000,
        durationMs: 30_000,
        value: (Math.imul(index + day * 2_880, 2_654_435_761) >>> 16) % 31,
      }));
      store.addPoints(series, pointsOf(points));
    }
    const startMs = DAY + 50 * DAY_MS;
    const run = store.createRun({ series, timeline: [{ fromNumber: 0, startMs, intervalMs: 5_000 }] });
    store.putWindows(
      run,
      Array.from({ length: 100 }, (_, number) => ({ number, value: 1, reports: 1, disagreements: 0 })),
    );
    store.putSourceState('test', '{}');
    store.close();
    body({ folder, path: join(folder, STORE_FILE), errors, open });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function daySums(store: Store): number[] {
  const edges = Float64Array.from({ length: DAYS + 1 }, (_, day) => DAY + day * DAY_MS);
  return [...store.readBuckets(1, edges).sums];
}

/** The sums of the days that answer; a day that does not is a gap, at every level. */
function checkAnswers(store: Store, sound: readonly number[]): number {
  let gapCount = 0;
  const found = daySums(store);
  for (const [day, sum] of found.entries()) {
    const total = store.readTotal(1, DAY + day * DAY_MS, DAY + (day + 1) * DAY_MS);
    if (Number.isNaN(sum)) {
      gapCount += 1;
      assert.equal(total.validMs, 0);
      assert.equal([...store.readPoints(1, DAY + day * DAY_MS, DAY + (day + 1) * DAY_MS)].length, 0);
    } else {
      assert.equal(sum, sound[day]);
      assert.equal(total.sum, sound[day]);
    }
  }
  return gapCount;
}

function soundSums(place: Place): number[] {
  const store = place.open();
  const sums = daySums(store);
  store.close();
  assert.deepEqual(place.errors, []);
  return sums;
}

const bytesWise: Record<string, (path: string) => void> = {
  'cut in half': (path) => truncateSync(path, Math.floor(readFileSync(path).length / 2048) * 1024),
  'without its first page': (path) => overwrite(path, 0, Buffer.alloc(1024)),
  'with a zeroed header': (path) => overwrite(path, 0, Buffer.alloc(100)),
  'without the root of its blocks': (path) => {
    const database = new DatabaseSync(path);
    const row = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'block'").get();
    database.close();
    overwrite(path, (Number(row?.['rootpage']) - 1) * 1024, Buffer.alloc(1024));
  },
  'without its first 25 pages': (path) => overwrite(path, 0, Buffer.alloc(25 * 1024)),
  'with zeros in the middle': (path) => overwrite(path, 51_200, Buffer.alloc(4_096)),
};

function overwrite(path: string, at: number, bytes: Uint8Array): void {
  const content = readFileSync(path);
  content.set(bytes, at);
  writeFileSync(path, content);
}

for (const [what, damage] of Object.entries(bytesWise)) {
  test(`damage: a file ${what} is said, set aside, and what is readable is kept`, () => {
    withDamage((place) => {
      const sound = soundSums(place);
      damage(place.path);
      const damagedBytes = readFileSync(place.path);
      const store = place.open();
      const [noted] = store.health().damages;
      assert.match(noted?.message ?? '', /sound database expected; found: .+; set aside, saved \d+ × /);
      assert.deepEqual(readFileSync(noted?.keptAt ?? ''), damagedBytes);
      assert.equal(place.errors[0]?.code, 'store/damaged');
      const gapCount = checkAnswers(store, sound);
      assert.ok(gapCount < DAYS, `${gapCount} of ${DAYS} days lost`);
      if (what.includes('25')) assert.ok(gapCount <= 1, 'only what was on the lost pages is lost');
      else if (what.startsWith('without') || what.includes('header')) {
        assert.equal(gapCount, 0);
        assert.equal(store.health().hotCount, 100);
      }
      store.close();
      const again = place.open();
      assert.equal(again.health().damages.length, 1);
      assert.equal(checkAnswers(again, sound), gapCount);
      assert.equal(place.errors.length, 1);
      again.close();
    });
  });
}

test('damage: an empty file where a store was is said', () => {
  withDamage((place) => {
    truncateSync(place.path, 0);
    const store = place.open();
    assert.match(
      store.health().damages[0]?.message ?? '',
      /found an empty file; set aside, nothing could be read/,
    );
    store.close();
  });
});

test('damage: what a first start left that was cut short is no damage, and is removed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-first-'));
  for (const name of ['serve.lock', `${STORE_FILE}.new`, `${STORE_FILE}.new-journal`])
    writeFileSync(join(folder, name), new Uint8Array(name === 'serve.lock' ? 0 : 700));
  for (const role of ['import', 'serve'] as const) {
    const store = openSqliteStore({ folder, clock, role });
    assert.deepEqual(store.health().damages, []);
    store.close();
  }
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.includes('.new')),
    [],
  );
  rmSync(folder, { recursive: true });
});

test('damage: any flipped byte gives right answers, gaps, or a word about it', () => {
  withDamage((place) => {
    const sound = soundSums(place);
    const content = readFileSync(place.path);
    let saidCount = 0;
    for (let round = 0; round < 25; round += 1) {
      const at = (round * 104_729 + 17) % content.length;
      const flipped = Buffer.from(content);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (round % 8));
      const folder = mkdtempSync(join(place.folder, 'flip-'));
      writeFileSync(join(folder, STORE_FILE), flipped);
      const store = openSqliteStore({ folder, clock });
      const gapCount = checkAnswers(store, sound);
      if (store.health().damages.length > 0) saidCount += 1;
      else assert.equal(gapCount, 0, `byte ${at}`);
      store.close();
    }
    assert.ok(saidCount > 5, `${saidCount} of 25 noticed`);
  });
});

test('damage: a lost write-ahead log loses what only it had', () => {
  withDamage((place) => {
    const sound = soundSums(place);
    const store = place.open();
    store.putWindows(1, [{ number: 500, value: 1, reports: 1, disagreements: 0 }]);
    store.flush();
    const folder = mkdtempSync(join(place.folder, 'copy-'));
    copyFileSync(place.path, join(folder, STORE_FILE));
    store.close();
    const copy = openSqliteStore({ folder, clock });
    assert.equal(checkAnswers(copy, sound), 0);
    assert.equal(copy.health().hotCount, 100);
    copy.close();
  });
});

test('damage: a block that does not open is set aside and its day is a gap', () => {
  withDamage((place) => {
    const sound = soundSums(place);
    const database = new DatabaseSync(place.path);
    const period = DAY / DAY_MS + 3;
    for (const level of [0, 1, 2]) {
      const where = level === 2 ? 'level = 2' : `level = ${level} AND period = ${period + 2 * level}`;
      const row = database.prepare(`SELECT id, data FROM block WHERE ${where}`).get();
      const data = row?.['data'];
      assert.ok(data instanceof Uint8Array);
      data[data.length - 3] = (data[data.length - 3] ?? 0) ^ 255;
      database.prepare('UPDATE block SET data = ? WHERE id = ?').run(data, row?.['id'] ?? null);
    }
    database.close();
    const reader = openSqliteStoreReadOnly({ folder: place.folder, clock });
    assert.equal([...reader.readPoints(1, DAY + 3 * DAY_MS, DAY + 4 * DAY_MS)].length, 0);
    assert.match(reader.health().damages[0]?.message ?? '', /checksum 0x[0-9a-f]{8} expected, computed/);
    reader.close();
    const store = place.open();
    assert.equal(checkAnswers(store, sound), 1);
    assert.equal(place.errors.length, 3);
    assert.match(
      store
        .health()
        .damages.map((damage) => damage.message)
        .join('\n'),
      /block of points of series 1 from 2026-03-04: checksum .+; the day reads as a gap/,
    );
    store.close();
  });
});

test('damage: a crash between setting aside and renaming is finished at the next start', () => {
  withDamage((place) => {
    const sound = soundSums(place);
    copyFileSync(place.path, `${place.path}.salvage`);
    rmSync(place.path);
    const store = place.open();
    assert.equal(checkAnswers(store, sound), 0);
    assert.equal(existsSync(`${place.path}.salvage`), false);
    store.close();
    writeFileSync(`${place.path}.salvage`, 'half');
    place.open().close();
    assert.deepEqual(
      readdirSync(place.folder).filter((name) => name.includes('salvage')),
      [],
    );
  });
});

test('opening: another program’s database and a newer store are refused and left alone', () => {
  withDamage((place) => {
    const database = new DatabaseSync(place.path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    assert.throws(() => place.open(), { code: 'store/newer' });
    assert.throws(() => openSqliteStoreReadOnly({ folder: place.folder, clock }), { code: 'store/newer' });
    rmSync(place.path);
    const foreign = new DatabaseSync(place.path);
    foreign.exec('CREATE TABLE notes (text TEXT)');
    foreign.close();
    assert.throws(() => place.open(), { code: 'store/foreign' });
  });
});
