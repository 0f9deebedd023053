import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openSqliteStore, openSqliteStoreReadOnly } from '@kilowink/store';
import { openBackup } from '../backup/read-backup.ts';
import { machineClock } from '../clock.ts';
import { Workplace } from '../testing.ts';

const START = Date.UTC(2026, 0, 5);
const STEP_MS = 5_000;

/** A store with points that hold numbers of no pattern, and a secret beside it. */
function fill(folder: string, count: number): void {
  const store = openSqliteStore({ folder, clock: machineClock });
  const series = store.ensureSeries({ source: 'a', quantity: 'energy', unit: 'mWh', name: 'A' });
  const starts = Float64Array.from({ length: count }, (_, at) => START + at * STEP_MS);
  const values = starts.map((_, at) => (Math.imul(at + count, 2_654_435_761) >>> 8) % 9_000);
  const durationsMs = starts.map(() => STEP_MS);
  store.addPoints(series, { starts, durationsMs, values, reports: null, disagreements: null });
  store.close();
  writeFileSync(join(folder, 'sensors.json'), keys(count));
}

/** A file of keys that a server takes, and that tells one folder from another. */
function keys(count: number): string {
  const bindKeys = [{ address: 'a4:c1:38:00:00:01', key: 'ab'.repeat(16), addedMs: count }];
  return JSON.stringify({ version: 1, sensors: [], bindKeys });
}

function sumOf(folder: string): number {
  const store = openSqliteStoreReadOnly({ folder, clock: machineClock });
  try {
    return store.readTotal(1, 0, machineClock.wallMs()).sum;
  } finally {
    store.close();
  }
}

test('a backup is one file for its owner, never takes the place of another, and comes back as it was', async () => {
  using place = new Workplace();
  fill(place.data, 20_000);
  const sum = sumOf(place.data);
  const path = place.path('home.tar');
  const made = await place.run('backup', path, '-d', place.data);
  assert.equal(made.exitCode, 0, made.stderr);
  assert.match(made.stdout, /sensors\.json/);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const names = execFileSync('tar', ['tf', path], { encoding: 'utf8' }).trim().split('\n');
  assert.deepEqual(names, ['manifest.json', 'kilowink.db', 'sensors.json']);
  const again = await place.run('backup', path, '-d', place.data);
  assert.equal(again.exitCode, 1);
  assert.match(again.stderr, /is there already/);
  assert.equal((await place.run('backup', path, '-d', place.data, '--force')).exitCode, 0);
  const { manifest } = openBackup(path);
  assert.equal(manifest.totals?.[0]?.sum, sum);

  const folder = place.path('restored');
  const restored = await place.run('restore', path, '-d', folder);
  assert.equal(restored.exitCode, 0, restored.stderr);
  assert.equal(sumOf(folder), sum);
  assert.equal(readFileSync(join(folder, 'sensors.json'), 'utf8'), keys(20_000));
  assert.equal(statSync(join(folder, 'sensors.json')).mode & 0o777, 0o600);
  assert.equal(statSync(join(folder, 'kilowink.db')).mode & 0o777, 0o600);
});

test('a restore asks, is refused while a server runs, and keeps what was there', async () => {
  using place = new Workplace();
  fill(place.data, 20_000);
  const path = place.path('home.tar');
  assert.equal((await place.run('backup', path, '-d', place.data)).exitCode, 0);
  const other = place.path('other');
  fill(other, 500);
  const otherSum = sumOf(other);
  const unasked = await place.run('restore', path, '-d', other);
  assert.equal(unasked.exitCode, 3, unasked.stderr);
  const server = place.start(['serve', '-d', other, '-p', '0', '--host', '127.0.0.1']);
  const ended = once(server, 'exit');
  await Promise.race([once(server.stdout, 'data'), ended]);
  const refused = await place.run('restore', path, '-d', other, '--yes');
  server.kill('SIGKILL');
  await ended;
  assert.equal(refused.exitCode, 1);
  assert.match(refused.stderr, new RegExp(`process ${server.pid} serves`));
  assert.equal(sumOf(other), otherSum);
  const done = await place.run('restore', path, '-d', other, '--yes');
  assert.equal(done.exitCode, 0, done.stderr);
  assert.equal(sumOf(other), sumOf(place.data));
  const kept = readdirSync(other).find((name) => name.startsWith('before-restore-')) ?? 'none';
  assert.equal(sumOf(join(other, kept)), otherSum);
  assert.equal(readFileSync(join(other, kept, 'sensors.json'), 'utf8'), keys(500));
});

