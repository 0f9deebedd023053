import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { openSqliteStore } from '@kilowink/store';
import { machineClock } from '../clock.ts';
import { Workplace } from '../testing.ts';

const HOUR_MS = 3_600_000;
/** Noon before the spring night of 2024 in Paris. */
const FROM_MS = Date.parse('2024-03-30T12:00:00+01:00');

/** A store with one window of 10 Wh every 5 s for two days, but for one hour without any. */
function fill(folder: string): number {
  const starts = Array.from({ length: 2 * 17_280 }, (_, i) => FROM_MS + i * 5_000).filter(
    (ms) => ms < FROM_MS + HOUR_MS || ms >= FROM_MS + 2 * HOUR_MS,
  );
  const store = openSqliteStore({ folder, clock: machineClock });
  const series = store.ensureSeries({ source: 'optical/a', quantity: 'energy', unit: 'Wh', name: 'Meter' });
  store.addPoints(series, {
    starts: Float64Array.from(starts),
    durationsMs: new Float64Array(starts.length).fill(5_000),
    values: new Float64Array(starts.length).fill(10),
    reports: new Uint16Array(starts.length).fill(4),
    disagreements: new Uint16Array(starts.length).fill(1),
  });
  store.close();
  return starts.length;
}

function rowsOf(csv: string): string[][] {
  return csv
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
}

