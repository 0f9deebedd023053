// A library as a process of its own: `library-worker.ts KIND FOLDER EXTRA`, told what to do by messages.
import { createReadStream, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { bucketEdges } from '@kilowink/core/time';
import { openSqliteStore, openSqliteStoreReadOnly, type StoreReader } from '@kilowink/store';
import type { SensorPoints } from '../growth-data.ts';
import { oldServerCsv, piecesOf, plainCsv, writeFile } from './data.ts';
import type { LibraryName, Task } from './libraries.ts';
import type { Question, Spent } from './peer.ts';

interface Library {
  /** Makes a piece ready to be taken in, which is not measured, and returns what takes it in. */
  prepare(piece: SensorPoints): () => Promise<unknown> | unknown;
  /** Ends the loading. */
  finish?(): Promise<unknown> | unknown;
  ask(question: Question): Promise<unknown> | unknown;
}

const [kind = '', folder = '', extra = ''] = process.argv.slice(2);
const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

function ourStore(): Library {
  let store: ReturnType<typeof openSqliteStore> | undefined;
  let reader: StoreReader | undefined;
  return {
    prepare({ sensor, points }) {
      return () => {
        store ??= openSqliteStore({ folder, clock });
        const source = `bench/house-${sensor}`;
        const name = `House ${sensor + 1}`;
        store.addPoints(store.ensureSeries({ source, quantity: 'energy', unit: 'Wh', name }), points);
      };
    },
    finish: () => store?.close(),
    ask({ sensor, fromMs, toMs, step, raw }) {
      reader ??= openSqliteStoreReadOnly({ folder, clock });
      if (raw === true) return [...reader.readPoints(sensor + 1, fromMs, toMs)];
      return reader.readBuckets(sensor + 1, bucketEdges({ fromMs, toMs }, step, 'Europe/Paris'));
    },
  };
}

function plainRows(): Library {
  const rows = new DatabaseSync(join(folder, 'rows.db'));
  rows.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS point (series INTEGER, at INTEGER, value INTEGER, PRIMARY KEY (series, at)) STRICT, WITHOUT ROWID;`);
  const insert = rows.prepare('INSERT INTO point VALUES (?, ?, ?)');
  return {
    prepare({ sensor, points: { starts, values } }) {
      return () => {
        rows.exec('BEGIN');
        for (let index = 0; index < starts.length; index += 1) {
          insert.run(sensor, starts[index] as number, values[index] as number);
        }
        rows.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
      };
    },
    ask({ sensor, fromMs, toMs, step, raw }) {
      if (raw === true) {
        const each = rows.prepare('SELECT at, value FROM point WHERE series = ? AND at >= ? AND at < ?');
        return each.all(sensor, fromMs, toMs);
      }
      const group = rows.prepare(
        `SELECT CAST((at - ?1) / ?2 AS INTEGER), sum(value), min(value), max(value), count(*)
         FROM point WHERE series = ?4 AND at >= ?1 AND at < ?3 GROUP BY 1`,
      );
      return group.all(fromMs, step.ms, toMs, sensor);
    },
  };
}

/** What of DuckDB's module is used. */
interface DuckModule {
  readonly DuckDBInstance: {
    create(path: string): Promise<{ connect(): Promise<DuckConnection> }>;
  };
}
interface DuckConnection {
  run(sql: string): Promise<unknown>;
  runAndReadAll(sql: string): Promise<{ getRowsJS(): unknown[] }>;
}

async function duckDb(): Promise<Library> {
  const { DuckDBInstance } = createRequire(join(extra, 'package.json'))('@duckdb/node-api') as DuckModule;
  const instance = await DuckDBInstance.create(join(folder, 'points.duckdb'));
  const duck = await instance.connect();
  await duck.run('CREATE TABLE IF NOT EXISTS point (series INTEGER, at_s BIGINT, value INTEGER)');
  return {
    prepare({ sensor, points }) {
      const file = join(extra, 'plain.csv');
      writeFile(file, plainCsv(points));
      return async () => {
        await duck.run(
          `INSERT INTO point SELECT ${sensor}, at_s, value FROM read_csv('${file}', header = false, columns = {'at_s': 'BIGINT', 'value': 'INTEGER'})`,
        );
        await duck.run('CHECKPOINT');
      };
    },
    async ask({ sensor, fromMs, toMs, step, raw }) {
      const where = `FROM point WHERE series = ${sensor} AND at_s >= ${Math.ceil(fromMs / 1_000)} AND at_s < ${Math.ceil(toMs / 1_000)}`;
      const bucket = `(at_s - ${Math.floor(fromMs / 1_000)}) // ${step.ms / 1_000}`;
      const sql =
        raw === true
          ? `SELECT at_s, value ${where} ORDER BY at_s`
          : `SELECT ${bucket}, sum(value), min(value), max(value), count(*) ${where} GROUP BY 1 ORDER BY 1`;
      return (await duck.runAndReadAll(sql)).getRowsJS();
    },
  };
}

/** A sensor's whole file read line by line for each view, as the old server does for each page view. */
function oldCsv(): Library {
  const fileOf = (sensor: number, part: number) => join(folder, `${sensor}.${part}.csv`);
  const nextPart = (sensor: number) => {
    let part = 0;
    while (existsSync(fileOf(sensor, part))) part += 1;
    return part;
  };
  return {
    prepare({ sensor, points }) {
      const file = fileOf(sensor, nextPart(sensor));
      return () => writeFile(file, oldServerCsv(points));
    },
    async ask(question) {
      const sums = new Map<number, number>();
      const parts = nextPart(question.sensor);
      for (let part = 0; part < parts; part += 1) {
        await addLines(fileOf(question.sensor, part), question, sums);
      }
      return sums;
    },
  };
}

async function addLines(path: string, question: Question, sums: Map<number, number>): Promise<void> {
  const { fromMs, toMs, step, raw } = question;
  const input = createReadStream(path, { highWaterMark: 1 << 20 });
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const atMs = Date.parse(`${line.slice(0, 10)}T${line.slice(11, 19)}Z`);
    if (!(atMs >= fromMs && atMs < toMs)) continue;
    const bucket = raw === true ? atMs : Math.floor((atMs - fromMs) / step.ms);
    sums.set(bucket, (sums.get(bucket) ?? 0) + Number.parseInt(line.slice(20), 10));
  }
}

const makers: Record<LibraryName, () => Library | Promise<Library>> = {
  store: ourStore,
  rows: plainRows,
  duckdb: duckDb,
  'old-csv': oldCsv,
};
const library = Promise.resolve(makers[kind as LibraryName]());

async function measured(body: () => Promise<unknown> | unknown): Promise<Spent> {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  await body();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - startedMs, processorMs: (user + system) / 1_000 };
}

async function work(task: Task): Promise<Spent> {
  const it = await library;
  if (task.kind === 'ask') return measured(() => it.ask(task.question));
  const all: Spent[] = [];
  for (const piece of piecesOf(task.stock)) all.push(await measured(it.prepare(piece)));
  all.push(await measured(() => it.finish?.()));
  return {
    ms: all.reduce((sum, { ms }) => sum + ms, 0),
    processorMs: all.reduce((sum, { processorMs }) => sum + processorMs, 0),
  };
}

process.on('message', (task: Task) => {
  work(task).then(
    (spent) => process.send?.(spent),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