test('an archive that is cut off or changed anywhere is refused, and nothing is changed', async () => {
  using place = new Workplace();
  fill(place.data, 20_000);
  const sum = sumOf(place.data);
  const path = place.path('home.tar');
  assert.equal((await place.run('backup', path, '-d', place.data)).exitCode, 0);
  const whole = readFileSync(path);
  const broken = place.path('broken.tar');
  const storeAt = [...openBackup(path).entries.values()].find(({ name }) => name === 'kilowink.db')?.offset;
  const flipped = (at: number) => {
    const copy = Buffer.from(whole);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  for (const bytes of [
    Buffer.alloc(0),
    whole.subarray(0, 700),
    whole.subarray(0, whole.length / 2),
    whole.subarray(0, whole.length - 1_024),
    flipped(3),
    flipped(520),
    flipped((storeAt ?? 0) + 5_000),
    flipped((storeAt ?? 0) - 500),
  ]) {
    writeFileSync(broken, bytes);
    const { exitCode, stderr } = await place.run('restore', broken, '-d', place.data, '--yes');
    assert.equal(exitCode, 1);
    assert.match(stderr, /is no sound backup/);
    assert.equal(sumOf(place.data), sum);
    assert.ok(!readdirSync(place.data).some((name) => name.includes('restore')));
  }
  writeFileSync(broken, gzipSync(whole));
  const packed = await place.run('restore', broken, '-d', place.data, '--yes');
  assert.match(packed.stderr, /is no sound backup: it is packed with gzip: unpack it first/);
});

test('of a damaged store no archive is made, and it is told as damage', async () => {
  using place = new Workplace();
  fill(place.data, 20_000);
  const store = join(place.data, 'kilowink.db');
  const bytes = readFileSync(store);
  writeFileSync(store, bytes.fill(0x5a, 100, 400));
  const made = await place.run('backup', place.path('home.tar'), '-d', place.data);
  assert.equal(made.exitCode, 1);
  assert.match(made.stderr, /^kilowink: the store at .* is damaged: .*\n$/);
  assert.deepEqual(
    readdirSync(place.path('.')).filter((name) => name.includes('tar')),
    [],
  );
});

test('firmware and the keys it must be signed with come back too, and what they take the place of is kept', async () => {
  using place = new Workplace();
  fill(place.data, 500);
  const key = join(place.data, 'firmware', 'keys', 'clé.pem');
  mkdirSync(dirname(key), { recursive: true });
  writeFileSync(key, 'a public key');
  writeFileSync(join(place.data, 'firmware', 'images.json'), '{"version":1,"images":[]}');
  const path = place.path('home.tar');
  const made = await place.run('backup', path, '-d', place.data);
  assert.match(made.stdout, /sensors\.json, firmware \(files: 2\)/, made.stderr);
  const names = execFileSync('tar', ['--quoting-style=literal', '-tf', path], { encoding: 'utf8' });
  assert.match(names, /^firmware\/images\.json\nfirmware\/keys\/clé\.pem$/m);
  // A folder without measurements has something to lose, too.
  const folder = place.path('other');
  mkdirSync(join(folder, 'firmware'), { recursive: true });
  writeFileSync(join(folder, 'firmware', 'log.json'), 'what was done');
  assert.equal((await place.run('restore', path, '-d', folder)).exitCode, 3);
  const done = await place.run('restore', path, '-d', folder, '--yes');
  assert.match(done.stdout, /What was there is in/, done.stderr);
  assert.equal(readFileSync(join(folder, 'firmware', 'keys', 'clé.pem'), 'utf8'), 'a public key');
  const kept = readdirSync(folder).find((name) => name.startsWith('before-restore-')) ?? 'none';
  assert.equal(readFileSync(join(folder, kept, 'firmware', 'log.json'), 'utf8'), 'what was done');
  assert.ok(!existsSync(join(folder, 'firmware', 'log.json')));
  // Where nothing was there is nothing to keep.
  const empty = place.path('empty');
  await place.run('restore', path, '-d', empty, '--yes');
  assert.deepEqual(
    readdirSync(empty).filter((name) => name.startsWith('before')),
    [],
  );
  writeFileSync(join(place.data, 'firmware', 'keys', `${'x'.repeat(90)}.pem`), 'a public key');
  const long = await place.run('backup', place.path('long.tar'), '-d', place.data);
  assert.match(long.stderr, /firmware\/keys\/xx.* can not be in an archive/);
});

test('of a folder that refuses the file of locks a backup is made, and its measurements are exported', async () => {
  using place = new Workplace();
  fill(place.data, 2_000);
  const sum = sumOf(place.data);
  // As on a medium that is read-only: SQLite can make no file for its locks.
  for (const name of ['kilowink.db-shm', 'kilowink.db-wal']) rmSync(join(place.data, name), { force: true });
  symlinkSync(place.path('nowhere/locks'), join(place.data, 'kilowink.db-shm'));
  const made = await place.run('backup', place.path('home.tar'), '-d', place.data);
  assert.equal(made.exitCode, 0, made.stderr);
  assert.equal(openBackup(place.path('home.tar')).manifest.totals?.[0]?.sum, sum);
  const exported = await place.run('export', '--step', '1y', '-d', place.data);
  assert.equal(exported.exitCode, 0, exported.stderr);
  // What waits in the log can not be read without it.
  writeFileSync(join(place.data, 'kilowink.db-wal'), 'x'.repeat(4_224));
  const waiting = await place.run('backup', place.path('other.tar'), '-d', place.data);
  assert.match(waiting.stderr, /4224 bytes wait in .*kilowink\.db-wal: look at a copy of the folder/);
});

test('a restore into a folder that refuses to be written says so', async () => {
  using place = new Workplace();
  fill(place.data, 2_000);
  const path = place.path('home.tar');
  await place.run('backup', path, '-d', place.data);
  const folder = place.path('other');
  mkdirSync(join(folder, 'serve.pid'), { recursive: true });
  const restored = await place.run('restore', path, '-d', folder, '--yes');
  assert.equal(restored.exitCode, 1);
  assert.match(restored.stderr, /^kilowink: the store at .*serve\.pid cannot be used: .*\n$/);
});

test('a backup that is killed leaves no archive or a whole one, and the next one works', async () => {
  using place = new Workplace();
  fill(place.data, 60_000);
  const path = place.path('home.tar');
  mkdirSync(place.path('other'));
  const timed = performance.now();
  assert.equal((await place.run('backup', place.path('other'), '-d', place.data)).exitCode, 0);
  const lifeMs = performance.now() - timed;
  for (const share of [0.5, 0.7, 0.8, 0.9, 0.95]) {
    const child = place.start(['backup', path, '-d', place.data, '--force']);
    const ended = once(child, 'exit');
    setTimeout(() => child.kill('SIGKILL'), lifeMs * share);
    await ended;
    if (existsSync(path)) assert.equal(openBackup(path).manifest.files.length, 2);
  }
  assert.equal((await place.run('backup', path, '-d', place.data, '--force')).exitCode, 0);
  assert.deepEqual(
    readdirSync(place.folder).filter((name) => name.includes('.partial')),
    [],
  );
  const restored = await place.run('restore', path, '-d', place.path('restored'));
  assert.equal(restored.exitCode, 0, restored.stderr);
  assert.equal(sumOf(place.path('restored')), sumOf(place.data));
});
