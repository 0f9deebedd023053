// The programs that answer over HTTP: ours, VictoriaMetrics and InfluxDB, each on its defaults unless a line says why not.
import type { ChildProcess } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { slicePoints } from '@kilowink/core/series';
import type { EpochMs } from '@kilowink/core/time';
import { STORE_FILE } from '@kilowink/store';
import { freePort } from '../../../tools/lib/free-port.ts';
import type { SensorPoints, Stock } from '../growth-data.ts';
import { SERVER_ENV, SERVER_FLAGS } from '../server-process.ts';
import { oldServerCsv, piecesOf, plainCsv, writeFile } from './data.ts';
import {
  folderBytes,
  getBody,
  type Peer,
  postBody,
  processorMs,
  type Question,
  type Spent,
  startProgram,
  stopProgram,
  timed,
  untilAnswered,
} from './peer.ts';

const MAIN = join(import.meta.dirname, '../../../packages/cli/src/main.ts');
const SERVING_TIME = join(import.meta.dirname, 'serving-time.ts');
const COMPILED = join(import.meta.dirname, '../../../node_modules/.cache/kilowink');
const WINDOWS_A_DAY = 17_280;
/** Of VictoriaMetrics' JSON lines, which have a day each. */
const LINES_A_REQUEST = 32;
/** What merges files afterwards has until its size was the same for so long, and at most so long. */
const SETTLED_MS = 30_000;
const SETTLED_MS_MAX = 900_000;

abstract class ServerPeer implements Peer {
  abstract readonly name: string;
  abstract readonly note: string;
  protected readonly folder: string;
  protected url = '';
  protected child: ChildProcess | undefined;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.folder = folder;
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  abstract start(): Promise<void>;
  abstract load(stock: Stock): Promise<Spent>;
  abstract sizeBytes(): number;
  abstract urlOf(question: Question): string;

  async stop(): Promise<void> {
    if (this.child !== undefined) await stopProgram(this.child);
    this.child = undefined;
  }

  ask(question: Question): Promise<number> {
    return timed(() => getBody(this.urlOf(question)));
  }
}

/** `kilowink import` of a file into the store of that folder, as a user runs it, its start included. */
export async function importFile(file: string, folder: string): Promise<Spent> {
  // `time` of the shell knows the processor time of its child.
  const command = `TIMEFORMAT='%U %S'; time "$0" "$@" > /dev/null`;
  const args = ['-c', command, process.execPath, MAIN, 'import', file, '-d', folder, '--yes'];
  const startedMs = performance.now();
  const { status, stderr } = spawnSync('bash', args, { encoding: 'utf8' });
  const ms = performance.now() - startedMs;
  if (status !== 0) throw new Error(`kilowink import ended with ${status}: ${stderr}`);
  const [userS = 0, systemS = 0] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { ms, processorMs: (userS + systemS) * 1_000 };
}

async function untilSettled(sizeBytes: () => number): Promise<void> {
  const endMs = performance.now() + SETTLED_MS_MAX;
  for (let before = -1; before !== sizeBytes() && performance.now() < endMs; ) {
    before = sizeBytes();
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS));
  }
}

/** `kilowink serve`, as `npm start` starts it; loaded by `kilowink import` of the old server's file. */
export class KilowinkServer extends ServerPeer {
  readonly name = 'kilowink';
  readonly note =
    'loaded by `kilowink import`, or on what the store was given; answers with five columns and the power that flashes tell, or as told';
  /** Given to Node besides those that `npm start` gives it. */
  flags: readonly string[] = [];
  readonly #served = join(this.folder, 'served.json');

  async start(): Promise<void> {
    const port = await freePort();
    const flags = [...SERVER_FLAGS, ...this.flags, '--import', SERVING_TIME];
    const args = [...flags, MAIN, 'serve', '-d', this.folder, '-p', String(port), '--host', '127.0.0.1'];
    this.child = startProgram(process.execPath, args, {
      ...SERVER_ENV,
      NODE_COMPILE_CACHE: COMPILED,
      BENCH_SERVED: this.#served,
    });
    this.url = `http://127.0.0.1:${port}/api/v1/series`;
  }

