import { equal, match, ok } from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openSqliteStore, openSqliteStoreReadOnly } from '@kilowink/store';
import { machineClock } from '../clock.ts';
import { Workplace } from '../testing.ts';

const HEADER = 'date,pulses,reports,err\n';
const FROM_MS = Date.parse('2024-03-05T00:00:00+01:00');

/** Windows 5 s apart by the wall clock in Paris in winter, with counts 0, 1, 2, … 9, 0, … */
function oldFile(count: number, from = 0): string {
  const rows = Array.from({ length: count }, (_, i) => {
    const date = new Date(FROM_MS + 3_600_000 + (from + i) * 5_000).toISOString();
    return `${date.slice(0, 10)} ${date.slice(11, 19)},${(from + i) % 10},4,1\n`;
  });
  return HEADER + rows.join('');
}

const MINUTE_HEADER =
  'Date;Time;Global_active_power;Global_reactive_power;Voltage;Global_intensity;Sub_metering_1;Sub_metering_2;Sub_metering_3\n';

/** The sum of everything in each series of a folder, in its unit, by source. */
function sums(folder: string): Record<string, number> {
  const store = openSqliteStoreReadOnly({ folder, clock: machineClock });
  try {
    return Object.fromEntries(
      store.listSeries().map(({ id, source }) => [source, store.readTotal(id, 0, Date.UTC(2100, 0)).sum]),
    );
  } finally {
    store.close();
  }
}

