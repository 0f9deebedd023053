import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { DAY_MS } from '@kilowink/core/time';
import { openSqliteStore, STORE_FILE } from './open.ts';

const DAY = Date.UTC(2026, 2, 1);
const SENSORS = 60;
const HOT_ROWS_MAX = 3_000;

/** Each look at it takes as long as sealing a series does on a slow machine. */
class SlowClock {
  #monotonicMs = 0;

  wallMs(): number {
    return DAY + DAY_MS;
  }

  monotonicMs(): number {
    this.#monotonicMs += 10;
    return this.#monotonicMs;
  }
}

function windowsFrom(number: number) {
  return [0, 1, 2].map((more) => ({
    number: number + more,
    value: (number + more) % 5,
    reports: 1,
    disagreements: 0,
  }));
}

test('a hot tail of many sensors is sealed a slice at a time, and stays bounded', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-relief-'));
  try {
    const store = openSqliteStore({
      folder,
      clock: new SlowClock(),
      groupMs: 500,
      hotRowsMax: HOT_ROWS_MAX,
    });
    const timeline = [{ fromNumber: 0, startMs: DAY, intervalMs: 5_000 }];
    const runs = Array.from({ length: SENSORS }, (_, at) => {
      const name = `sensor ${at}`;
      const series = store.ensureSeries({ source: name, quantity: 'energy', unit: 'Wh', name });
      return { series, run: store.createRun({ series, timeline }) };
    });
    let blocksBefore = 0;
    let mostAtOnce = 0;
    let mostHot = 0;
    for (let round = 0; round < 80; round += 1) {
      for (const { run } of runs) {
        store.putWindows(run, windowsFrom(3 * round));
        const { blockCount, hotCount } = store.health();
        mostAtOnce = Math.max(mostAtOnce, blockCount - blocksBefore);
        mostHot = Math.max(mostHot, hotCount);
        blocksBefore = blockCount;
      }
    }
    assert.ok(blocksBefore >= SENSORS, `${blocksBefore} blocks`);
    // Each is points, minutes and hours; down to the bound at once it would be 19 of them.
    assert.ok(mostAtOnce <= 21, `${mostAtOnce} blocks in one turn`);
    assert.ok(mostHot < 1.5 * HOT_ROWS_MAX, `${mostHot} rows`);
    store.flush();
    for (const { series } of runs) {
      const { sum, validMs } = store.readTotal(series, DAY, DAY + DAY_MS);
      assert.equal(validMs, 240 * 5_000);
      assert.equal(sum, 48 * (0 + 1 + 2 + 3 + 4));
    }
    store.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the journal of many sensors is written anew in few groups, with all that is hot', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-relief-'));
  try {
    const clock = { wallMs: () => DAY + DAY_MS, monotonicMs: () => 0 };
    const store = openSqliteStore({ folder, clock, groupMs: 60_000, hotRowsMax: HOT_ROWS_MAX });
    const timeline = [{ fromNumber: 0, startMs: DAY, intervalMs: 5_000 }];
    const runs = Array.from({ length: 300 }, (_, at) => {
      const name = `sensor ${at}`;
      const series = store.ensureSeries({ source: name, quantity: 'energy', unit: 'Wh', name });
      return { series, run: store.createRun({ series, timeline }) };
    });
    for (let round = 0; round < 40; round += 1) {
      for (const { run } of runs) store.putWindows(run, windowsFrom(3 * round));
      store.flush();
    }
    const total = () => runs.map(({ series }) => store.readTotal(series, DAY, DAY + DAY_MS));
    const before = total();
    store.close();
    const file = new DatabaseSync(join(folder, STORE_FILE), { readOnly: true });
    const groups = file.prepare('SELECT count(*) AS count FROM journal').get()?.['count'];
    file.close();
    assert.ok(Number(groups) <= 45, `${groups} groups`);
    const again = openSqliteStore({ folder, clock });
    assert.deepEqual(
      runs.map(({ series }) => again.readTotal(series, DAY, DAY + DAY_MS)),
      before,
    );
    assert.equal(before[0]?.validMs, 120 * 5_000);
    again.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** The points of a day as they lie in the file once it and the next have come: sealed early, or at once when both are there. */
function sealedDay(how: 'early' | 'at once'): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-relief-'));
  try {
    const clock = { wallMs: () => DAY + DAY_MS, monotonicMs: () => 0 };
    const store = openSqliteStore({
      folder,
      clock,
      groupMs: 0,
      hotRowsMax: how === 'early' ? HOT_ROWS_MAX : 100_000,
    });
    const series = store.ensureSeries({ source: 'one', quantity: 'energy', unit: 'Wh', name: 'one' });
    const timeline = [{ fromNumber: 0, startMs: DAY, intervalMs: 5_000 }];
    const run = store.createRun({ series, timeline });
    for (let number = 0; number < (2 * DAY_MS) / 5_000; number += 600) {
      const windows = Array.from({ length: 600 }, (_, more) => ({
        ...{ number: number + more, reports: 1, disagreements: 0 },
        value: Math.floor(9 * Math.sin((number + more) ** 2 / 50_000) ** 2),
      }));
      store.putWindows(run, windows);
    }
    if (how === 'at once') store.seal(DAY + DAY_MS);
    store.close();
    const file = new DatabaseSync(join(folder, STORE_FILE), { readOnly: true });
    const find = 'SELECT data FROM block WHERE series = ? AND level = 0 AND period = ?';
    const found = file.prepare(find).all(series, DAY / DAY_MS);
    file.close();
    assert.equal(found.length, 1);
    return found[0]?.['data'] as Uint8Array;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a day that was sealed early, part by part, is no larger in the end than one that was sealed at once', () => {
  assert.deepEqual(sealedDay('early'), sealedDay('at once'));
});
