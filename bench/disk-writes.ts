// What a day of sensors writes to the medium, at the block layer as /proc/self/io counts it, for 1 and 20 sensors that report
// every 15 s, by the grouping interval. Beside it the method that comes to mind first: a transaction a report, a row a window.
// After each group the file is pushed to the medium, as Linux does by itself after 30 s, so that no page is counted once that
// would be written twice. `disk-writes.ts [MS …]`: those intervals.
import './lib/help.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { encodeReportV1 } from '../packages/core/src/report/index.ts';
import { DAY_MS } from '../packages/core/src/time/index.ts';
import { Ingest } from '../packages/server/src/ingest/index.ts';
import { KeyRing } from '../packages/server/src/keys/index.ts';
import { openSqliteStore } from '../packages/store/src/index.ts';
import { printTable } from './lib/figures.ts';
import { pushOut, writtenBytes } from './lib/written.ts';

const START = Date.UTC(2026, 0, 10);
const REPORT_MS = 15_000;
const WINDOW_S = 5;
const REPEATED = 10;
const SEAL_EVERY_MS = 60_000;
/** Kernels write out what is dirty for this long. */
const KERNEL_MS = 30_000;

/** Windows of a house at some 900 W, sensor by sensor. */
function windowValue(sensor: number, number: number): number {
  return (Math.imul(number + 1, 2_654_435_761 + sensor * 40_503) >>> 28) % 4;
}

/** The counts of a report, newest first. */
function countsOf(sensor: number, newest: number): number[] {
  return Array.from({ length: REPEATED }, (_, back) => windowValue(sensor, newest - back));
}

/** The files of a database. */
const filesOf = (path: string) => [path, `${path}-wal`, `${path}-shm`];

/** A day through the ingest and the store, and the seal of the day. Returns the bytes written. */
function ours(sensors: number, groupMs: number): number {
  const folder = mkdtempSync(join(import.meta.dirname, '.disk-'));
  let nowMs = START;
  const clock = { wallMs: () => nowMs, monotonicMs: () => nowMs - START };
  const store = openSqliteStore({ folder, clock, groupMs });
  const ingest = new Ingest({
    ...{ store, clock, mappings: [], requireKeys: false },
    keys: new KeyRing(folder, () => undefined),
  });
  const path = join(folder, 'kilowink.db');
  pushOut(filesOf(path));
  const before = writtenBytes();
  let pushedMs = START;
  // The second day's first hours are in it, for then the first one is sealed.
  const endMs = START + DAY_MS;
  for (let round = 1; nowMs < endMs; round += 1) {
    for (let sensor = 0; sensor < sensors; sensor += 1) {
      nowMs = START + round * REPORT_MS + Math.floor((sensor * REPORT_MS) / sensors);
      const newest = (round * REPORT_MS) / 1_000 / WINDOW_S + 20;
      const counts = countsOf(sensor, newest);
      ingest.report(
        `10.0.0.${sensor + 1}`,
        encodeReportV1({ sensorType: 0, uptimeS: newest * WINDOW_S, counts }),
      );
    }
    if (nowMs % SEAL_EVERY_MS < REPORT_MS) store.seal(nowMs - DAY_MS / 4, 100);
    if (nowMs - pushedMs >= KERNEL_MS) {
      pushOut(filesOf(path));
      pushedMs = nowMs;
    }
  }
  store.flush();
  store.seal(endMs);
  store.close();
  pushOut(filesOf(path));
  const bytes = writtenBytes() - before;
  rmSync(folder, { recursive: true });
  return bytes;
}

/** A transaction a report: each window a row of its own, left out when it is there. */
function naive(sensors: number): number {
  const folder = mkdtempSync(join(import.meta.dirname, '.disk-'));
  const path = join(folder, 'rows.db');
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  database.exec(
    'CREATE TABLE point (series INTEGER, at_ms INTEGER, value INTEGER, PRIMARY KEY (series, at_ms)) WITHOUT ROWID',
  );
  const insert = database.prepare('INSERT INTO point VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const before = writtenBytes();
  const rounds = DAY_MS / REPORT_MS;
  for (let round = 1; round <= rounds; round += 1) {
    for (let sensor = 0; sensor < sensors; sensor += 1) {
      const newest = (round * REPORT_MS) / 1_000 / WINDOW_S + 20;
      database.exec('BEGIN');
      for (const [back, value] of countsOf(sensor, newest).entries())
        insert.run(sensor, START + (newest - back) * WINDOW_S * 1_000, value);
      database.exec('COMMIT');
    }
    if (round % (KERNEL_MS / REPORT_MS) === 0) pushOut(filesOf(path));
  }
  database.close();
  pushOut(filesOf(path));
  const bytes = writtenBytes() - before;
  rmSync(folder, { recursive: true });
  return bytes;
}

const groups = process.argv.slice(2).map(Number);
const intervalsMs = groups.length > 0 ? groups : [10_000, 60_000, 120_000, 180_000, 300_000, 420_000];
const mb = (bytes: number) => (bytes / 1e6).toFixed(2);
const rows = [['MB written a day', '1 sensor', '20 sensors']];
const reference = [naive(1), naive(20)];
rows.push(['a transaction a report, rows', ...reference.map(mb)]);
for (const groupMs of intervalsMs)
  rows.push([`kilowink, groups of ${groupMs / 1_000} s`, mb(ours(1, groupMs)), mb(ours(20, groupMs))]);
printTable(rows);