describe('kilowink import', { concurrency: true }, () => {
  it('stores every row, and nothing when done again', async () => {
    using place = new Workplace();
    writeFileSync(place.path('old.csv'), oldFile(40_000));
    const first = await place.run('import', 'old.csv', '-d', 'data', '--yes');
    equal(first.exitCode, 0, first.stderr);
    match(first.stdout, /rows +40 000\n/);
    match(first.stdout, /energy +180\.000 kWh/);
    match(first.stdout, /Imported 40 000 measurements into "old"/);
    equal(sums(place.data)['import/old'], 180_000);
    const second = await place.run('import', 'old.csv', '-d', 'data', '--yes');
    equal(second.exitCode, 0);
    match(second.stdout, /40 000 of the rows already; 0 are new/);
    match(second.stdout, /Nothing is new/);
    equal(sums(place.data)['import/old'], 180_000);
  });

  it('a longer file adds only what is new', async () => {
    using place = new Workplace();
    writeFileSync(place.path('old.csv'), oldFile(1_000));
    await place.run('import', 'old.csv', '-d', 'data', '--yes');
    writeFileSync(place.path('old.csv'), oldFile(3_000));
    const { stdout } = await place.run('import', 'old.csv', '-d', 'data', '--yes');
    match(stdout, /1 000 of the rows already; 2 000 are new/);
    match(stdout, /Imported 2 000 measurements/);
    equal(sums(place.data)['import/old'], 13_500);
  });

  it('without a terminal and --yes nothing is written, and the exit code says so', async () => {
    using place = new Workplace();
    writeFileSync(place.path('old.csv'), oldFile(10));
    const asked = await place.run('import', 'old.csv', '-d', 'data');
    equal(asked.exitCode, 3);
    match(asked.stdout, /Nothing was written/);
    const dry = await place.run('import', 'old.csv', '-d', 'data', '--dry-run', '--yes');
    equal(dry.exitCode, 0);
    match(dry.stdout, /Dry run/);
    equal(existsSync(place.data), false);
  });

  it('bad lines are told by number and left out; with --strict nothing is written', async () => {
    using place = new Workplace();
    const lines = oldFile(50).split('\n');
    for (let i = 1; i <= 25; i++) lines[i] = 'torn';
    writeFileSync(place.path('old.csv'), lines.join('\n'));
    const strict = await place.run('import', 'old.csv', '-d', 'data', '--yes', '--strict');
    equal(strict.exitCode, 1);
    match(strict.stderr, /kilowink: old\.csv: 25 bad lines and --strict: nothing was written/);
    equal(existsSync(place.data), false);
    const lenient = await place.run('import', 'old.csv', '-d', 'data', '--yes');
    equal(lenient.exitCode, 0);
    match(lenient.stderr, /^line 2: expected a date YYYY-MM-DD HH:MM:SS, found "torn"$/m);
    match(lenient.stderr, /and 5 more bad lines/);
    match(lenient.stdout, /Imported 25 measurements/);
  });

  it('a bad last line and --strict leave a series as it was', async () => {
    using place = new Workplace();
    writeFileSync(place.path('old.csv'), oldFile(1_000));
    await place.run('import', 'old.csv', '-d', 'data', '--yes');
    writeFileSync(place.path('old.csv'), `${oldFile(60_000)}2024-03-09 11:20:00,cut`);
    const { exitCode, stderr } = await place.run('import', 'old.csv', '-d', 'data', '--yes', '--strict');
    equal(exitCode, 1);
    match(stderr, /^line 60002: expected pulses, a whole number from 0 to 254/m);
    equal(sums(place.data)['import/old'], 4_500);
  });

  it('killed at any moment it leaves the whole file or nothing', async () => {
    using place = new Workplace();
    const store = openSqliteStore({ folder: place.data, clock: machineClock });
    store.close();
    writeFileSync(place.path('old.csv'), oldFile(400_000));
    const args = ['import', 'old.csv', '-d', 'data', '--yes'];
    const startedMs = performance.now();
    equal((await place.run(...args, '--dry-run')).exitCode, 0);
    const readMs = performance.now() - startedMs;
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const child = place.start(args);
      const ended = new Promise((resolve) => child.once('close', resolve));
      setTimeout(() => child.kill('SIGKILL'), readMs * (0.7 + 0.12 * attempt));
      await ended;
      const { 'import/old': sum, ...others } = sums(place.data);
      ok(sum === undefined || sum === 1_800_000, `${sum}`);
      equal(Object.keys(others).length, 0);
    }
    equal((await place.run(...args)).exitCode, 0);
    equal(sums(place.data)['import/old'], 1_800_000);
  });

  it('gzip is told by its bytes and gives the same', async () => {
    using place = new Workplace();
    writeFileSync(place.path('old.csv'), gzipSync(oldFile(5_000)));
    const { exitCode, stderr } = await place.run('import', 'old.csv', '-d', 'data', '--yes');
    equal(exitCode, 0, stderr);
    equal(sums(place.data)['import/old'], 22_500);
  });

  const unreadable: readonly [string, string | Uint8Array | null, RegExp][] = [
    ['a file that is not there', null, /kilowink: can not read f\.csv: there is no such file/],
    ['an empty file', '', /The file is empty/],
    ['a wrong header', 'time;watt\n1;2\n', /line 1: expected the header .* found "time;watt"/],
    ['a gzip file cut short', gzipSync(oldFile(5_000)).subarray(0, 900), /the gzip file is cut short/],
    ['a gzip file damaged', damaged(gzipSync(oldFile(5_000))), /the gzip file is damaged/],
  ];
  for (const [name, content, expected] of unreadable) {
    it(`${name} is one clear line and writes nothing`, async () => {
      using place = new Workplace();
      if (content !== null) writeFileSync(place.path('f.csv'), content);
      const { exitCode, stderr } = await place.run('import', 'f.csv', '-d', 'data', '--yes');
      equal(exitCode, 1);
      match(stderr, expected);
      equal(stderr.trim().split('\n').length, 1);
      equal(existsSync(place.data), false);
    });
  }

  it('a folder is no file, an unknown format or zone is wrong use', async () => {
    using place = new Workplace();
    mkdirSync(place.path('folder'));
    writeFileSync(place.path('old.csv'), oldFile(1));
    equal((await place.run('import', 'folder', '-d', 'data')).exitCode, 1);
    for (const wrong of [['--format', 'xml'], ['--zone', 'Mars/Olympus'], ['--nonsense'], ['second.csv']]) {
      const { exitCode, stderr } = await place.run('import', 'old.csv', '-d', 'data', '--yes', ...wrong);
      equal(exitCode, 2);
      match(stderr, /^kilowink: /);
    }
    const forced = await place.run('import', 'old.csv', '-d', 'data', '--format', 'sceaux-hour');
    match(forced.stderr, /expected the header "local_hour,energy_wh"/);
  });

  it('goes into a series that is there, in its unit, and warns of what lies under it', async () => {
    using place = new Workplace();
    const store = openSqliteStore({ folder: place.data, clock: machineClock });
    const fine = store.ensureSeries({ source: 'optical/a', quantity: 'energy', unit: 'mWh', name: 'Meter' });
    store.ensureSeries({ source: 'optical/b', quantity: 'energy', unit: 'Wh', name: 'Coarse' });
    store.addPoints(fine, {
      starts: Float64Array.of(FROM_MS + 2_000),
      durationsMs: Float64Array.of(5_000),
      values: Float64Array.of(7),
      reports: null,
      disagreements: null,
    });
    store.close();
    writeFileSync(place.path('old.csv'), oldFile(100));
    const into = await place.run('import', 'old.csv', '-d', 'data', '--series', 'Meter', '--yes');
    equal(into.exitCode, 0, into.stderr);
    match(into.stdout, /series {2,}1 "Meter" \(optical\/a\)/);
    match(into.stdout, /1 other measurements in this time: energy there would count twice/);
    equal(sums(place.data)['optical/a'], 450_007);
    writeFileSync(place.path('minute.txt'), `${MINUTE_HEADER}1/1/2024;00:00:00;0.500;0;0;0;0;0;0\n`);
    const coarse = await place.run('import', 'minute.txt', '-d', 'data', '--series', '2', '--yes');
    equal(coarse.exitCode, 1);
    match(coarse.stderr, /counts whole Wh/);
    const unknown = await place.run('import', 'old.csv', '-d', 'data', '--series', 'Attic', '--yes');
    match(unknown.stderr, /there is no series Attic; known are: 1 "Meter"/);
  });

  it('works while a server has the same folder open, which then sees it', async () => {
    using place = new Workplace();
    const store = openSqliteStore({ folder: place.data, clock: machineClock });
    writeFileSync(place.path('old.csv'), oldFile(1_000));
    const { exitCode, stderr } = await place.run(
      'import',
      'old.csv',
      '-d',
      'data',
      '--yes',
      '--name',
      'Before',
    );
    equal(exitCode, 0, stderr);
    ok(store.refresh());
    const series = store.listSeries().find((each) => each.source === 'import/old');
    equal(series?.name, 'Before');
    equal(series?.firstMs, FROM_MS);
    equal(store.readTotal(series?.id ?? 0, 0, Date.UTC(2100, 0)).sum, 4_500);
    store.close();
  });
});

function damaged(bytes: Uint8Array): Uint8Array {
  return bytes.with(bytes.length >> 1, (bytes[bytes.length >> 1] ?? 0) ^ 0xff).with(40, 0xff);
}
