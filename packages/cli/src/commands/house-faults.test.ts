// A house from its flashes and what Enedis says of it to totals that are right, by the commands alone.
import { deepEqual, equal, match } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { openSqliteStore } from '@kilowink/store';
import { machineClock } from '../clock.ts';
import { Workplace } from '../testing.ts';

const HALF_HOUR_MS = 1_800_000;
/** A midnight of Paris in winter, and six days. */
const FROM = Date.UTC(2026, 0, 4, 23);
const DAYS = 6;

/** Mean power of a half hour, W. */
const powerW = (slot: number) => 301 + ((slot * 7_919) % 877) + (slot === 0 ? 1 : 0);
const drawnWh = (fromSlot: number, toSlot: number) =>
  Array.from({ length: toSlot - fromSlot }, (_, index) => powerW(fromSlot + index) / 2).reduce(
    (a, b) => a + b,
    0,
  );

/** The load curve as Enedis has it. */
function curve(): string {
  const rows = Array.from({ length: DAYS * 48 }, (_, slot) => {
    const wall = new Date(FROM + (slot + 1) * HALF_HOUR_MS + 3_600_000).toISOString().slice(0, 19);
    return `${wall}+01:00;${powerW(slot)}\n`;
  });
  return `Horodate;Valeur (en W)\n${rows.join('')}`;
}

/** Puts the flashes of each minute, as `seen` leaves them; nothing where that is null. */
function putFlashes(place: Workplace, seen: (count: number, minute: number) => number | null): void {
  const store = openSqliteStore({ folder: place.data, clock: machineClock });
  try {
    let [exact, before] = [0, 0];
    const rows = Array.from({ length: DAYS * 1_440 }, (_, minute) => {
      exact += powerW(Math.floor(minute / 30)) / 60;
      const count = Math.floor(exact + 1e-6) - before;
      before += count;
      return { startMs: FROM + minute * 60_000, value: seen(count, minute) };
    }).filter(({ value }) => value !== null);
    const series = store.ensureSeries({ source: 'optical/a', name: 'Meter', quantity: 'energy', unit: 'Wh' });
    store.addPoints(series, {
      starts: Float64Array.from(rows, ({ startMs }) => startMs),
      durationsMs: new Float64Array(rows.length).fill(60_000),
      values: Float64Array.from(rows, ({ value }) => value as number),
      reports: null,
      disagreements: null,
    });
    store.flush();
  } finally {
    store.close();
  }
}

/** The places of a command line, as a shell parts them. */
function offeredIn(stdout: string): string[] {
  return (/^ {2}kilowink (correct add .*)$/m.exec(stdout)?.[1] ?? '').split(' ').filter(Boolean);
}

const AT = ['-d', 'data', '--series', 'optical/a'];
const kWh = (energyWh: number) => (energyWh / 1_000).toFixed(3);

