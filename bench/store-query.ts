// The store on a measured house's years of 5 s counts: bulk import, size on disk, and queries warm and cold, beside
// plain SQLite rows (series, time) WITHOUT ROWID summed with GROUP BY, in the same run. `--years=1` for a quick look.
import './lib/help.ts';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { constants, zstdCompressSync } from 'node:zlib';
import { encodePoints, type Points } from '@kilowink/core/series';
import { bucketEdges, chooseStep, DAY_MS, findStep, HOUR_MS } from '@kilowink/core/time';
import { openSqliteStore, openSqliteStoreReadOnly, STORE_FILE, type StoreReader } from '@kilowink/store';
import { median, printTable } from './lib/figures.ts';
import { renderHouse } from './lib/house.ts';

const ZONE = 'Europe/Paris';
const YEAR_HOURS = 365 * 24;
const END_MS = Date.UTC(2025, 0, 1);
const ROUNDS = 9;
const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

interface Query {
  readonly name: string;
  readonly edges: Float64Array;
  readonly years: number;
}

function ladder(name: string, days: number, points: number): Query {
  const range = { fromMs: END_MS - days * DAY_MS, toMs: END_MS };
  const step = chooseStep({ ...range, points });
  return {
    name: `${name}, ${step.name}`,
    edges: bucketEdges(range, step, ZONE),
    years: Math.ceil(days / 366),
  };
}

function stepped(name: string, days: number, stepName: string): Query {
  const step = findStep(stepName);
  if (step === undefined) throw new RangeError(stepName);
  return {
    name: `${name}, ${stepName}`,
    edges: bucketEdges({ fromMs: END_MS - days * DAY_MS, toMs: END_MS }, step, ZONE),
    years: 1,
  };
}

function equal(name: string, days: number, count: number): Query {
  const fromMs = END_MS - days * DAY_MS;
  const edges = Float64Array.from({ length: count + 1 }, (_, index) =>
    Math.round(fromMs + (index * days * DAY_MS) / count),
  );
  return { name, edges, years: Math.ceil(days / 366) };
}

const queries: Query[] = [
  ladder('a day, as measured', 1, 20_000),
  stepped('a day', 1, '10s'),
  stepped('7 days', 7, '15min'),
  stepped('30 days', 30, '1h'),
  ladder('a year, 1,000 points', 365, 1_000),
  stepped('a year', 365, '6h'),
  equal('a year, 1,000 equal buckets', 365, 1_000),
  ladder('ten years, 1,000 points', 3_650, 1_000),
  stepped('ten years', 3_650, '1d'),
  equal('ten years, 1,000 equal buckets', 3_650, 1_000),
];

/** Milliseconds of one answer in a process of its own, from before the store is opened. */
function coldMs(folder: string, index: number): { openMs: number; queryMs: number } {
  const out = execFileSync(process.execPath, [import.meta.filename, '--cold', folder, String(index)]);
  return JSON.parse(String(out)) as { openMs: number; queryMs: number };
}

function answerCold(folder: string, index: number): void {
  const startedMs = performance.now();
  const reader = openSqliteStoreReadOnly({ folder, clock });
  const openedMs = performance.now();
  const query = queries[index];
  if (query !== undefined) reader.readBuckets(1, query.edges);
  console.log(JSON.stringify({ openMs: openedMs - startedMs, queryMs: performance.now() - openedMs }));
}

function warmMs(reader: StoreReader, query: Query): number {
  return median(Array.from({ length: ROUNDS }, () => timed(() => reader.readBuckets(1, query.edges))));
}

function timed(body: () => unknown): number {
  const startedMs = performance.now();
  body();
  return performance.now() - startedMs;
}

