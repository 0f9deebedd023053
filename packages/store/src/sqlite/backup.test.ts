import assert from 'node:assert/strict';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';
import { StillClock } from '../contract/index.ts';
import type { Store } from '../store.ts';
import { copyStore } from './backup.ts';
import { restoreInto } from './backup-swap.ts';
import { Connection } from './connection.ts';
import { inspectStore } from './inspect-whole.ts';
import { openSqliteStore, openSqliteStoreReadOnly, STORE_FILE } from './open.ts';

const DAY = Date.UTC(2026, 2, 1);
const clock = new StillClock(DAY + 20 * DAY_MS);
const GROUP = 7;

async function withFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-backup-'));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Windows of a minute that hold 1; `put` adds a group of seven. */
function numbered(folder: string): { store: Store; put: () => void; series: number } {
  const store = openSqliteStore({ folder, clock });
  const series = store.ensureSeries({ source: 'a', quantity: 'energy', unit: 'Wh', name: 'A' });
  const timeline = [{ fromNumber: 0, startMs: DAY, intervalMs: MINUTE_MS }];
  const run = store.listRuns(series, 1)[0]?.id ?? store.createRun({ series, timeline });
  let next = (store.listRuns(series, 1)[0]?.lastNumber ?? -1) + 1;
  const put = () => {
    const windows = Array.from({ length: GROUP }, (_, at) => ({
      ...{ number: next + at, value: 1, reports: 1, disagreements: 0 },
    }));
    next += GROUP;
    store.putWindows(run, windows);
    store.flush();
  };
  return { store, put, series };
}

/** A folder with `groups` groups, sealed as far as whole days go, and a file of a secret. */
function make(folder: string, groups: number): number {
  const { store, put, series } = numbered(folder);
  for (let group = 0; group < groups; group += 1) put();
  store.seal(clock.nowMs);
  put();
  const { sum } = store.readTotal(series, 0, clock.nowMs);
  store.close();
  return sum;
}

test('a store is copied beside its writer as it is at one moment', () =>
  withFolder(async (folder) => {
    make(folder, 300);
    const { store, put, series } = numbered(folder);
    // Enough pages that the copy takes several steps, between which is written and sealed.
    const noise = Float64Array.from({ length: 400_000 }, (_, at) => DAY - 300 * DAY_MS + at * 5_000);
    const random = Float64Array.from(noise, (_, at) => (Math.imul(at, 2_654_435_761) >>> 8) % 5_000);
    const other = store.ensureSeries({ source: 'b', quantity: 'energy', unit: 'mWh', name: 'B' });
    store.addPoints(other, {
      ...{ starts: noise, durationsMs: noise.map(() => 5_000), values: random },
      ...{ reports: null, disagreements: null },
    });
    const before = store.readTotal(series, 0, clock.nowMs).sum;
    let steps = 0;
    const toPath = join(folder, 'copy.db');
    const copy = await copyStore({
      ...{ folder, toPath, clock },
      onProgress: () => {
        steps += 1;
        put();
        if (steps === 2) store.seal(clock.nowMs);
      },
    });
    assert.ok(steps >= 2, `${steps} steps`);
    assert.equal(copy.totals?.find(({ source }) => source === 'a')?.sum, before);
    assert.ok(store.readTotal(series, 0, clock.nowMs).sum > before);
    store.close();
    assert.deepEqual(inspectStore(toPath, clock).totals, copy.totals);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('copy')),
      ['copy.db'],
    );
  }));

test('a damaged block or group is no backup, and a damaged file none either', () =>
  withFolder(async (folder) => {
    make(folder, 400);
    const path = join(folder, STORE_FILE);
    for (const [sql, reason] of [
      ['UPDATE block SET data = zeroblob(20) WHERE level = 0', /block of series 1/],
      ['UPDATE journal SET data = zeroblob(20)', /journal/],
      ['PRAGMA application_id = 0', /application id/],
    ] as const) {
      copyFileSync(path, `${path}.sound`);
      const connection = new Connection(path, { readOnly: false });
      connection.exec(sql);
      connection.close();
      const toPath = join(folder, 'copy.db');
      await assert.rejects(copyStore({ folder, toPath, clock }), { code: 'store/damaged', message: reason });
      assert.match(inspectStore(path, clock).faults.join(), reason);
      rmSync(toPath);
      renameSync(`${path}.sound`, path);
    }
    await assert.rejects(copyStore({ folder: join(folder, 'none'), toPath: 'x', clock }), {
      code: 'store/missing',
    });
  }));

test('a store of an older schema is copied as it is', () =>
  withFolder(async (folder) => {
    copyFileSync(join(import.meta.dirname, '../migrations/kept/schema-2.sqlite'), join(folder, STORE_FILE));
    const copied = join(folder, 'copied');
    mkdirSync(copied);
    const copy = await copyStore({ folder, toPath: join(copied, STORE_FILE), clock });
    assert.deepEqual([copy.schema, copy.totals], [2, null]);
    const sums = [folder, copied].map((each) => {
      const store = openSqliteStore({ folder: each, clock });
      const { sum } = store.readTotal(1, DAY, DAY + 2 * DAY_MS);
      store.close();
      return sum;
    });
    assert.ok((sums[0] ?? 0) > 0);
    assert.equal(sums[0], sums[1]);
  }));

const NAMES = [STORE_FILE, `${STORE_FILE}-wal`, `${STORE_FILE}-shm`, 'sensors.json', 'admin.json'];

function readSum(folder: string): number {
  const store = openSqliteStoreReadOnly({ folder, clock });
  try {
    return store.readTotal(1, 0, clock.nowMs).sum;
  } finally {
    store.close();
  }
}