describe('a house by the commands', { concurrency: true }, () => {
  const faults: Record<string, [seen: (count: number, minute: number) => number | null, told: RegExp]> = {
    'was off for three hours': [
      (count, minute) => (minute >= 2_000 && minute < 2_180 ? null : count),
      /explained by gaps/,
    ],
    'invents flashes': [
      (count, minute) => count + (minute >= 3_000 && minute < 3_100 ? 3 : 0),
      /flashes invented/,
    ],
    'misses flashes': [
      (count, minute) => (minute % 7 === 0 ? Math.max(0, count - 1) : count),
      /flashes missed/,
    ],
  };
  for (const [name, [seen, told]] of Object.entries(faults)) {
    it(`a sensor that ${name}: compared, mended to the Wh, and as it was when that is taken back`, async () => {
      using place = new Workplace();
      putFlashes(place, seen);
      writeFileSync(place.path('enedis.csv'), curve());
      const imported = await place.run('import', 'enedis.csv', '-d', 'data', '--yes');
      equal(imported.exitCode, 0, imported.stderr);
      const compare = () =>
        place.run('index', 'compare', ...AT, '--with', 'import/enedis', '--to', '2026-01-11');
      const before = await compare();
      equal(before.exitCode, 0, before.stderr);
      match(before.stdout, told);
      const command = offeredIn(before.stdout);
      const mended = await place.run(...command, '-d', 'data', '--yes');
      equal(mended.exitCode, 0, mended.stderr);
      const after = await compare();
      match(after.stdout, /Together: .*agrees/);
      const exported = await place.run(
        'export',
        ...AT,
        '--step',
        '1h',
        '--from',
        '2026-01-05',
        '--to',
        '2026-01-11',
      );
      equal(exported.exitCode, 0, exported.stderr);
      const number = /number (\d+)/.exec(mended.stdout)?.[1] ?? '';
      const undone = await place.run('correct', 'undo', number, ...AT);
      equal(undone.exitCode, 0, undone.stderr);
      equal((await compare()).stdout, before.stdout);
    });
  }

  it('calibrate --each makes every day the reference’s to the Wh, and a range is taken back at once', async () => {
    using place = new Workplace();
    putFlashes(place, (count, minute) =>
      minute >= 2_900
        ? Math.max(0, count - (minute % 3 === 0 ? 1 : 0))
        : minute >= 300 && minute < 500
          ? null
          : count,
    );
    writeFileSync(place.path('enedis.csv'), curve());
    await place.run('import', 'enedis.csv', '-d', 'data', '--yes');
    const compare = () =>
      place.run('index', 'compare', ...AT, '--with', 'import/enedis', '--to', '2026-01-11');
    const before = await compare();
    const dry = await place.run(
      'index',
      'calibrate',
      ...AT,
      '--with',
      'import/enedis',
      '--each',
      '--dry-run',
    );
    match(dry.stdout, /Dry run/);
    equal((await compare()).stdout, before.stdout);
    const made = await place.run('index', 'calibrate', ...AT, '--with', 'import/enedis', '--each', '--yes');
    equal(made.exitCode, 0, made.stderr);
    match(made.stdout, /Corrected: number 1-5\./);
    const days = await place.run(
      'export',
      ...AT,
      '--step',
      '1d',
      '--from',
      '2026-01-05',
      '--to',
      '2026-01-11',
    );
    const sums = days.stdout
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(',')[3]));
    deepEqual(
      sums.map((energyWh) => Math.round(energyWh)),
      Array.from({ length: DAYS }, (_, day) => Math.round(drawnWh(day * 48, day * 48 + 48))),
      days.stdout,
    );
    const again = await place.run('index', 'calibrate', ...AT, '--with', 'import/enedis', '--each', '--yes');
    match(again.stdout, /nothing to correct/);
    // As it is told, it is enough: there are two series.
    const told = /kilowink (correct undo 1-5 [^`]+)`/.exec(made.stdout)?.[1] ?? '';
    const undone = await place.run(...told.split(' '), '-d', place.data);
    equal(undone.exitCode, 0, undone.stderr);
    equal((await compare()).stdout, before.stdout);
    match((await place.run('correct', 'undo', '1-5', ...AT)).stdout, /taken back already/);
    match((await place.run('correct', 'undo', '9', ...AT)).stderr, /9/);
  });

  it('readings of the display: right ones agree, HP and HC are added up, a date wrong by a day is told', async () => {
    using place = new Workplace();
    putFlashes(place, (count) => count);
    const add = (index: string, at: string) => place.run('index', 'add', index, ...AT, '--at', at, '--yes');
    const half = 48 * 3;
    const [first, second, third] = [
      12_345_678,
      12_345_678 + drawnWh(0, half),
      12_345_678 + drawnWh(0, half + 96),
    ];
    equal((await add(kWh(first), '2026-01-05')).exitCode, 0);
    const hp = Math.floor(second * 0.6);
    const both = await add(`${kWh(hp)}+${kWh(Math.floor(second) - hp)}`, '2026-01-08');
    equal(both.exitCode, 0, both.stderr);
    match(both.stdout, /drift +.*agrees/);
    const late = await add(kWh(Math.floor(third)), '2026-01-11');
    match(late.stdout, /drift +.*\+/);
    match(late.stdout, /it would agree at 2026-01-10 00:00:00 \+01:00/);
  });
});
