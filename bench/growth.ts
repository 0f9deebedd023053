// How cost grows with sensors and with years: processor time to take a point in and to answer, bytes on disk, resident
// memory. Each case is a process of its own, so that none has another's memory or compiled code. Times are processor time,
// which a busy machine does not stretch. `--days=3` of stock for each sensor, `--sensors=1,10,100`, `--figure` draws
// docs/design/figures/growth.svg anew.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lowerBound, type Points, slicePoints } from '@kilowink/core/series';
import { bucketEdges, chooseStep, DAY_MS, findStep } from '@kilowink/core/time';
import { openSqliteStore, openSqliteStoreReadOnly, STORE_FILE, type Store } from '@kilowink/store';
import { printTable } from './lib/figures.ts';
import { renderHouse } from './lib/house.ts';
import { drawGrowth, type GrowthFigures } from './lib/peers/growth-figure.ts';

const FIGURE = join(import.meta.dirname, '../docs/design/figures/growth.svg');
const YEAR_DAYS = 365;
const START_MS = Date.UTC(2016, 0, 1);
const ZONE = 'Europe/Paris';
const REPORT_MS = 15_000;
const WINDOWS_A_REPORT = 3;
/** As the server does it. */
const GROUP_MS = 420_000;
const SEAL_EVERY_MS = 60_000;
const SEAL_AFTER_MS = 21_600_000;
const LIVE_WINDOWS = 200_000;
const QUESTIONS = 100;

function option(name: string, otherwise: string): string {
  return (
    process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise
  );
}

