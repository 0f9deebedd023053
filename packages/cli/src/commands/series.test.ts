import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openSqliteStore, openSqliteStoreReadOnly, type Store } from '@kilowink/store';
import { machineClock } from '../clock.ts';
import { Workplace } from '../testing.ts';

const ID = '00112233aabbccdd';
const OTHER = '00112233aabbccde';
const HOUR_MS = 3_600_000;

/** A home heard a minute ago, one silent for a day, and a meter with two series. */
function fill(folder: string): void {
  const store = openSqliteStore({ folder, clock: machineClock });
  const nowMs = Date.now();
  add(store, { source: `optical/${ID}`, name: 'Home 1', lastMs: nowMs - 60_000 });
  add(store, { source: `optical/${OTHER}`, name: 'Home 2', lastMs: nowMs - 24 * HOUR_MS });
  add(store, { source: 'tic/041961000001', name: 'Linky', lastMs: nowMs - 60_000 });
  add(store, { source: 'tic/041961000001/HCHC', name: 'Linky off-peak', lastMs: nowMs - 60_000 });
  store.close();
}

function add(store: Store, { source, name, lastMs }: { source: string; name: string; lastMs: number }): void {
  const series = store.ensureSeries({ source, quantity: 'energy', unit: 'Wh', name });
  const starts = Float64Array.from({ length: 100 }, (_, at) => lastMs - (100 - at) * 5_000);
  const [durationsMs, values] = [new Float64Array(100).fill(5_000), new Float64Array(100).fill(2)];
  store.addPoints(series, { starts, durationsMs, values, reports: null, disagreements: null });
}

function sourcesOf(folder: string): string[] {
  const store = openSqliteStoreReadOnly({ folder, clock: machineClock });
  const sources = store.listSeries().map(({ source }) => source);
  store.close();
  return sources;
}

describe('kilowink series', () => {
  it('lists what is measured, and what is silent', async () => {
    using place = new Workplace();
    fill(place.data);
    const data = ['-d', place.data];
    const all = await place.run('series', 'list', ...data);
    equal(all.exitCode, 0, all.stderr);
    equal(all.stdout.trim().split('\n').length, 4);
    const silent = await place.run('series', 'list', '--silent-for', '6h', ...data);
    match(silent.stdout, new RegExp(`^2 +optical/${OTHER} +energy +\\d.* Home 2\n$`));
    const found = await place.run('series', 'list', '--match', 'LINKY', '--json', ...data);
    deepEqual(
      JSON.parse(found.stdout).map(({ name }: { name: string }) => name),
      ['Linky', 'Linky off-peak'],
    );
    const wrong = await place.run('series', 'list', '--silent-for', 'long', ...data);
    equal(wrong.exitCode, 2);
    match(wrong.stderr, /span such as 30min, 6h or 2d, "long" came/);
  });

  it('calls one otherwise, beside a running server', async () => {
    using place = new Workplace();
    fill(place.data);
    const server = openSqliteStore({ folder: place.data, clock: machineClock });
    const named = await place.run('series', 'name', 'Home 1', 'Lyon/0001', '-d', place.data);
    equal(named.exitCode, 0, named.stderr);
    equal(server.listSeries()[0]?.name, 'Lyon/0001');
    server.close();
  });

  it('deletes a home with its key, once somebody agreed and no server runs', async () => {
    using place = new Workplace();
    fill(place.data);
    const data = ['-d', place.data];
    for (const id of [ID, OTHER]) await place.run('sensor', 'add', '--id', id, ...data);
    const keysFile = join(place.data, 'sensors.json');
    const before = sourcesOf(place.data);
    const asked = await place.run('series', 'remove', 'Home 1', ...data);
    equal(asked.exitCode, 3);
    match(asked.stdout, new RegExp(`optical/${ID}.*\n  the key of ${ID}\n`));
    const dry = await place.run('series', 'remove', 'Home 1', '--dry-run', ...data);
    equal(dry.exitCode, 0);
    const server = openSqliteStore({ folder: place.data, clock: machineClock });
    const served = await place.run('series', 'remove', 'Home 1', '--yes', ...data);
    server.close();
    equal(served.exitCode, 1);
    match(served.stderr, /serves the store in .* already: stop it/);
    deepEqual(sourcesOf(place.data), before);
    ok(readFileSync(keysFile, 'utf8').includes(ID));

    const removed = await place.run('series', 'remove', 'Home 1', 'Linky off-peak', '--yes', ...data);
    equal(removed.exitCode, 0, removed.stderr);
    match(removed.stdout, /Deleted and overwritten in the file: 3 series, .* 300 measurements .* 1 keys/);
    match(removed.stdout, /Not touched: backups, exports and copies/);
    deepEqual(sourcesOf(place.data), [`optical/${OTHER}`]);
    const keys = readFileSync(keysFile, 'utf8');
    ok(!keys.includes(`"${ID}"`) && keys.includes(OTHER));
    const again = await place.run('series', 'remove', 'Home 1', '--yes', ...data);
    equal(again.exitCode, 1);
    match(again.stderr, /there is no series Home 1/);
  });
});