describe('kilowink export', { concurrency: true }, () => {
  it('what two sensors make of one meter is exported by its name, and not beside them', async () => {
    using place = new Workplace();
    fill(place.data);
    const store = openSqliteStore({ folder: place.data, clock: machineClock });
    const tic = store.ensureSeries({ source: 'tic/b', quantity: 'energy', unit: 'Wh', name: 'Linky' });
    // The hour that the other sensor was off, and the one before.
    store.addPoints(tic, {
      starts: Float64Array.from({ length: 120 }, (_, i) => FROM_MS + i * 60_000),
      durationsMs: new Float64Array(120).fill(60_000),
      values: new Float64Array(120).fill(7),
      reports: null,
      disagreements: null,
    });
    store.close();
    const config = place.path('kilowink.yaml');
    writeFileSync(config, 'measurements:\n  - id: house\n    name: House\n    sources: [tic/b, optical/a]\n');
    const run = (...more: string[]) => place.run('export', '-d', 'data', '--config', config, ...more);
    const range = ['--from', String(FROM_MS), '--to', String(FROM_MS + 3 * HOUR_MS)];
    const hours = await run('--series', 'House', '--step', '1h', ...range);
    deepEqual(
      rowsOf(hours.stdout)
        .slice(1)
        .map((row) => row[3]),
      ['420', '420', '7200'],
      hours.stderr,
    );
    const raw = await run('--series', 'House', ...range);
    equal(rowsOf(raw.stdout).length - 1, 120 + 720);
    const all = await run('--all', '--step', '1h', ...range);
    deepEqual(
      new Set(
        rowsOf(all.stdout)
          .slice(1)
          .map(([source]) => source),
      ),
      new Set(['optical/a', 'tic/b']),
    );
  });

  it('raw has every measurement and how it came', async () => {
    using place = new Workplace();
    const count = fill(place.data);
    const { stdout, exitCode, stderr } = await place.run('export', '-d', 'data');
    equal(exitCode, 0, stderr);
    const [header, ...rows] = rowsOf(stdout);
    deepEqual(header, [
      'start',
      'start_local',
      'duration_s',
      'energy_Wh',
      'power_W',
      'coverage',
      'reports',
      'disagreements',
    ]);
    equal(rows.length, count);
    const first = ['2024-03-30T11:00:00Z', '2024-03-30T12:00:00+01:00', '5', '10', '7200', '1', '4', '1'];
    deepEqual(rows[0], first);
    equal(rows.at(-1)?.[1], '2024-04-01T12:59:55+02:00');
  });

  it('a gauge is exported in its unit, its mean weighted by time', async () => {
    using place = new Workplace();
    const store = openSqliteStore({ folder: place.data, clock: machineClock });
    const definition = { source: 'tic/a', quantity: 'apparentPower', unit: 'VA', name: 'Power' } as const;
    store.addPoints(store.ensureSeries(definition), {
      starts: Float64Array.of(FROM_MS, FROM_MS + 900_000),
      durationsMs: Float64Array.of(900_000, 1_800_000),
      values: Float64Array.of(100, 400),
      reports: null,
      disagreements: null,
    });
    store.close();
    const raw = rowsOf((await place.run('export', '-d', 'data')).stdout);
    deepEqual(raw[0], ['start', 'start_local', 'duration_s', 'value_VA', 'coverage']);
    deepEqual(raw[2]?.slice(1), ['2024-03-30T12:15:00+01:00', '1800', '400', '1']);
    const hours = rowsOf((await place.run('export', '-d', 'data', '--step', '1h')).stdout);
    deepEqual(hours[0]?.slice(3), ['mean_VA', 'min_VA', 'max_VA', 'coverage']);
    deepEqual(hours[1]?.slice(3), ['300', '100', '400', '0.75']);
  });

  it('days are those of the zone, and gaps are not zeros', async () => {
    using place = new Workplace();
    const count = fill(place.data);
    const days = rowsOf((await place.run('export', '-d', 'data', '--step', '1d')).stdout);
    deepEqual(
      days.slice(1).map((row) => [row[1], row[2], row[3], row[7]]),
      [
        ['2024-03-30T00:00:00+01:00', '86400', '79200', '0.4583'],
        ['2024-03-31T00:00:00+01:00', '82800', '165600', '1'],
        ['2024-04-01T00:00:00+02:00', '86400', '93600', '0.5417'],
      ],
    );
    const hours = rowsOf((await place.run('export', '-d', 'data', '--step', '1h', '-o', 'hours.csv')).stdout);
    deepEqual(hours, [['']]);
    const written = rowsOf(readFileSync(place.path('hours.csv'), 'utf8'));
    deepEqual(written[2]?.slice(2), ['3600', '', '', '', '', '0']);
    deepEqual(written[3]?.slice(2), ['3600', '7200', '7200', '7200', '7200', '1']);
    const total = written.slice(1).reduce((sum, row) => sum + Number(row[3]), 0);
    equal(total, count * 10);
  });

  it('fine steps come in pieces without seam', async () => {
    using place = new Workplace();
    fill(place.data);
    const rows = rowsOf((await place.run('export', '-d', 'data', '--step', '5s')).stdout).slice(1);
    equal(rows.length, 2 * 17_280);
    ok(rows.every((row, i) => Date.parse(row[0] ?? '') === FROM_MS + i * 5_000));
    equal(rows.filter((row) => row[3] === '10').length, 2 * 17_280 - 720);
  });

  it('from and to are local dates, ISO times or milliseconds', async () => {
    using place = new Workplace();
    fill(place.data);
    const firstAndLast = async (...range: string[]) => {
      const { stdout } = await place.run('export', '-d', 'data', ...range);
      const rows = rowsOf(stdout).slice(1);
      return [rows[0]?.[0], rows.at(-1)?.[0]];
    };
    deepEqual(await firstAndLast('--from', '2024-03-31', '--to', '2024-04-01'), [
      '2024-03-30T23:00:00Z',
      '2024-03-31T21:59:55Z',
    ]);
    deepEqual(await firstAndLast('--from', '2024-03-31T04:00', '--to', '2024-03-31T02:00:05Z'), [
      '2024-03-31T02:00:00Z',
      '2024-03-31T02:00:00Z',
    ]);
    const ms = Date.parse('2024-03-31T12:00Z');
    deepEqual(await firstAndLast('--from', `${ms}`, '--to', `${ms + 10_000}`), [
      '2024-03-31T12:00:00Z',
      '2024-03-31T12:00:05Z',
    ]);
  });

  it('a reader that has enough ends it quietly', async () => {
    using place = new Workplace();
    fill(place.data);
    const child = place.start(['export', '-d', 'data']);
    const closed = once(child, 'close');
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [exitCode] = await closed;
    equal(exitCode, 0);
    equal((await child.stderr.toArray()).join(''), '');
  });

  it('what is wrong is one clear line', async () => {
    using place = new Workplace();
    match((await place.run('export', '-d', 'data')).stderr, /^kilowink: expected a store at /);
    fill(place.data);
    for (const [args, told] of [
      [['--from', 'yesterday'], /--from: expected a date/],
      [['--step', '7min'], /--step: expected one of raw, 5s/],
      [['--zone', 'Mars'], /--zone/],
    ] as const) {
      const { exitCode, stderr } = await place.run('export', '-d', 'data', ...args);
      equal(exitCode, 2);
      match(stderr, told);
    }
    const unwritable = await place.run('export', '-d', 'data', '-o', 'no/such/folder.csv');
    equal(unwritable.exitCode, 1);
    match(unwritable.stderr, /^kilowink: can not write no\/such\/folder\.csv: /);
    const unknown = await place.run('export', '-d', 'data', '--series', '9');
    match(unknown.stderr, /there is no series 9; known are: 1 "Meter"/);
  });

  it('--all has every series of energy, each line with its source', async () => {
    using place = new Workplace();
    fill(place.data);
    const store = openSqliteStore({ folder: place.data, clock: machineClock });
    for (let at = 0; at < 30; at += 1) {
      const source = `optical/${at}`;
      const home = store.ensureSeries({ source, quantity: 'energy', unit: 'Wh', name: source });
      store.addPoints(home, {
        starts: Float64Array.from([FROM_MS + at * 1_000, FROM_MS + HOUR_MS + 5_000]),
        durationsMs: Float64Array.from([5_000, 5_000]),
        values: Float64Array.from([at, 1_000]),
        ...{ reports: null, disagreements: null },
      });
    }
    store.ensureSeries({ source: 'tic/1', quantity: 'voltage', unit: 'V', name: 'Voltage' });
    store.close();
    const range = ['--from', String(FROM_MS), '--to', String(FROM_MS + HOUR_MS)];
    const all = ['export', '-d', place.data, '--all', ...range];
    const hours = await place.run(...all, '--step', '1h');
    equal(hours.exitCode, 0, hours.stderr);
    const [head, first, ...rest] = rowsOf(hours.stdout);
    deepEqual(head?.slice(0, 3), ['source', 'start', 'start_local']);
    deepEqual([first?.[0], first?.[4]], ['optical/a', '7200']);
    deepEqual(
      rest.map((row) => [row[0], row[4]]),
      Array.from({ length: 30 }, (_, at) => [`optical/${at}`, String(at)]),
    );
    const one = await place.run('export', '-d', place.data, '--series', 'optical/a', ...range);
    const raw = await place.run(...all);
    const ofOne = raw.stdout.split('\n').filter((line) => line.startsWith('optical/a,'));
    deepEqual(
      ofOne.map((line) => line.slice('optical/a,'.length)),
      one.stdout.trimEnd().split('\n').slice(1),
    );
    const none = await place.run('export', '-d', place.data);
    equal(none.exitCode, 2);
    match(none.stderr, /10 "optical\/8" \(optical\/8\) and 22 more \(kilowink series list\); or --all/);
  });
});
