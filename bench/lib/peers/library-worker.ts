// A library as a process of its own: `library-worker.ts KIND FOLDER EXTRA`, told what to do by messages.
import { createReadStream, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { bucketEdges } from '@kilowink/core/time';
import { openSqliteStore, openSqliteStoreReadOnly, type StoreReader } from '@kilowink/store';
import { oldServerCsv, plainCsv, pointsOf, writeFile } from './data.ts';
import type { LibraryName, Task } from './libraries.ts';
import type { Question, Stretch } from './peer.ts';

interface Library {
  /** Returns the milliseconds it took, preparing the input left out. */
  load(stretches: readonly Stretch[]): Promise<number> | number;
  ask(question: Question): Promise<unknown> | unknown;
}

const [kind = '', folder = '', extra = ''] = process.argv.slice(2);
const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

function ourStore(): Library {
  let reader: StoreReader | undefined;
  return {
    load(stretches) {
      const store = openSqliteStore({ folder, clock });
      const series = store.ensureSeries({
        source: 'bench/house',
        quantity: 'energy',
        unit: 'Wh',
        name: 'House',
      });
      let ms = 0;
      for (const stretch of stretches) {
        const points = pointsOf(stretch);
        const startedMs = performance.now();
        store.addPoints(series, points);
        ms += performance.now() - startedMs;
      }
      const startedMs = performance.now();
      store.close();
      return ms + performance.now() - startedMs;
    },
    ask({ fromMs, toMs, step, raw }) {
      reader ??= openSqliteStoreReadOnly({ folder, clock });
      if (raw === true) return [...reader.readPoints(1, fromMs, toMs)];
      return reader.readBuckets(1, bucketEdges({ fromMs, toMs }, step, 'Europe/Paris'));
    },
  };
}

function plainRows(): Library {
  const rows = new DatabaseSync(join(folder, 'rows.db'));
  rows.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS point (series INTEGER, at INTEGER, value INTEGER, PRIMARY KEY (series, at)) STRICT, WITHOUT ROWID;`);
  return {
    load(stretches) {
      const insert = rows.prepare('INSERT INTO point VALUES (1, ?, ?)');
      let ms = 0;
      for (const stretch of stretches) {
        const { starts, values } = pointsOf(stretch);
        const startedMs = performance.now();
        rows.exec('BEGIN');
        for (let index = 0; index < starts.length; index += 1) {
          insert.run(starts[index] as number, values[index] as number);
        }
        rows.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
        ms += performance.now() - startedMs;
      }
      return ms;
    },
    ask({ fromMs, toMs, step, raw }) {
      if (raw === true) {
        const each = rows.prepare('SELECT at, value FROM point WHERE series = 1 AND at >= ? AND at < ?');
        return each.all(fromMs, toMs);
      }
      const group = rows.prepare(
        `SELECT CAST((at - ?1) / ?2 AS INTEGER), sum(value), min(value), max(value), count(*)
         FROM point WHERE series = 1 AND at >= ?1 AND at < ?3 GROUP BY 1`,
      );
      return group.all(fromMs, step.ms, toMs);
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
  await duck.run('CREATE TABLE IF NOT EXISTS point (at_s BIGINT, value INTEGER)');
  return {
    async load(stretches) {
      const file = join(extra, 'plain.csv');
      let ms = 0;
      for (const stretch of stretches) {
        writeFile(file, plainCsv(pointsOf(stretch)));
        const startedMs = performance.now();
        await duck.run(
          `INSERT INTO point SELECT at_s, value FROM read_csv('${file}', header = false, columns = {'at_s': 'BIGINT', 'value': 'INTEGER'})`,
        );
        await duck.run('CHECKPOINT');
        ms += performance.now() - startedMs;
      }
      return ms;
    },
    async ask({ fromMs, toMs, step, raw }) {
      const where = `FROM point WHERE at_s >= ${Math.ceil(fromMs / 1_000)} AND at_s < ${Math.ceil(toMs / 1_000)}`;
      const bucket = `(at_s - ${Math.floor(fromMs / 1_000)}) // ${step.ms / 1_000}`;
      const sql =
        raw === true
          ? `SELECT at_s, value ${where} ORDER BY at_s`
          : `SELECT ${bucket}, sum(value), min(value), max(value), count(*) ${where} GROUP BY 1 ORDER BY 1`;
      return (await duck.runAndReadAll(sql)).getRowsJS();
    },
  };
}

/** The whole file read line by line for each view, as the old server does for each page view. */
function oldCsv(): Library {
  const file = join(folder, 'old.csv');
  return {
    load(stretches) {
      let ms = 0;
      for (const [index, stretch] of stretches.entries()) {
        const chunks = oldServerCsv(pointsOf(stretch));
        const startedMs = performance.now();
        writeFile(index === 0 ? file : `${file}.${index}`, chunks);
        ms += performance.now() - startedMs;
      }
      return ms;
    },
    async ask(question) {
      const sums = new Map<number, number>();
      for (let index = 0; existsSync(index === 0 ? file : `${file}.${index}`); index += 1) {
        await addLines(index === 0 ? file : `${file}.${index}`, question, sums);
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

async function work(task: Task): Promise<number> {
  const it = await library;
  if (task.kind === 'load') return it.load(task.stretches);
  const startedMs = performance.now();
  await it.ask(task.question);
  return performance.now() - startedMs;
}

process.on('message', (task: Task) => {
  work(task).then(
    (ms) => process.send?.({ ms }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
