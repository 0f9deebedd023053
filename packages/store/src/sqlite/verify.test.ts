import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { AppError } from '@kilowink/core/error';
import { DAY_MS, MINUTE_MS } from '@kilowink/core/time';
import { LEVEL, type Level, utcMonth } from '../block/levels.ts';
import { StillClock } from '../contract/index.ts';
import { pointsOf } from '../contract/model.ts';
import type { Store } from '../store.ts';
import { openSqliteStore, STORE_FILE } from './open.ts';

const DAY = Date.UTC(2026, 2, 1);
const DAYS = 6;
/** What each half minute holds: more points a day than it has minutes, so that minutes are kept of it. */
const VALUE = 2;
const STEP_MS = MINUTE_MS / 2;
const DAY_COUNT = DAY_MS / STEP_MS;
const clock = new StillClock(Date.UTC(2026, 5, 1));

interface Place {
  readonly errors: AppError[];
  open(): Store;
  /** Changes a byte of a block, and returns the block as it is then. */
  damage(level: Level, day: number): Uint8Array;
  /** What is kept of damaged blocks of a level. */
  kept(level: Level): Uint8Array[];
}

/** A folder with six days in blocks. */
function withBlocks(body: (place: Place) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-verify-'));
  const path = join(folder, STORE_FILE);
  const errors: AppError[] = [];
  const onError = (error: AppError) => errors.push(error);
  const first = openSqliteStore({ folder, clock, onError });
  const series = first.ensureSeries({ source: 'test', quantity: 'energy', unit: 'Wh', name: 'Test' });
  first.addPoints(series, halfMinutes(DAY, DAYS * DAY_COUNT));
  first.close();
  const asked = <T>(body: (database: DatabaseSync) => T): T => {
    const database = new DatabaseSync(path);
    try {
      return body(database);
    } finally {
      database.close();
    }
  };
  try {
    body({
      errors,
      open: () => openSqliteStore({ folder, clock, onError, verified: 'later' }),
      damage: (level, day) =>
        asked((database) => {
          const period = level === LEVEL.hours ? utcMonth(DAY) : DAY / DAY_MS + day;
          const found = database.prepare('SELECT id, data FROM block WHERE level = ? AND period = ?');
          const row = found.get(level, period);
          const data = row?.['data'];
          assert.ok(data instanceof Uint8Array);
          data[data.length - 3] = (data[data.length - 3] ?? 0) ^ 255;
          database.prepare('UPDATE block SET data = ? WHERE id = ?').run(data, row?.['id'] ?? null);
          return data;
        }),
      kept: (level) =>
        asked((database) =>
          database
            .prepare('SELECT data FROM damaged_block WHERE level = ? ORDER BY id')
            .all(level)
            .map((row) => row['data'] as Uint8Array),
        ),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function halfMinutes(startMs: number, count: number) {
  return pointsOf(
    Array.from({ length: count }, (_, index) => ({
      startMs: startMs + index * STEP_MS,
      durationMs: STEP_MS,
      value: VALUE,
    })),
  );
}

function daySums(store: Store): number[] {
  const edges = Float64Array.from({ length: DAYS + 1 }, (_, day) => DAY + day * DAY_MS);
  return [...store.readBuckets(1, edges).sums];
}

const WHOLE = DAY_COUNT * VALUE;

test('verify: blocks are looked at in slices, and what does not hold is told and set aside as at the start', () => {
  withBlocks((place) => {
    const damaged = [place.damage(LEVEL.raw, 3), place.damage(LEVEL.minutes, 4)];
    const store = place.open();
    const cursor = store.cursor();
    assert.deepEqual(store.health().damages, []);
    let callCount = 1;
    while (!store.verify(0)) callCount += 1;
    assert.ok(callCount > DAYS, `${callCount} slices`);
    assert.equal(place.errors.length, 2);
    const messages = store.health().damages.map(({ message }) => message);
    assert.match(
      messages[0] ?? '',
      /points of series 1 from 2026-03-04: checksum .+; the day reads as a gap/,
    );
    assert.match(messages[1] ?? '', /minutes of series 1 from 2026-03-05: .+; made again from the points/);
    assert.deepEqual(daySums(store), [WHOLE, WHOLE, WHOLE, Number.NaN, WHOLE, WHOLE]);
    const rewritten = { kind: 'rewritten', series: 1, fromMs: DAY + 3 * DAY_MS, toMs: DAY + 4 * DAY_MS };
    assert.deepEqual(store.readChanges(cursor, 9)?.items, [rewritten]);
    assert.equal(store.verify(), true);
    store.close();
    assert.deepEqual(place.kept(LEVEL.raw), [damaged[0]]);
    assert.deepEqual(place.kept(LEVEL.minutes).at(-1), damaged[1]);
    assert.equal(place.errors.length, 2);
  });
});

/** Ways in which measurements get into days that have blocks. Each puts 60 × `VALUE` into the third day, or a seventh. */
const writings: Record<string, (store: Store, startMs: number) => void> = {
  'a day is sealed': (store, startMs) => {
    const run = store.createRun({ series: 1, timeline: [{ fromNumber: 0, startMs, intervalMs: 5_000 }] });
    const window = { value: VALUE, reports: 1, disagreements: 0 };
    store.putWindows(
      run,
      Array.from({ length: 60 }, (_, number) => ({ ...window, number })),
    );
    assert.equal(store.seal(clock.wallMs()), 1);
  },
  'points are added': (store, startMs) => {
    const { added, refused } = store.addPoints(1, halfMinutes(startMs, 60));
    assert.deepEqual({ added, refused }, { added: 60, refused: 0 });
  },
};

for (const [what, write] of Object.entries(writings)) {
  test(`verify: ${what} where the points do not open: they are set aside first, as they are`, () => {
    withBlocks((place) => {
      const damaged = place.damage(LEVEL.raw, 2);
      const store = place.open();
      write(store, DAY + 2 * DAY_MS + 11 * 3_600_000);
      assert.deepEqual(daySums(store), [WHOLE, WHOLE, 60 * VALUE, WHOLE, WHOLE, WHOLE]);
      assert.equal(place.errors.length, 1);
      while (!store.verify(0));
      assert.equal(place.errors.length, 1);
      store.close();
      assert.deepEqual(place.kept(LEVEL.raw), [damaged]);
    });
  });

  test(`verify: ${what} where the month’s hours do not open: they are made again with all their days`, () => {
    withBlocks((place) => {
      const damaged = place.damage(LEVEL.hours, 0);
      const store = place.open();
      write(store, DAY + DAYS * DAY_MS + 11 * 3_600_000);
      assert.deepEqual(daySums(store), Array(DAYS).fill(WHOLE));
      assert.equal(store.readTotal(1, DAY, DAY + 30 * DAY_MS).sum, DAYS * WHOLE + 60 * VALUE);
      assert.equal(place.errors.length, 1);
      while (!store.verify(0));
      assert.equal(place.errors.length, 1);
      store.close();
      assert.deepEqual(place.kept(LEVEL.hours), [damaged]);
    });
  });
}