/** A year of points as plain rows. */
function importRows(path: string, points: Points): DatabaseSync {
  const rows = new DatabaseSync(path);
  rows.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    CREATE TABLE point (series INTEGER, at INTEGER, value INTEGER, PRIMARY KEY (series, at)) STRICT, WITHOUT ROWID;`);
  const insert = rows.prepare('INSERT INTO point VALUES (1, ?, ?)');
  rows.exec('BEGIN');
  for (let index = 0; index < points.starts.length; index += 1) {
    insert.run(points.starts[index] as number, points.values[index] as number);
  }
  rows.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  return rows;
}

function rowsMs(rows: DatabaseSync, query: Query): number {
  const fromMs = query.edges[0] as number;
  const stepMs = (query.edges[1] as number) - fromMs;
  const group = rows.prepare(
    'SELECT CAST((at - ?1) / ?2 AS INTEGER), sum(value), min(value), max(value), count(*) FROM point WHERE series = 1 AND at >= ?1 AND at < ?3 GROUP BY 1',
  );
  return timed(() => group.all(fromMs, stepMs, query.edges[query.edges.length - 1] as number));
}

function printLevels(year: Points): void {
  const day = END_MS - 100 * DAY_MS;
  const from = year.starts.findIndex((startMs) => startMs >= day);
  const to = year.starts.findIndex((startMs) => startMs >= day + 10 * DAY_MS);
  const part = {
    ...year,
    starts: year.starts.subarray(from, to),
    durationsMs: year.durationsMs.subarray(from, to),
    values: year.values.subarray(from, to),
  };
  const head = ['zstd level, a day’s block', 'bytes a point', 'ms a day'];
  const count = DAY_MS / 5_000;
  const days = Array.from({ length: Math.floor((to - from) / count) }, (_, index) => {
    const slice = (column: Float64Array) => column.subarray(index * count, (index + 1) * count);
    const points = {
      ...part,
      starts: slice(part.starts),
      durationsMs: slice(part.durationsMs),
      values: slice(part.values),
    };
    return encodePoints(points, day + index * DAY_MS).slice();
  });
  const rows = [3, 6, 9, 12, 15, 19].map((level) => {
    let bytes = 0;
    const ms = timed(() => {
      for (const columns of days) {
        bytes += zstdCompressSync(columns, { params: { [constants.ZSTD_c_compressionLevel]: level } }).length;
      }
    });
    return [String(level), (bytes / days.length / count).toFixed(4), (ms / days.length).toFixed(2)];
  });
  printTable([head, ...rows]);
}

/** The minutes of the data are means; a house is not that steady within them. */
function unsteadyYearBytes(): number {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-bench-'));
  const store = openSqliteStore({ folder, clock });
  const series = store.ensureSeries({ source: 'house', quantity: 'energy', unit: 'Wh', name: 'House' });
  store.addPoints(
    series,
    renderHouse({ fromMs: END_MS - YEAR_HOURS * HOUR_MS, hours: YEAR_HOURS, jitter: 0.1 }),
  );
  store.close();
  const { size } = statSync(join(folder, STORE_FILE));
  rmSync(folder, { recursive: true });
  return size;
}

function main(years: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-bench-'));
  const store = openSqliteStore({ folder, clock });
  const series = store.ensureSeries({ source: 'house', quantity: 'energy', unit: 'Wh', name: 'House' });
  let pointCount = 0;
  let importMs = 0;
  let last: Points | undefined;
  for (let year = years; year > 0; year -= 1) {
    last = renderHouse({ fromMs: END_MS - year * YEAR_HOURS * HOUR_MS, hours: YEAR_HOURS, jitter: 0 });
    const points = last;
    importMs += timed(() => store.addPoints(series, points));
    pointCount += points.starts.length;
  }
  store.close();
  if (last === undefined) return;
  const rowsPath = join(folder, 'rows.db');
  let rows: DatabaseSync | undefined;
  const yearPoints = last;
  const rowsImportMs = timed(() => {
    rows = importRows(rowsPath, yearPoints);
  });
  const ownBytes = statSync(join(folder, STORE_FILE)).size;
  const rowBytes = statSync(rowsPath).size;
  const rowRate = yearPoints.starts.length / rowsImportMs / 1_000;
  const ownRate = pointCount / importMs / 1_000;
  const rowSize = rowBytes / yearPoints.starts.length;
  const ownSize = ownBytes / pointCount;
  printTable([
    [`${years} years, ${(pointCount / 1e6).toFixed(1)} M points`, 'plain rows', 'kilowink', 'ratio'],
    ['import, M points/s', rowRate.toFixed(2), ownRate.toFixed(2), (ownRate / rowRate).toFixed(1)],
    [
      'bytes a point on disk, all levels',
      rowSize.toFixed(2),
      ownSize.toFixed(3),
      (rowSize / ownSize).toFixed(0),
    ],
    ['MB a year on disk', (rowBytes / 1e6).toFixed(1), (ownBytes / years / 1e6).toFixed(2), ''],
    ['the same, power straying 10 % within a minute', '', (unsteadyYearBytes() / 1e6).toFixed(2), ''],
  ]);
  printLevels(yearPoints);
  const reader = openSqliteStoreReadOnly({ folder, clock });
  const table = [['query, ms', 'plain rows', 'warm', 'ratio', 'cold query', 'cold open']];
  for (const [index, query] of queries.entries()) {
    if (query.years > years || rows === undefined) continue;
    const warm = warmMs(reader, query);
    const reference = query.years > 1 ? Number.NaN : rowsMs(rows, query);
    const colds = Array.from({ length: 3 }, () => coldMs(folder, index));
    table.push([
      query.name,
      Number.isNaN(reference) ? '' : reference.toFixed(0),
      warm.toFixed(2),
      Number.isNaN(reference) ? '' : (reference / warm).toFixed(0),
      median(colds.map((cold) => cold.queryMs)).toFixed(1),
      median(colds.map((cold) => cold.openMs)).toFixed(1),
    ]);
  }
  printTable(table);
  reader.close();
  rows?.close();
  rmSync(folder, { recursive: true });
}

const [flag, folder, index] = process.argv.slice(2);
if (flag === '--cold') answerCold(folder ?? '', Number(index));
else main(Number(/^--years=(\d+)$/.exec(flag ?? '')?.[1] ?? 10));
