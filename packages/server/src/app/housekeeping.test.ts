import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openSqliteStore, STORE_FILE } from '@kilowink/store';
import { Live } from '../live/index.ts';
import { EnergyReader } from '../truth/index.ts';
import { systemClock } from './clock.ts';
import { ClockWatch } from './clock-watch.ts';
import { Housekeeping } from './housekeeping.ts';

/** Longer than it takes to look for what other processes wrote. */
const LOOKED_MS = 1_200;

test('that a write failed is told until one succeeds, however often reading does', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-housekeeping-'));
  const clock = systemClock;
  const store = openSqliteStore({ folder, clock, groupMs: 1e9, busyMs: 0 });
  const reader = new EnergyReader(store);
  const told: string[] = [];
  const housekeeping = new Housekeeping({
    reader: store,
    writer: { store, groupMs: 1e9, sealAfterMs: 0 },
    live: new Live({ reader, version: 'test', nowMs: () => clock.wallMs() }),
    clock: new ClockWatch(clock),
    onError: (message) => told.push(message),
  });
  const said = () => housekeeping.lastError?.message ?? 'all is well';
  housekeeping.start();
  // Another program keeps the file to itself.
  const other = new DatabaseSync(join(folder, STORE_FILE));
  other.exec('BEGIN IMMEDIATE');
  store.putSourceState('optical/a', '{}');
  housekeeping.flush();
  housekeeping.flush();
  assert.match(said(), /kept in memory.*locked/);
  assert.equal(told.length, 1);
  await new Promise((resolve) => setTimeout(resolve, LOOKED_MS));
  assert.match(said(), /kept in memory/);
  other.exec('ROLLBACK');
  housekeeping.flush();
  assert.equal(said(), 'all is well');

  housekeeping.reportFailed(new assert.AssertionError({ message: 'no room' }));
  housekeeping.flush();
  assert.match(said(), /repeat it.*no room/);
  store.putSourceState('optical/a', '{"written":true}');
  housekeeping.flush();
  assert.equal(said(), 'all is well');

  housekeeping.stop();
  other.close();
  store.close();
  rmSync(folder, { recursive: true });
});

test('what is stored is looked at after the start, and damage is told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-housekeeping-'));
  const clock = systemClock;
  const first = openSqliteStore({ folder, clock });
  const id = first.ensureSeries({ source: 'optical/a', quantity: 'energy', unit: 'Wh', name: 'A' });
  const starts = Float64Array.from({ length: 40 }, (_, day) => Date.UTC(2026, 0, 5 + day));
  const measured = { durationsMs: starts.map(() => 5_000), values: starts.map(() => 9) };
  first.addPoints(id, { starts, ...measured, reports: null, disagreements: null });
  first.close();
  const database = new DatabaseSync(join(folder, STORE_FILE));
  database.exec("UPDATE block SET data = x'00' WHERE level = 0 AND period = (SELECT max(period) FROM block)");
  database.close();
  const told: string[] = [];
  const onError = ({ message }: Error) => told.push(message);
  const store = openSqliteStore({ folder, clock, verified: 'later', onError });
  const housekeeping = new Housekeeping({
    reader: store,
    writer: { store, groupMs: 1e9, sealAfterMs: 0 },
    live: new Live({ reader: new EnergyReader(store), version: 'test', nowMs: () => clock.wallMs() }),
    clock: new ClockWatch(clock),
    onError: (message) => told.push(message),
  });
  housekeeping.start();
  assert.equal(housekeeping.verifiedMs, null);
  assert.deepEqual(told, []);
  while (housekeeping.verifiedMs === null) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(told.length, 1);
  assert.match(
    told[0] ?? '',
    /block of points of series 1 from 2026-02-13: at least 5 bytes expected, found 1/,
  );
  assert.equal(store.health().damages.length, 1);
  housekeeping.stop();
  store.close();
  rmSync(folder, { recursive: true });
});

test('what has to be seen before days are sealed is seen before', (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-housekeeping-'));
  const store = openSqliteStore({ folder, clock: systemClock, groupMs: 0 });
  const id = store.ensureSeries({ source: 'optical/a', quantity: 'energy', unit: 'Wh', name: 'A' });
  const reader = new EnergyReader(store);
  const timeline = [{ fromNumber: 0, startMs: Date.UTC(2026, 0, 5), intervalMs: 5_000 }];
  const run = store.createRun({ series: id, timeline });
  const start = store.cursor();
  store.putWindows(run, [{ number: 0, value: 9, reports: 1, disagreements: 0 }]);
  const seen: string[] = [];
  const housekeeping = new Housekeeping({
    reader: store,
    writer: { store, groupMs: 0, sealAfterMs: 0 },
    live: new Live({ reader, version: 'test', nowMs: () => 0 }),
    clock: new ClockWatch(systemClock),
    beforeSeal: [() => seen.push(...(store.readChanges(start, 9)?.items ?? []).map(({ kind }) => kind))],
    onError: (message) => assert.fail(message),
  });
  housekeeping.start();
  context.mock.timers.tick(60_000);
  assert.deepEqual(seen, ['point']);
  assert.equal(store.readChanges(start, 9), null);
  housekeeping.stop();
  store.close();
  rmSync(folder, { recursive: true });
});