  async load(stock: Stock): Promise<Spent> {
    const all = { ms: 0, processorMs: 0 };
    for (const { points } of piecesOf(stock)) {
      const file = join(this.folder, 'old.csv');
      writeFile(file, oldServerCsv(points));
      const spent = await importFile(file, this.folder);
      all.ms += spent.ms;
      all.processorMs += spent.processorMs;
    }
    return all;
  }

  /** For how long the server that was stopped last had each request, in order, ms; without the way to whoever asks. */
  servedMs(): number[] {
    return JSON.parse(readFileSync(this.#served, 'utf8'));
  }

  sizeBytes(): number {
    return statSync(join(this.folder, STORE_FILE)).size;
  }

  urlOf({ sensor, fromMs, toMs, step, raw, alone }: Question): string {
    const what = raw === true ? 'windows?limit=20000' : `buckets?step=${step.name}`;
    const columns = alone === true ? '&columns=start,energyWh' : '';
    return `${this.url}/${sensor + 1}/${what}&from=${fromMs}&to=${toMs}${columns}`;
  }
}

/** One sensor is loaded by its CSV import; many, each by its label, by its import of JSON lines. */
export class VictoriaMetrics extends ServerPeer {
  readonly name = 'VictoriaMetrics';
  readonly note = 'sums only; fixed questions with nocache=1, views with its cache';
  #isCached = false;
  #isLabelled = false;

  /** Whether it may answer from what it answered before. */
  useCache(isCached: boolean): void {
    this.#isCached = isCached;
  }

  async start(): Promise<void> {
    const port = await freePort();
    this.child = startProgram('victoria-metrics', [
      `-storageDataPath=${this.folder}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      '-retentionPeriod=100y',
      // By default it refuses a question of more than 30 million samples of a series: five years of 5 s.
      '-search.maxSamplesPerSeries=200000000',
    ]);
    this.url = `http://127.0.0.1:${port}`;
  }

  async load(stock: Stock): Promise<Spent> {
    await untilAnswered(() => getBody(`${this.url}/health`));
    this.#isLabelled = stock.sensors > 1;
    const [path, bodies] = this.#isLabelled
      ? ['import', jsonLines(piecesOf(stock))]
      : ['import/csv?format=1:time:unix_s,2:metric:flashes', csvOf(piecesOf(stock))];
    const before = processorMs(this.pid);
    let ms = 0;
    for (const body of bodies) ms += await timed(() => postBody(`${this.url}/api/v1/${path}`, body));
    ms += await timed(() => getBody(`${this.url}/internal/force_flush`));
    await getBody(`${this.url}/internal/force_merge`);
    await untilSettled(() => this.sizeBytes());
    return { ms, processorMs: processorMs(this.pid) - before };
  }

  sizeBytes(): number {
    return folderBytes(join(this.folder, 'data')) + folderBytes(join(this.folder, 'indexdb'));
  }

  urlOf({ sensor, fromMs, toMs, step, raw }: Question): string {
    const flashes = this.#isLabelled ? `flashes{sensor="${sensor}"}` : 'flashes';
    if (raw === true) {
      return `${this.url}/api/v1/export?match[]=${flashes}&start=${fromMs / 1_000}&end=${toMs / 1_000}`;
    }
    const stepS = step.ms / 1_000;
    const cache = this.#isCached ? '' : '&nocache=1';
    const range = `start=${fromMs / 1_000 + stepS}&end=${toMs / 1_000}&step=${stepS}`;
    return `${this.url}/api/v1/query_range?query=sum_over_time(${flashes}[${stepS}s])&${range}${cache}`;
  }
}

function* csvOf(pieces: Iterable<SensorPoints>): Iterable<string> {
  for (const { points } of pieces) yield* plainCsv(points);
}

function* jsonLines(pieces: Iterable<SensorPoints>): Iterable<string> {
  // Made once for each day, since all sensors have the same times.
  const timesKept = new Map<EpochMs, string>();
  let lines: string[] = [];
  for (const { sensor, points } of pieces) {
    for (let from = 0; from < points.starts.length; from += WINDOWS_A_DAY) {
      const { starts, values } = slicePoints(points, from, from + WINDOWS_A_DAY);
      const firstMs = starts[0] ?? 0;
      const times = timesKept.get(firstMs) ?? starts.join(',');
      timesKept.set(firstMs, times);
      lines.push(
        `{"metric":{"__name__":"flashes","sensor":"${sensor}"},"values":[${values.join(',')}],"timestamps":[${times}]}`,
      );
      if (lines.length < LINES_A_REQUEST) continue;
      yield lines.join('\n');
      lines = [];
    }
  }
  yield lines.join('\n');
}

/** Loaded by its line protocol, 20,000 lines a request. */
export class InfluxDb extends ServerPeer {
  readonly name = 'InfluxDB 1.6';
  readonly note = 'sums only; told to compact after seconds instead of hours, for its size';

  async start(): Promise<void> {
    const [port, backupPort] = [await freePort(), await freePort()];
    this.child = startProgram('influxd', ['-config', '/dev/null'], {
      INFLUXDB_REPORTING_DISABLED: 'true',
      INFLUXDB_BIND_ADDRESS: `127.0.0.1:${backupPort}`,
      INFLUXDB_HTTP_BIND_ADDRESS: `127.0.0.1:${port}`,
      INFLUXDB_HTTP_LOG_ENABLED: 'false',
      INFLUXDB_META_DIR: join(this.folder, 'meta'),
      INFLUXDB_DATA_DIR: join(this.folder, 'data'),
      INFLUXDB_DATA_WAL_DIR: join(this.folder, 'wal'),
      INFLUXDB_DATA_CACHE_SNAPSHOT_WRITE_COLD_DURATION: '5s',
      INFLUXDB_DATA_COMPACT_FULL_WRITE_COLD_DURATION: '10s',
      INFLUXDB_MONITOR_STORE_ENABLED: 'false',
    });
    this.url = `http://127.0.0.1:${port}`;
  }

  async load(stock: Stock): Promise<Spent> {
    await untilAnswered(() => getBody(`${this.url}/ping`));
    await postBody(`${this.url}/query?q=${encodeURIComponent('CREATE DATABASE bench')}`, '');
    const before = processorMs(this.pid);
    let ms = 0;
    for (const { sensor, points } of piecesOf(stock)) {
      const { starts, values } = points;
      for (let from = 0; from < starts.length; from += 20_000) {
        const times = starts.subarray(from, from + 20_000);
        const lines = Array.from(
          times,
          (atMs, index) => `energy,sensor=${sensor} v=${values[from + index]}i ${atMs / 1_000}`,
        );
        ms += await timed(() => postBody(`${this.url}/write?db=bench&precision=s`, lines.join('\n')));
      }
    }
    await untilSettled(() => this.sizeBytes());
    return { ms, processorMs: processorMs(this.pid) - before };
  }

  sizeBytes(): number {
    return folderBytes(join(this.folder, 'data')) + folderBytes(join(this.folder, 'wal'));
  }

  urlOf({ sensor, fromMs, toMs, step, raw }: Question): string {
    const where = `FROM energy WHERE sensor = '${sensor}' AND time >= ${fromMs}ms AND time < ${toMs}ms`;
    const query = raw === true ? `SELECT v ${where}` : `SELECT sum(v) ${where} GROUP BY time(${step.ms}ms)`;
    return `${this.url}/query?db=bench&epoch=ms&q=${encodeURIComponent(query)}`;
  }
}
