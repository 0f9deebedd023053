import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { DAY_MS, HOUR_MS } from '@kilowink/core/time';
import { StillClock } from '../contract/index.ts';
import { openSqliteStore, openSqliteStoreReadOnly, STORE_FILE } from './open.ts';

/*
 * A real process writes windows, points and timelines, seals, and says on its output up to where it flushed. It is
 * killed without warning at a random moment, many times over the same folder. What it said is flushed must be there,
 * once; what it had not said may be there, once.
 */

const ROUNDS = Number(process.env['KILOWINK_CRASH_ROUNDS'] ?? 8);
const LIFE_MS_MAX = 350;
const DAY = Date.UTC(2026, 0, 1);
const NOW = Date.UTC(2026, 5, 1);
const entry = JSON.stringify(join(import.meta.dirname, 'open.ts'));

/** Windows last an hour and hold number % 5; points last a minute, start on half hours and hold 7. */
const WRITER = `
  const { openSqliteStore } = await import(${entry});
  const [folder, firstText] = process.argv.slice(1);
  const clock = { wallMs: () => ${NOW}, monotonicMs: () => performance.now() };
  const store = openSqliteStore({ folder, clock, groupMs: 1e9 });
  const series = store.ensureSeries({ source: 'crash', quantity: 'energy', unit: 'Wh', name: 'Crash' });
  const timeline = [{ fromNumber: 0, startMs: ${DAY}, intervalMs: ${HOUR_MS} }];
  const run = store.listRuns(series, 1)[0]?.id ?? store.createRun({ series, timeline });
  console.log('open', store.cursor());
  for (let first = Number(firstText); ; first += 7) {
    const windows = Array.from({ length: 14 }, (_, index) => first + index)
      .map((number) => ({ number, value: Math.abs(number) % 5, reports: 1, disagreements: 0 }));
    store.putWindows(run, windows);
    const starts = Float64Array.from({ length: 7 }, (_, index) => ${DAY} + (first + index) * ${HOUR_MS} + 1_800_000);
    store.addPoints(series, { starts, durationsMs: starts.map(() => 60_000), values: starts.map(() => 7),
      reports: null, disagreements: null });
    store.putSourceState('crash', String(first));
    store.flush();
    console.log('flushed', first, store.cursor(), 'whole');
    if (first % 5 === 0) store.seal(${DAY} + first * ${HOUR_MS});
  }`;

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Starts a writer, kills it after `lifeMs` of writing, and returns the last group and cursor it said; none is −∞. */
async function writeUntilKilled(
  folder: string,
  first: number,
  lifeMs: number,
): Promise<{ first: number; cursor: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, folder, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = { first: Number.NEGATIVE_INFINITY, cursor: '' };
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const [word, value, cursor, end] = line.split(' ');
    if (word === 'open') setTimeout(() => child.kill('SIGKILL'), lifeMs);
    // The last line of one that is killed may be cut anywhere.
    if (word === 'flushed' && end === 'whole') Object.assign(said, { first: Number(value), cursor });
  });
  await Promise.all([once(child, 'exit'), once(lines, 'close')]);
  return said;
}

/** Whether everything up to group `first` is there, and nothing twice; returns the number of the last window. */
function check(folder: string, first: number, cursor: string): number {
  const clock = new StillClock(NOW);
  const store = openSqliteStore({ folder, clock });
  try {
    assert.deepEqual(store.health().damages, []);
    const run = store.listRuns(1, 1)[0];
    const last = run?.lastNumber ?? -1;
    assert.ok(last >= first + 13, `window ${first + 13} was flushed, the last is ${last}`);
    const numbers = store.readWindows(run?.id ?? 0, 0, last + 1).map((window) => window.number);
    assert.deepEqual(
      numbers,
      Array.from({ length: last + 1 }, (_, number) => number),
    );
    const edges = Float64Array.from({ length: last + 2 }, (_, hour) => DAY + hour * HOUR_MS);
    const sums = [...store.readBuckets(1, edges).sums];
    for (const [number, sum] of sums.entries()) {
      const pointsMax = number <= last - 7 ? 7 : sum - (number % 5);
      assert.ok(pointsMax === 0 || pointsMax === 7, `hour ${number}`);
      assert.equal(sum, (number % 5) + pointsMax, `hour ${number}`);
    }
    const state = Number(store.sourceState('crash'));
    assert.ok(state >= first);
    // What came after a cursor that was said is told, or known to be unknown; never silently skipped.
    if (cursor !== '') {
      const changes = store.readChanges(cursor, 1_000);
      const told = changes?.items.filter(
        (item) => item.kind === 'point' && item.durationMs === HOUR_MS,
      ).length;
      if (told !== undefined) assert.ok(told <= last - (first + 13), `${told} windows told`);
    }
    return last;
  } finally {
    store.close();
  }
}