function processorMs(body: () => void): number {
  const before = process.cpuUsage();
  body();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** A year of the house; each sensor takes other days of it. */
const house = (): Points => renderHouse({ fromMs: START_MS, hours: YEAR_DAYS * 24, jitter: 0.02 });

function stretch(year: Points, fromDay: number, days: number, toMs: number): Points {
  const fromMs = START_MS + fromDay * DAY_MS;
  const part = slicePoints(
    year,
    lowerBound(year.starts, fromMs),
    lowerBound(year.starts, fromMs + days * DAY_MS),
  );
  return { ...part, starts: part.starts.map((startMs) => startMs - fromMs + toMs) };
}

/** Fills the store; processor time a point, ms. */
function stock(store: Store, sensors: number, days: number): { points: number; ms: number } {
  const year = house();
  let points = 0;
  let ms = 0;
  for (let sensor = 0; sensor < sensors; sensor += 1) {
    const source = `optical/${sensor}`;
    const series = store.ensureSeries({ source, quantity: 'energy', unit: 'Wh', name: source });
    for (let day = 0; day < days; day += YEAR_DAYS) {
      const count = Math.min(YEAR_DAYS, days - day);
      const offset = count === YEAR_DAYS ? 0 : (sensor * 7) % (YEAR_DAYS - count);
      const part = stretch(year, offset, count, START_MS + day * DAY_MS);
      points += part.starts.length;
      ms += processorMs(() => store.addPoints(series, part));
    }
  }
  return { points, ms };
}

/** Reports of all sensors in turn, three new windows each; processor time a window with its share of groups and sealing, ms. */
function live(store: Store, sensors: number, clock: { nowMs: number }): number {
  const timeline = [{ fromNumber: 0, startMs: clock.nowMs, intervalMs: 5_000 }];
  const runs = store.listSeries().map(({ id }) => store.createRun({ series: id, timeline }));
  const rounds = Math.ceil(LIVE_WINDOWS / WINDOWS_A_REPORT / sensors);
  const ms = processorMs(() => {
    for (let round = 0; round < rounds; round += 1) {
      clock.nowMs += REPORT_MS;
      for (const run of runs) store.putWindows(run, reported(round * WINDOWS_A_REPORT, run));
      if (clock.nowMs % SEAL_EVERY_MS === 0) store.seal(clock.nowMs - SEAL_AFTER_MS, 100);
    }
    store.flush();
  });
  return ms / (rounds * sensors * WINDOWS_A_REPORT);
}

function reported(
  first: number,
  run: number,
): { number: number; value: number; reports: number; disagreements: number }[] {
  return [first, first + 1, first + 2].map((number) => ({
    number,
    value: (Math.imul(number + 1, 2_654_435_761 + run * 40_503) >>> 28) % 4,
    reports: 10,
    disagreements: 0,
  }));
}

/** Processor time of a question, ms; each is asked of another sensor and another day. */
function ask(
  store: Pick<Store, 'readBuckets'>,
  sensors: number,
  days: number,
): { dayMs: number; wholeMs: number } {
  const minute = findStep('1min');
  const whole = { fromMs: START_MS, toMs: START_MS + days * DAY_MS };
  const step = chooseStep({ ...whole, points: 1_000 });
  if (minute === undefined) throw new RangeError('1min');
  const each = (body: (question: number) => void) => {
    for (let question = 0; question < 10; question += 1) body(question);
    const ms = processorMs(() => {
      for (let question = 0; question < QUESTIONS; question += 1) body(question);
    });
    return ms / QUESTIONS;
  };
  return {
    dayMs: each((question) => {
      const fromMs = START_MS + ((question * 37) % days) * DAY_MS;
      store.readBuckets(
        1 + ((question * 131) % sensors),
        bucketEdges({ fromMs, toMs: fromMs + DAY_MS }, minute, ZONE),
      );
    }),
    wholeMs: each((question) => {
      store.readBuckets(1 + ((question * 131) % sensors), bucketEdges(whole, step, ZONE));
    }),
  };
}

function measure(sensors: number, days: number): GrowthFigures {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-growth-'));
  const clock = { nowMs: START_MS + (days + 2) * DAY_MS };
  const open = () =>
    openSqliteStore({
      folder,
      clock: { wallMs: () => clock.nowMs, monotonicMs: () => clock.nowMs - START_MS },
      groupMs: GROUP_MS,
    });
  // Closed once, so that the file has what its log had.
  const filled = open();
  const { points, ms } = stock(filled, sensors, days);
  filled.close();
  const bytesPerPoint = statSync(join(folder, STORE_FILE)).size / points;
  const store = open();
  const liveMs = live(store, sensors, clock);
  const asked = ask(store, sensors, days);
  globalThis.gc?.();
  const residentMb = process.memoryUsage.rss() / 1e6;
  store.close();
  let openMs = processorMs(() =>
    openSqliteStore({ folder, clock: { wallMs: () => clock.nowMs, monotonicMs: () => 0 } }).close(),
  );
  openMs += processorMs(() =>
    openSqliteStoreReadOnly({ folder, clock: { wallMs: () => clock.nowMs, monotonicMs: () => 0 } }).close(),
  );
  rmSync(folder, { recursive: true });
  return {
    sensors,
    days,
    points,
    bulkUs: (ms / points) * 1_000,
    liveUs: liveMs * 1_000,
    ...asked,
    bytesPerPoint,
    residentMb,
    openMs,
  };
}

function measureApart(sensors: number, days: number): GrowthFigures {
  const flags = ['--expose-gc', '--max-semi-space-size=1', import.meta.filename];
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, 'case', String(sensors), String(days)], {
    encoding: 'utf8',
    env: { ...process.env, MALLOC_ARENA_MAX: '1' },
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as GrowthFigures;
}

function printCases(all: readonly GrowthFigures[]): void {
  printTable([
    [
      'sensors × days',
      'M points',
      'bulk, µs a point',
      'live, µs a window',
      'a day by minute, ms',
      'all at 1,000 points, ms',
      'bytes a point',
      'resident, MB',
      'open, ms',
    ],
    ...all.map((one) => [
      `${one.sensors} × ${one.days}`,
      (one.points / 1e6).toFixed(1),
      one.bulkUs.toFixed(2),
      one.liveUs.toFixed(1),
      one.dayMs.toFixed(2),
      one.wholeMs.toFixed(2),
      one.bytesPerPoint.toFixed(3),
      one.residentMb.toFixed(0),
      one.openMs.toFixed(0),
    ]),
  ]);
}

const [kind, sensorCount, dayCount] = process.argv.slice(2);
if (kind === 'case') console.log(JSON.stringify(measure(Number(sensorCount), Number(dayCount))));
else {
  const days = Number(option('days', '3'));
  const bySensors = option('sensors', '1,10,100')
    .split(',')
    .map((sensors) => measureApart(Number(sensors), days));
  printCases(bySensors);
  const byYears = option('years', '1,2,5,10')
    .split(',')
    .map((years) => measureApart(1, Number(years) * YEAR_DAYS));
  console.log();
  printCases(byYears);
  if (process.argv.includes('--figure')) {
    writeFileSync(FIGURE, drawGrowth(bySensors, byYears));
    console.log(FIGURE);
  }
}
