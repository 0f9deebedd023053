import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { MINUTE_MS } from '@kilowink/core/time';
import { openSqliteStore, type Store } from '@kilowink/store';
import { machineClock } from '../clock.ts';
import { Workplace } from '../testing.ts';

const START = Date.UTC(2026, 0, 11, 23);

/** A day of 10 Wh a minute, without its third hour, in a store that stays open as a server's does. */
function serve(place: Workplace): { store: Store; series: number } {
  const store = openSqliteStore({ folder: place.data, clock: machineClock });
  const series = store.ensureSeries({ source: 'optical/a', quantity: 'energy', unit: 'Wh', name: 'Meter' });
  const minutes = Array.from({ length: 1_440 }, (_, at) => at).filter((at) => at < 120 || at >= 180);
  store.addPoints(series, {
    starts: Float64Array.from(minutes, (at) => START + at * MINUTE_MS),
    durationsMs: new Float64Array(minutes.length).fill(MINUTE_MS),
    values: new Float64Array(minutes.length).fill(10),
    reports: null,
    disagreements: null,
  });
  store.flush();
  return { store, series };
}

test('corrections are previewed, made beside a server, listed, exported and taken back', async () => {
  using place = new Workplace();
  const { store, series } = serve(place);
  try {
    const at = ['-d', place.data];
    const range = ['--from', '2026-01-12T01:00', '--to', '2026-01-12T02:00'];
    const unsure = await place.run('correct', 'add', ...at, ...range, '--bad');
    assert.match(unsure.stdout, /now +0\.600 kWh, 100 % measured\n +then +0\.000 kWh, 0 % measured/);
    assert.equal(unsure.exitCode, 3);
    assert.deepEqual(store.listCorrections(series), []);
    const made = await place.run('correct', 'add', ...at, ...range, '--bad', '--note', 'lamp', '-y');
    assert.match(made.stdout, /Corrected: number 1\./);
    assert.deepEqual(store.listCorrections(series)[0]?.kind, { kind: 'bad' });
    const listed = await place.run('correct', 'list', ...at);
    assert.match(listed.stdout, /1 +2026-01-12 01:00:00 \+01:00 +1 h +bad: counts as not measured +lamp/);
    const day = ['export', ...at, '--step', '1d'];
    assert.match((await place.run(...day)).stdout, /,86400,13200,/);
    assert.match((await place.run(...day, '--uncorrected')).stdout, /,86400,13800,/);
    assert.match((await place.run('correct', 'undo', '1', ...at)).stdout, /taken back 20/);
    assert.match((await place.run(...day)).stdout, /,86400,13800,/);
    assert.match((await place.run('correct', 'undo', '1', ...at)).stdout, /already/);
  } finally {
    store.close();
  }
});

test('what is listed of two sensors on one meter is taken back there', async () => {
  using place = new Workplace();
  const { store } = serve(place);
  store.close();
  const config = place.path('kilowink.yaml');
  writeFileSync(config, 'measurements:\n  - id: house\n    name: House\n    sources: [optical/a, tic/b]\n');
  const at = ['-d', place.data, '--config', config, '--series'];
  const range = ['--from', '2026-01-12T01:00', '--to', '2026-01-12T02:00'];
  const refused = await place.run('correct', 'add', ...at, 'House', ...range, '--bad', '-y');
  assert.match(refused.stderr, /correct the one that is wrong/);
  await place.run('correct', 'add', ...at, 'Meter', ...range, '--bad', '-y');
  assert.match((await place.run('correct', 'list', ...at, 'House')).stdout, /1 +2026-01-12 01:00:00/);
  const undone = await place.run('correct', 'undo', '1', ...at, 'House');
  assert.match(undone.stdout, /taken back 20/, undone.stderr);
});

test('today is corrected up to now, and numbers may have a French comma', async () => {
  using place = new Workplace();
  const { store, series } = serve(place);
  const zone = 'Europe/Paris';
  const today = Temporal.Now.plainDateISO(zone);
  const fromMs = today.toZonedDateTime(zone).epochMilliseconds;
  const count = Math.max(1, Math.floor((Date.now() - fromMs) / MINUTE_MS));
  store.addPoints(series, {
    starts: Float64Array.from({ length: count }, (_, at) => fromMs + at * MINUTE_MS),
    durationsMs: new Float64Array(count).fill(MINUTE_MS),
    values: new Float64Array(count).fill(10),
    reports: null,
    disagreements: null,
  });
  store.close();
  const at = ['-d', place.data, '--zone', zone, '--from', `${today}`, '-y'];
  const made = await place.run(
    'correct',
    'add',
    ...at,
    '--to',
    `${today.add({ days: 1 })}`,
    '--scale',
    '1,02',
  );
  assert.match(made.stdout, /times 1\.02[\s\S]*Corrected: number 1/, made.stderr);
  const late = await place.run('correct', 'add', ...at, '--to', `${today.add({ days: 2 })}`, '--bad');
  assert.match(late.stderr, /ends in the future/);
});

test('a correction that can not be is refused with what would be right', async () => {
  using place = new Workplace();
  const { store } = serve(place);
  store.close();
  const range = ['-d', place.data, '--from', '2026-01-12T01:00', '--to', '2026-01-12T02:00'];
  const both = await place.run('correct', 'add', ...range, '--bad', '--scale', '2');
  assert.match(both.stderr, /one of --bad, --scale and --total/);
  assert.equal(both.exitCode, 2);
  const scale = await place.run('correct', 'add', ...range, '--scale', 'much', '-y');
  assert.match(scale.stderr, /factor: expected 0\.1 to 10/);
  assert.equal(scale.exitCode, 1);
  const none = await place.run('correct', 'undo', '8', '-d', place.data);
  assert.match(none.stderr, /no correction 8/);
});