test('a restore is refused beside a server, keeps what was there, and changes nothing when it fails', () =>
  withFolder(async (root) => {
    const [folder, other] = [join(root, 'data'), join(root, 'other')];
    const oldSum = make(folder, 3);
    const newSum = make(other, 9);
    const of = { folder, names: NAMES, nowMs: clock.nowMs };
    const unpack = (into: string) => copyFileSync(join(other, STORE_FILE), join(into, STORE_FILE));
    const server = openSqliteStore({ folder, clock });
    await assert.rejects(restoreInto({ ...of, unpack }), { code: 'store/locked' });
    server.close();
    const failure = new TypeError('torn');
    await assert.rejects(restoreInto({ ...of, unpack: () => Promise.reject(failure) }), failure);
    assert.equal(readSum(folder), oldSum);
    writeFileSync(join(folder, 'admin.json'), 'old');
    const keptAt = await restoreInto({ ...of, unpack });
    assert.equal(readSum(folder), newSum);
    assert.equal(readSum(keptAt), oldSum);
    assert.ok(readdirSync(keptAt).includes('admin.json') && !readdirSync(folder).includes('admin.json'));
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('restore')),
      [],
    );
  }));

/** A folder in which a restore made so many of its moves, in the order in which it makes them, and then ended. */
function interrupted(folder: string, { newPath, moves }: { newPath: string; moves: number }): void {
  const ready = join(folder, 'restore.ready');
  const moved = join(folder, 'restore.moved');
  const kept = join(folder, 'before-restore-x');
  mkdirSync(ready);
  copyFileSync(newPath, join(ready, STORE_FILE));
  writeFileSync(join(ready, 'sensors.json'), 'new');
  writeFileSync(
    join(ready, 'restore-plan.json'),
    JSON.stringify({ keptAt: 'before-restore-x', names: NAMES }),
  );
  const steps = [
    () => mkdirSync(kept),
    () => renameSync(join(folder, STORE_FILE), join(kept, STORE_FILE)),
    () => renameSync(join(folder, 'admin.json'), join(kept, 'admin.json')),
    () => renameSync(ready, moved),
    () => renameSync(join(moved, STORE_FILE), join(folder, STORE_FILE)),
    () => renameSync(join(moved, 'sensors.json'), join(folder, 'sensors.json')),
    () => rmSync(join(moved, 'restore-plan.json')),
  ];
  for (const step of steps.slice(0, moves)) step();
}

test('a restore that was decided is finished from wherever it was interrupted', () =>
  withFolder(async (root) => {
    const [old, other] = [join(root, 'old'), join(root, 'other')];
    make(old, 3);
    writeFileSync(join(old, 'admin.json'), 'old');
    const newSum = make(other, 9);
    for (let moves = 0; moves <= 7; moves += 1) {
      const folder = join(root, `data-${moves}`);
      cpSync(old, folder, { recursive: true });
      interrupted(folder, { newPath: join(other, STORE_FILE), moves });
      assert.throws(() => openSqliteStoreReadOnly({ folder, clock }), { code: 'store/restoring' });
      assert.throws(() => openSqliteStore({ folder, clock, role: 'import' }), { code: 'store/restoring' });
      openSqliteStore({ folder, clock }).close();
      assert.equal(readSum(folder), newSum, `${moves} moves`);
      const names = readdirSync(folder);
      assert.ok(names.includes('sensors.json') && !names.includes('admin.json'));
      const kept = readdirSync(join(folder, 'before-restore-x'));
      assert.ok(kept.includes('admin.json') && kept.includes(STORE_FILE));
      assert.ok(!names.some((name) => name.startsWith('restore')));
    }
  }));

test('what is checked of a store beside its writer changes nothing', () =>
  withFolder(async (folder) => {
    const { store, put } = numbered(folder);
    put();
    const found = inspectStore(join(folder, STORE_FILE), clock);
    assert.deepEqual(found.faults, []);
    assert.deepEqual(found.totals, [
      {
        source: 'a',
        quantity: 'energy',
        unit: 'Wh',
        sum: GROUP,
        recoveredSum: 0,
        validMs: GROUP * MINUTE_MS,
      },
    ]);
    assert.equal(store.readTotal(1, DAY, DAY + HOUR_MS).sum, GROUP);
    store.close();
  }));

test('who followed a store past its backup is told so by the one that is restored, also where only imports came since', () =>
  withFolder(async (folder) => {
    make(folder, 1);
    const beforeMs = DAY - 30 * DAY_MS;
    const importInto = () => {
      const beside = openSqliteStore({ folder, clock, role: 'import' });
      const series = beside.ensureSeries({ source: 'b', quantity: 'energy', unit: 'Wh', name: 'B' });
      beside.addPoints(series, {
        ...{ starts: Float64Array.of(beforeMs), durationsMs: Float64Array.of(MINUTE_MS) },
        ...{ values: Float64Array.of(1), reports: null, disagreements: null },
      });
      beside.close();
    };
    const { store } = numbered(folder);
    const known = store.cursor();
    const copyPath = join(folder, 'copy.db');
    await copyStore({ folder, toPath: copyPath, clock });
    importInto();
    store.refresh();
    const ahead = store.cursor();
    assert.notEqual(ahead, known);
    store.close();
    for (const companion of ['', '-wal', '-shm'])
      rmSync(join(folder, `${STORE_FILE}${companion}`), { force: true });
    renameSync(copyPath, join(folder, STORE_FILE));
    const restored = numbered(folder).store;
    try {
      assert.deepEqual(restored.readChanges(known, 10)?.items, []);
      assert.equal(restored.readChanges(ahead, 10), null);
    } finally {
      restored.close();
    }
  }));
