// One case of growth in a process of its own: `growth-case.ts fill|ask FOLDER SENSORS DAYS END_MS` prints its figures as
// JSON. The last report comes at END_MS.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { bucketEdges, chooseStep, DAY_MS, type EpochMs, findStep } from '@kilowink/core/time';
import { openSqliteStore, openSqliteStoreReadOnly, STORE_FILE, type Store } from '@kilowink/store';
import {
  growthTimes,
  pointsOfAll,
  REPORT_MS,
  reportsOf,
  type Stock,
  WINDOWS_A_REPORT,
} from './growth-data.ts';
import type { AskFigures, FillFigures } from './peers/growth-figure.ts';

const ZONE = 'Europe/Paris';
/** As the server does it. */
const GROUP_MS = 420_000;
const SEAL_EVERY_MS = 60_000;
const SEAL_AFTER_MS = 21_600_000;
const QUESTIONS = 100;

/** Which case; the days of stock end a day before the first report. */
interface Case extends Stock {
  readonly folder: string;
  readonly firstReportMs: EpochMs;
  readonly endMs: EpochMs;
}

function processorMs(body: () => void): number {
  const before = process.cpuUsage();
  body();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** Fills the store; processor time in all, ms. */
function stock(store: Store, wanted: Case): { points: number; ms: number } {
  let count = 0;
  let ms = 0;
  for (const { sensor, points } of pointsOfAll(wanted)) {
    const source = `optical/${sensor}`;
    const series = store.ensureSeries({ source, quantity: 'energy', unit: 'Wh', name: source });
    count += points.starts.length;
    ms += processorMs(() => store.addPoints(series, points));
  }
  return { points: count, ms };
}

/** Reports of all sensors in turn, three new windows each; processor time a window with its share of groups and sealing, ms. */
function live(store: Store, { sensors }: Case, clock: { nowMs: number }): number {
  const timeline = [{ fromNumber: 0, startMs: clock.nowMs, intervalMs: 5_000 }];
  const runs = store.listSeries().map(({ id }) => store.createRun({ series: id, timeline }));
  const rounds = reportsOf(sensors);
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

function fill(wanted: Case): FillFigures {
  const { folder, firstReportMs, startMs } = wanted;
  const clock = { nowMs: firstReportMs };
  const open = () =>
    openSqliteStore({
      folder,
      clock: { wallMs: () => clock.nowMs, monotonicMs: () => clock.nowMs - startMs },
      groupMs: GROUP_MS,
    });
  // Closed once, so that the file has what its log had.
  const filled = open();
  const { points, ms } = stock(filled, wanted);
  filled.close();
  const diskBytes = statSync(join(folder, STORE_FILE)).size;
  const store = open();
  const liveMs = live(store, wanted, clock);
  store.close();
  return { points, diskBytes, bulkUs: (ms / points) * 1_000, liveUs: liveMs * 1_000 };
}

/** Processor time of a question, ms; each is asked of another sensor and another day. */
function ask({ folder, sensors, days, startMs, endMs }: Case): AskFigures {
  const clock = { wallMs: () => endMs, monotonicMs: () => 0 };
  const openMs = processorMs(() => openSqliteStore({ folder, clock }).close());
  const store = openSqliteStoreReadOnly({ folder, clock });
  const minute = findStep('1min');
  const whole = { fromMs: startMs, toMs: startMs + days * DAY_MS };
  const step = chooseStep({ ...whole, points: 1_000 });
  if (minute === undefined) throw new RangeError('1min');
  const each = (body: (question: number) => void) => {
    for (let question = 0; question < 10; question += 1) body(question);
    const ms = processorMs(() => {
      for (let question = 0; question < QUESTIONS; question += 1) body(question);
    });
    return ms / QUESTIONS;
  };
  const seriesOf = (question: number) => 1 + ((question * 131) % sensors);
  const dayMs = each((question) => {
    const fromMs = startMs + ((question * 37) % days) * DAY_MS;
    store.readBuckets(seriesOf(question), bucketEdges({ fromMs, toMs: fromMs + DAY_MS }, minute, ZONE));
  });
  const wholeMs = each((question) => {
    store.readBuckets(seriesOf(question), bucketEdges(whole, step, ZONE));
  });
  store.close();
  return { openMs, dayMs, wholeMs };
}

function caseOf([folder = '', sensors, days, end]: readonly string[]): Case {
  const [sensorCount, dayCount, endMs] = [Number(sensors), Number(days), Number(end)];
  const when = growthTimes(sensorCount, dayCount, endMs);
  return { folder, sensors: sensorCount, days: dayCount, ...when, endMs };
}

const [kind, ...rest] = process.argv.slice(2);
const measured = (kind === 'fill' ? fill : ask)(caseOf(rest));
console.log(JSON.stringify(measured));