test(`crash: killed ${ROUNDS} times while writing, everything flushed is there once`, async (context) => {
  const seed = Number(process.env['KILOWINK_SEED'] ?? Date.now() % 1_000_000);
  context.diagnostic(`KILOWINK_SEED=${seed}`);
  const random = randomFrom(seed);
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-crash-'));
  try {
    let next = 0;
    let flushed = Number.NEGATIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round += 1) {
      const said = await writeUntilKilled(folder, next, 5 + random() * LIFE_MS_MAX);
      const database = new DatabaseSync(join(folder, STORE_FILE), { readOnly: true });
      assert.deepEqual(Object.values(database.prepare('PRAGMA quick_check').get() ?? {}), ['ok']);
      database.close();
      // A writer killed before it said anything may have written windows of a group, but not yet all of it.
      flushed = Math.max(flushed, said.first);
      const last = check(folder, flushed, said.cursor);
      // The last window of a group is the seventh of the next one.
      next = Math.max(0, last - 13 + 7);
    }
    assert.ok(next > ROUNDS, `only ${next} windows were written`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('crash: a log torn at any byte leaves whole groups', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-torn-'));
  const clock = new StillClock(NOW);
  try {
    const source = join(folder, 'source');
    const made = openSqliteStore({ folder: source, clock });
    const series = made.ensureSeries({ source: 'torn', quantity: 'energy', unit: 'Wh', name: 'Torn' });
    const run = made.createRun({ series, timeline: [{ fromNumber: 0, startMs: DAY, intervalMs: 5_000 }] });
    made.close();
    // What was written so far is in the file; the log holds the groups alone.
    const store = openSqliteStore({ folder: source, clock });
    for (let group = 0; group < 20; group += 1) {
      const windows = [0, 1, 2].map((index) => ({
        number: group * 3 + index,
        value: 1,
        reports: 1,
        disagreements: 0,
      }));
      store.putWindows(run, windows);
      store.flush();
    }
    const file = readFileSync(join(source, STORE_FILE));
    const log = readFileSync(join(source, `${STORE_FILE}-wal`));
    store.close();
    for (let round = 0; round < 20; round += 1) {
      const copy = mkdtempSync(join(folder, 'copy-'));
      writeFileSync(join(copy, STORE_FILE), file);
      const whole = Math.floor((log.length * (round + 30)) / 50);
      writeFileSync(join(copy, `${STORE_FILE}-wal`), log.subarray(0, whole));
      appendFileSync(join(copy, `${STORE_FILE}-wal`), Buffer.alloc(round * 100, round));
      const torn = openSqliteStore({ folder: copy, clock });
      const { hotCount, damages } = torn.health();
      assert.deepEqual(damages, []);
      assert.equal(hotCount % 3, 0);
      assert.equal(torn.readTotal(series, DAY, DAY + DAY_MS).sum, hotCount);
      torn.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('two processes: a reader beside a writer sees whole groups that only grow', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-two-'));
  const clock = new StillClock(NOW);
  const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, folder, '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(child.stdout, 'data');
    const reader = openSqliteStoreReadOnly({ folder, clock });
    let before = 0;
    const deadline = performance.now() + 800;
    while (performance.now() < deadline) {
      reader.refresh();
      const total = reader.readTotal(1, DAY, NOW);
      const hours = reader.readBuckets(1, Float64Array.of(DAY, NOW)).sums[0] ?? 0;
      const known = reader.listRuns(1, 1)[0]?.lastNumber ?? -1;
      assert.ok(total.sum >= before, `${total.sum} after ${before}`);
      if (known >= 0) assert.equal((known + 1) % 7, 0);
      assert.ok(Number.isNaN(hours) || hours >= total.sum);
      before = total.sum;
    }
    assert.ok(before > 0);
    reader.close();
  } finally {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    rmSync(folder, { recursive: true });
  }
});
