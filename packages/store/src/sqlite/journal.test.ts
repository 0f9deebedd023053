import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { DAY_MS, HOUR_MS } from '@kilowink/core/time';
import { decodeGroup, EMPTY_GROUP, encodeGroup, type Group } from '../block/journal-codec.ts';
import { StillClock } from '../contract/index.ts';
import { listOf, pointsOf } from '../contract/model.ts';
import type { Store } from '../store.ts';
import { openSqliteStore, openSqliteStoreReadOnly, STORE_FILE } from './open.ts';

const DAY = Date.UTC(2026, 2, 1);
const clock = new StillClock(DAY + 2 * DAY_MS);

function withFolder(body: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-journal-'));
  try {
    body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function windows(from: number, to: number) {
  return Array.from({ length: to - from }, (_, index) => ({
    number: from + index,
    value: (from + index) % 7,
    reports: 1,
    disagreements: 0,
  }));
}

function runOf(store: Store, source: string): { series: number; run: number } {
  const series = store.ensureSeries({ source, quantity: 'energy', unit: 'Wh', name: source });
  return {
    series,
    run: store.createRun({ series, timeline: [{ fromNumber: 0, startMs: DAY, intervalMs: 5_000 }] }),
  };
}

test('a group is read as it was written, and damaged bytes are a fault', () => {
  const row = {
    key: -5,
    durationMs: 0,
    value: 9,
    reports: 2,
    disagreements: 1,
    lastFlashMs: null,
    seq: null,
  };
  const group: Group = {
    windows: [[3, [row, { ...row, key: -4, lastFlashMs: 0, seq: 77 }]]],
    points: [[8, [{ ...row, key: DAY, durationMs: 700, seq: 12 }]]],
    timelines: [[3, [{ fromNumber: 0, startMs: DAY, intervalMs: 5_000 }]]],
    states: [['optical/é', '{"a":1}']],
    sealed: [{ series: 8, fromMs: DAY, toMs: DAY + 1 }],
  };
  const bytes = encodeGroup(group);
  assert.deepEqual(decodeGroup(bytes), { ok: true, value: group });
  const empty = decodeGroup(encodeGroup(EMPTY_GROUP));
  assert.deepEqual(empty, { ok: true, value: EMPTY_GROUP });
  for (let at = 0; at < bytes.length; at += 1) {
    const flipped = bytes.slice();
    flipped[at] = (flipped[at] ?? 0) ^ 4;
    assert.equal(decodeGroup(flipped).ok, false, `byte ${at}`);
    assert.equal(decodeGroup(bytes.subarray(0, at)).ok, false, `cut at ${at}`);
  }
});

test('a group that does not open is said and set aside, the others stay', () => {
  withFolder((folder) => {
    const store = openSqliteStore({ folder, clock });
    const { run, series } = runOf(store, 'a');
    for (let group = 0; group < 5; group += 1) {
      store.putWindows(run, windows(group * 100, group * 100 + 100));
      store.flush();
    }
    store.close();
    const database = new DatabaseSync(join(folder, STORE_FILE));
    const row = database.prepare('SELECT id, data FROM journal ORDER BY id LIMIT 1 OFFSET 2').get();
    const data = row?.['data'];
    assert.ok(data instanceof Uint8Array);
    data[data.length - 4] = (data[data.length - 4] ?? 0) ^ 1;
    database.prepare('UPDATE journal SET data = ? WHERE id = ?').run(data, row?.['id'] ?? null);
    database.close();
    const codes: string[] = [];
    const again = openSqliteStore({ folder, clock, onError: ({ code }) => codes.push(code) });
    assert.deepEqual(codes, ['store/damaged']);
    assert.match(again.health().damages[0]?.message ?? '', /journal: checksum .*read as a gap/);
    assert.equal(again.readTotal(series, DAY, DAY + DAY_MS).validMs, 400 * 5_000);
    assert.equal(again.putWindows(run, windows(0, 500)), 100);
    again.close();
    const third = openSqliteStore({ folder, clock });
    assert.equal(third.health().damages.length, 1);
    assert.equal(third.health().hotCount, 500);
    third.close();
  });
});

test('a hot tail that gets too long is sealed early, and nothing shows it', () => {
  withFolder((folder) => {
    const hotRowsMax = 3_000;
    const open = () => openSqliteStore({ folder, clock, hotRowsMax });
    const store = open();
    const reader = openSqliteStoreReadOnly({ folder, clock });
    const sensors = Array.from({ length: 4 }, (_, index) => runOf(store, `sensor ${index}`));
    const gauge = store.ensureSeries({ source: 'tic', quantity: 'voltage', unit: 'V', name: 'Voltage' });
    const frames = Array.from({ length: 6_000 }, (_, index) => ({
      startMs: DAY + DAY_MS + index * 1_000,
      durationMs: 1_000,
      value: 225 + (index % 11),
    }));
    for (let first = 0; first < 6_000; first += 300) {
      // Each sensor leaves out what comes late.
      for (const { run } of sensors)
        store.putWindows(
          run,
          windows(first, first + 300).filter(({ number }) => number % 50 !== 1),
        );
      store.addPoints(gauge, pointsOf(frames.slice(first, first + 300)));
      store.flush();
      assert.ok(store.health().hotCount <= hotRowsMax + 1_500, `${store.health().hotCount} hot`);
    }
    assert.ok(store.health().blockCount > 0);
    for (const { run } of sensors) {
      assert.equal(store.putWindows(run, windows(0, 6_000)), 120);
      assert.equal(store.putWindows(run, windows(0, 6_000)), 0);
    }
    assert.equal(store.addPoints(gauge, pointsOf(frames)).repeated, frames.length);
    store.flush();
    const check = (of: Pick<Store, 'readPoints' | 'readTotal'>) => {
      for (const { series } of sensors) {
        const values = listOf(of.readPoints(series, DAY, DAY + DAY_MS)).map(({ value }) => value);
        assert.deepEqual(
          values,
          windows(0, 6_000).map(({ value }) => value),
        );
      }
      assert.deepEqual(listOf(of.readPoints(gauge, DAY, DAY + 2 * DAY_MS)), frames);
    };
    check(store);
    check(reader);
    reader.close();
    store.close();
    const again = open();
    check(again);
    again.seal(DAY + 3 * DAY_MS);
    assert.equal(again.health().hotCount, 0);
    check(again);
    again.close();
  });
});

test('timelines and states are there after the journal was written anew', () => {
  withFolder((folder) => {
    const store = openSqliteStore({ folder, clock });
    const { run, series } = runOf(store, 'a');
    const moved = [{ fromNumber: 0, startMs: DAY + 500, intervalMs: 5_000 }];
    for (let first = 0; first < 17_280; first += 864) {
      store.putWindows(run, windows(first, first + 864));
      for (let reports = 2; reports < 4; reports += 1)
        store.putWindows(
          run,
          windows(first, first + 864).map((window) => ({ ...window, reports })),
        );
      store.flush();
      store.putWindows(
        run,
        windows(first, first + 864).map((window) => ({ ...window, reports: 9 })),
      );
      store.putSourceState('a', String(first));
      store.flush();
    }
    store.setTimeline(run, moved);
    store.flush();
    assert.equal(store.seal(DAY + DAY_MS), 1);
    store.putWindows(run, windows(20_000, 20_010));
    store.close();
    const again = openSqliteStore({ folder, clock });
    assert.equal(again.sourceState('a'), '16416');
    assert.deepEqual(again.listRuns(series, 1)[0]?.timeline, moved);
    assert.equal(listOf(again.readPoints(series, 0, 2 * DAY)).length, 17_290);
    const database = new DatabaseSync(join(folder, STORE_FILE), { readOnly: true });
    assert.ok(Number(database.prepare('SELECT count(*) AS count FROM journal').get()?.['count']) < 5);
    database.close();
    again.close();
  });
});

test('what is hot, read and happened is saved from a file whose blocks lead nowhere', () => {
  withFolder((folder) => {
    const store = openSqliteStore({ folder, clock });
    const { run, series } = runOf(store, 'tic/a');
    store.putWindows(run, windows(0, 500));
    const reading = { atMs: DAY, indexWh: 5_000_000, origin: 'meter' } as const;
    const breaker = { source: 'tic/a', atMs: DAY, kind: 'breaker', data: { open: true } } as const;
    const gap = { fromMs: DAY + 5 * HOUR_MS, toMs: DAY + 6 * HOUR_MS, value: 40 };
    store.putReadings(series, [reading]);
    store.putEvents([breaker]);
    store.putRecoveredSpan(series, gap);
    store.close();
    const path = join(folder, STORE_FILE);
    const database = new DatabaseSync(path);
    const root = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'block'").get()?.[
      'rootpage'
    ];
    database.close();
    const bytes = readFileSync(path);
    bytes.fill(0, (Number(root) - 1) * 1_024, Number(root) * 1_024);
    writeFileSync(path, bytes);
    const saved = openSqliteStore({ folder, clock });
    assert.equal(saved.health().damages.length, 1);
    assert.deepEqual(saved.readReadings(series, 0, 2 * DAY), [reading]);
    assert.deepEqual(saved.readEvents({ fromMs: 0, toMs: 2 * DAY, limit: 9 }), [breaker]);
    assert.deepEqual(saved.readRecoveredSpans(series, 0, 2 * DAY), [gap]);
    assert.equal(saved.health().hotCount, 500);
    saved.close();
  });
});

test('an import that writes just before the journal is written anew takes nothing away', () => {
  withFolder((folder) => {
    let isBeside = false;
    let importedCount = 0;
    // Each look at the clock is a moment at which another process writes.
    const busy = {
      wallMs: () => clock.wallMs(),
      monotonicMs: () => {
        if (isBeside) {
          const beside = openSqliteStore({ folder, clock, role: 'import' });
          const startMs = clock.wallMs() - 1_000 * (importedCount + 1);
          const series = runless(beside, 'import');
          beside.addPoints(series, pointsOf([{ startMs, durationMs: 1_000, value: 3 }]));
          beside.close();
          importedCount += 1;
        }
        return 0;
      },
    };
    const store = openSqliteStore({ folder, clock: busy, groupMs: 1e9, hotRowsMax: 4_000 });
    const { series, run } = runOf(store, 'test');
    const groupsOf = () => {
      const database = new DatabaseSync(join(folder, STORE_FILE), { readOnly: true });
      const count = Number(database.prepare('SELECT count(*) AS n FROM journal').get()?.['n']);
      database.close();
      return count;
    };
    let [from, wasRewritten] = [0, false];
    while (!wasRewritten && from < 30_000) {
      store.putWindows(run, windows(from, from + 3_000));
      from += 3_000;
      const before = groupsOf();
      isBeside = true;
      store.flush();
      isBeside = false;
      wasRewritten = groupsOf() < before;
    }
    assert.ok(wasRewritten && importedCount > 0, `${from} windows, ${importedCount} imports`);
    const sum = windows(0, from).reduce((total, { value }) => total + value, 0);
    const check = (of: Store) => {
      assert.equal(of.readTotal(series, 0, 2 * DAY).sum, sum);
      assert.equal(of.readTotal(runless(of, 'import'), 0, 2 * DAY).sum, 3 * importedCount);
    };
    check(store);
    store.close();
    const again = openSqliteStore({ folder, clock });
    check(again);
    again.close();
  });
});

test('whatever ends the process while the journal is written anew, all of it is there once', () => {
  withFolder((folder) => {
    const path = join(folder, STORE_FILE);
    const store = openSqliteStore({ folder, clock, groupMs: 1e9 });
    const sensors = Array.from({ length: 8 }, (_, at) => runOf(store, `home ${at}`));
    const perDay = DAY_MS / 5_000;
    for (const { run } of sensors) store.putWindows(run, windows(0, perDay + 6_000));
    // Points are sealed by what the journal says, windows by a table.
    const meter = runless(store, 'meter');
    const measured = Array.from({ length: 900 }, (_, at) => ({
      startMs: DAY + DAY_MS + at * 60_000,
      durationMs: 60_000,
      value: at % 5,
    }));
    store.addPoints(meter, pointsOf(measured));
    store.flush();
    const sums = new Map(sensors.map(({ series }) => [series, sumOf(0, perDay + 6_000)]));
    sums.set(
      meter,
      measured.reduce((sum, { value }) => sum + value, 0),
    );
    const cursor = store.cursor();
    let copyCount = 0;
    const checkCopy = () => {
      store.flush();
      copyCount += 1;
      const copied = join(folder, `copy-${copyCount}`);
      mkdirSync(copied);
      for (const suffix of ['', '-wal']) copyFileSync(path + suffix, join(copied, STORE_FILE + suffix));
      const copy = openSqliteStore({ folder: copied, clock });
      for (const [series, sum] of sums) {
        assert.equal(copy.readTotal(series, 0, 9 * DAY).sum, sum, `series ${series}, copy ${copyCount}`);
        assert.deepEqual(copy.listRuns(series, 9), store.listRuns(series, 9));
      }
      assert.equal(copy.health().hotCount, store.health().hotCount);
      for (const { run } of sensors)
        assert.deepEqual(
          copy.readWindows(run, perDay, 2 * perDay),
          store.readWindows(run, perDay, 2 * perDay),
        );
      assert.equal(copy.sourceState('home'), store.sourceState('home'));
      assert.deepEqual(copy.readChanges(cursor, 1e6)?.items, store.readChanges(cursor, 1e6)?.items);
      copy.close();
    };
    const oldest = () => {
      const database = new DatabaseSync(path, { readOnly: true });
      const id = Number(database.prepare('SELECT min(id) AS id FROM journal').get()?.['id']);
      database.close();
      return id;
    };
    const firstId = oldest();
    let stepsBehind = 0;
    store.seal(DAY + DAY_MS);
    for (let step = 0; step < 9; step += 1) {
      checkCopy();
      if (oldest() === firstId) stepsBehind += 1;
      const { series, run } = sensors[step % 8] ?? { series: 0, run: 0 };
      const from = perDay + 6_000 + step * 10;
      store.putWindows(run, [{ number: perDay + 5, value: 0, reports: 2 + step, disagreements: 1 }]);
      sums.set(
        series,
        (sums.get(series) ?? 0) +
          store.putWindows(
            run,
            windows(from, from + 10).map((each) => ({ ...each, value: 1 })),
          ),
      );
      store.putSourceState('home', `{"step":${step}}`);
      store.setTimeline(run, [{ fromNumber: 0, startMs: DAY + step, intervalMs: 5_000 }]);
      if (step % 2 === 0) store.seal(DAY + 2 * DAY_MS, 0);
    }
    assert.ok(stepsBehind >= 2 && oldest() > firstId, `done after ${stepsBehind} steps`);
    store.close();
  });
});

function sumOf(from: number, to: number): number {
  return windows(from, to).reduce((sum, { value }) => sum + value, 0);
}

function runless(store: Store, source: string): number {
  return store.ensureSeries({ source, quantity: 'energy', unit: 'Wh', name: source });
}
