// The measured house as flashes every 5 s, kept and asked by Kilowink and by others, each in a process of its own on the
// same data in the same run: VictoriaMetrics and InfluxDB (Debian's), DuckDB (npm, fetched into a temporary folder), plain
// SQLite rows, and the old server's file. `--years=10`; `--sensors=1000` of a month each (`--days=30`), which takes an hour
// and 30 GB below the temporary folder; `--only=kilowink,victoria,influx,duckdb,rows,old`; `--csv=no` to load Kilowink from
// memory alone, as many sensors are. Prints a table and writes a JSON, whose path it prints.
import './lib/help.ts';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TimeRange } from '@kilowink/core/tariff';
import { DAY_MS, findStep, type Step } from '@kilowink/core/time';
import { STORE_FILE } from '@kilowink/store';
import { median, printTable } from './lib/figures.ts';
import type { Stock } from './lib/growth-data.ts';
import { type LibraryName, LibraryPeer } from './lib/peers/libraries.ts';
import { memory, type Peer, processorMs, type Question, untilAnswered } from './lib/peers/peer.ts';
import { InfluxDb, KilowinkServer, VictoriaMetrics } from './lib/peers/servers.ts';
import { someDay, zoomViews } from './lib/peers/views.ts';

const YEAR_DAYS = 365;
const END_MS = Date.UTC(2026, 0, 1);
const VIEWS = 200;
const ROUNDS = 100;
/** Nothing is asked again once it took this long. */
const QUESTION_MS_MAX = 8_000;
const VIEWS_MS_MAX = 60_000;
/** Each program is left alone for so long after its start, as it is before somebody opens a page; `--alone=0` asks at once. */
const ALONE_MS_DEFAULT = '5000';

interface Asked {
  readonly firstMs: number;
  /** Asked again and again. */
  readonly medianMs: number;
  /** Where answers take now one time, now three times that, as one of the others' do, the median is a matter of luck. */
  readonly meanMs: number;
  readonly leastMs: number;
  readonly mostMs: number;
  /** Mean processor time of an answer, all threads. */
  readonly processorMs: number;
}

/** A program to be measured, and the folder that is its own. */
interface Candidate {
  readonly folder: string;
  make(folder: string): Peer;
}

interface Figures {
  readonly name: string;
  readonly note: string;
  readonly loadPointsPerS: number | null;
  /** Of the processor, all threads. */
  readonly loadUsPerPoint: number | null;
  readonly bytesPerPoint: number;
  readonly peakMb: number | null;
  readonly startMs: number;
  readonly asked: Record<string, Asked>;
  readonly views: {
    readonly count: number;
    readonly medianMs: number;
    readonly p99Ms: number;
    readonly processorMs: number;
    readonly processorP99Ms: number;
  };
  /** Of the views, for how long our server had them: 99th percentile and most. */
  readonly served: { readonly p99Ms: number; readonly mostMs: number } | null;
  readonly residentMb: number;
}

function option(name: string, otherwise: string): string {
  return (
    process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise
  );
}

const sensors = Number(option('sensors', '1'));
const years = Number(option('years', '1'));
const days = sensors > 1 ? Number(option('days', '30')) : years * YEAR_DAYS;
const only = option('only', 'kilowink,victoria,influx,duckdb,rows,old').split(',');
const aloneMs = Number(option('alone', ALONE_MS_DEFAULT));
const isFromCsv = sensors === 1 && option('csv', 'yes') !== 'no';
const folder = mkdtempSync(join(tmpdir(), 'kilowink-peers-'));
const extent: TimeRange = { fromMs: END_MS - days * DAY_MS, toMs: END_MS };
const stock: Stock = { sensors, days, startMs: extent.fromMs };
const points = (sensors * (extent.toMs - extent.fromMs)) / 5_000;

function stepNamed(name: string): Step {
  const step = findStep(name);
  if (step === undefined) throw new RangeError(name);
  return step;
}

/** Of many sensors each question is of another; of one, of that. */
function sensorOf(question: number): number {
  return (question * 131) % sensors;
}

const day = { sensor: 0, ...someDay(extent) };
const wholeDays = Math.min(days, YEAR_DAYS);
const whole = wholeDays === YEAR_DAYS ? 'a year' : `${wholeDays} days`;
const questions: Record<string, Question> = {
  [`${whole} by hour`]: {
    sensor: 0,
    fromMs: END_MS - wholeDays * DAY_MS,
    toMs: END_MS,
    step: stepNamed('1h'),
  },
  'a day by minute': { ...day, step: stepNamed('1min') },
  'a day raw': { ...day, step: stepNamed('5s'), raw: true },
};
/** Of our server, which answers with more columns than the others are asked for. */
const ALONE = ', sums alone';
const views = zoomViews(extent, VIEWS, sensorOf);

async function askOften(peer: Peer, question: Question): Promise<Asked> {
  const firstMs = await peer.ask(question);
  const again: number[] = [];
  const before = processorMs(peer.pid);
  let spentMs = firstMs;
  do {
    const ms = await peer.ask({ ...question, sensor: sensorOf(again.length + 1) });
    again.push(ms);
    spentMs += ms;
  } while (again.length < ROUNDS && spentMs < QUESTION_MS_MAX);
  const meanProcessorMs = (processorMs(peer.pid) - before) / again.length;
  const meanMs = again.reduce((sum, ms) => sum + ms, 0) / again.length;
  const ends = { leastMs: Math.min(...again), mostMs: Math.max(...again) };
  return { firstMs, medianMs: median(again), meanMs, ...ends, processorMs: meanProcessorMs };
}

async function look(peer: Peer): Promise<Figures['views']> {
  if (peer instanceof VictoriaMetrics) peer.useCache(true);
  const eachMs: number[] = [];
  const eachProcessorMs: number[] = [];
  let spentMs = 0;
  for (const view of views) {
    let ms = 0;
    const before = processorMs(peer.pid);
    for (const tile of view) ms += await peer.ask(tile);
    eachProcessorMs.push(processorMs(peer.pid) - before);
    eachMs.push(ms);
    spentMs += ms;
    if (spentMs > VIEWS_MS_MAX) break;
  }
  return {
    count: eachMs.length,
    medianMs: median(eachMs),
    p99Ms: percentile(eachMs, 0.99),
    processorMs: median(eachProcessorMs),
    processorP99Ms: percentile(eachProcessorMs, 0.99),
  };
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;
}

/** From the start of the process until a day by minute was answered; the second start, which finds what the first prepared. */
async function startUp(peer: Peer): Promise<number> {
  const question = questions['a day by minute'] as Question;
  let ms = 0;
  for (let round = 0; round < 2; round += 1) {
    await peer.stop();
    const startedMs = performance.now();
    await peer.start();
    await untilAnswered(() => peer.ask(question));
    ms = performance.now() - startedMs;
  }
  return ms;
}

async function measure(peer: Peer, isLoaded: boolean): Promise<Figures> {
  console.error(`${peer.name} …`);
  await peer.start();
  const spent = isLoaded ? null : await peer.load(stock);
  const peakMb = isLoaded ? null : memory(peer.pid).peakMb;
  const startMs = await startUp(peer);
  await new Promise((resolve) => setTimeout(resolve, aloneMs));
  const asked: Figures['asked'] = {};
  for (const [name, question] of Object.entries(questions)) asked[name] = await askOften(peer, question);
  if (peer instanceof KilowinkServer) {
    for (const [name, question] of Object.entries(questions))
      asked[`${name}${ALONE}`] = await askOften(peer, { ...question, alone: true });
  }
  const zoom = await look(peer);
  const { residentMb } = memory(peer.pid);
  await peer.stop();
  return {
    name: peer.name,
    note: peer.note,
    loadPointsPerS: spent && (points / spent.ms) * 1_000,
    loadUsPerPoint: spent && (spent.processorMs / points) * 1_000,
    bytesPerPoint: peer.sizeBytes() / points,
    peakMb,
    startMs,
    asked,
    views: zoom,
    served: peer instanceof KilowinkServer ? servedViews(peer.servedMs(), zoom.count) : null,
    residentMb,
  };
}

/** The views were what was asked last. */
function servedViews(servedMs: readonly number[], count: number): Figures['served'] {
  let at = servedMs.length - views.slice(0, count).reduce((tiles, view) => tiles + view.length, 0);
  const eachMs = views.slice(0, count).map((view) => {
    at += view.length;
    return servedMs.slice(at - view.length, at).reduce((sum, ms) => sum + ms, 0);
  });
  return { p99Ms: percentile(eachMs, 0.99), mostMs: Math.max(...eachMs) };
}

/** Fetches DuckDB into a temporary folder; null where that fails. */
function fetchDuckDb(): string | null {
  const prefix = join(folder, 'npm');
  mkdirSync(prefix);
  const args = ['install', '--prefix', prefix, '--no-audit', '--no-fund', '@duckdb/node-api'];
  const { status, stderr } = spawnSync('npm', args, { encoding: 'utf8', cwd: prefix });
  if (status === 0) return prefix;
  console.log(
    `DuckDB is left out: npm could not fetch it (${stderr.trim().split('\n').at(-1) ?? 'no npm'}).`,
  );
  return null;
}

function isInstalled(program: string, what: string): boolean {
  if (spawnSync('sh', ['-c', `command -v ${program}`]).status === 0) return true;
  console.log(`${what} is left out: there is no ${program} here; apt-get install it.`);
  return false;
}

function printFigures(all: readonly Figures[]): void {
  const cell = (value: number | null, digits: number) => (value === null ? '' : value.toFixed(digits));
  const ms = (value: number) => value.toFixed(value < 10 ? 2 : 0);
  const span = (asked: Asked | undefined) =>
    asked === undefined ? '' : `${ms(asked.leastMs)} to ${ms(asked.mostMs)}`;
  const row = (name: string, of: (figures: Figures) => string) => [name, ...all.map(of)];
  printTable([
    [
      `${sensors} sensor(s) × ${days} days, ${(points / 1e6).toFixed(1)} M points`,
      ...all.map(({ name }) => name),
    ],
    row('bulk load, M points/s', (f) => cell(f.loadPointsPerS && f.loadPointsPerS / 1e6, 2)),
    row('… processor time, µs a point', (f) => cell(f.loadUsPerPoint, 2)),
    row('bytes a point on disk', (f) => f.bytesPerPoint.toFixed(3)),
    ...[...new Set(all.flatMap(({ asked }) => Object.keys(asked)))].flatMap((name) => [
      row(`${name}, first, ms`, (f) => cell(f.asked[name]?.firstMs ?? null, 2)),
      row(`${name}, again, median, ms`, (f) => cell(f.asked[name]?.medianMs ?? null, 2)),
      row(`${name}, again, mean, ms`, (f) => cell(f.asked[name]?.meanMs ?? null, 2)),
      row(`${name}, again, least to most, ms`, (f) => span(f.asked[name])),
      row(`${name}, processor time, ms`, (f) => cell(f.asked[name]?.processorMs ?? null, 2)),
    ]),
    row('views looked at', (f) => String(f.views.count)),
    row('a view, median, ms', (f) => ms(f.views.medianMs)),
    row('a view, 99th percentile, ms', (f) => ms(f.views.p99Ms)),
    row('… of it at the server, ms', (f) => (f.served === null ? '' : ms(f.served.p99Ms))),
    row('slowest view at the server, ms', (f) => (f.served === null ? '' : ms(f.served.mostMs))),
    row('a view, processor time, median, ms', (f) => ms(f.views.processorMs)),
    row('a view, processor time, 99th percentile', (f) => ms(f.views.processorP99Ms)),
    row('resident after the views, MB', (f) => f.residentMb.toFixed(0)),
    row('highest while loading, MB', (f) => cell(f.peakMb, 0)),
    row('start to first answer, ms', (f) => f.startMs.toFixed(0)),
  ]);
  for (const { name, note } of all) console.log(`${name}: ${note}`);
}

/** What the blocks of each level take, without what SQLite needs to keep them. */
function levelBytes(path: string): Record<string, number> {
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = database.prepare('SELECT level, sum(length(data)) AS bytes FROM block GROUP BY level').all();
  database.close();
  const names = ['points', 'minutes', 'hours'];
  return Object.fromEntries(
    rows.map((row) => [names[Number(row['level'])] ?? '', Number(row['bytes']) / points]),
  );
}

const storeFolder = join(folder, 'store');
const serverFolder = isFromCsv ? join(folder, 'kilowink') : storeFolder;
const duckFolder = only.includes('duckdb') ? fetchDuckDb() : null;
const library = (kind: LibraryName, extra?: string): Candidate => ({
  folder: kind === 'store' ? storeFolder : join(folder, kind),
  make: (own) => new LibraryPeer(kind, own, extra),
});
const candidates: Candidate[] = [];
if (only.includes('kilowink')) {
  candidates.push(library('store'), { folder: serverFolder, make: (own) => new KilowinkServer(own) });
}
if (only.includes('victoria') && isInstalled('victoria-metrics', 'VictoriaMetrics')) {
  candidates.push({ folder: join(folder, 'victoria'), make: (own) => new VictoriaMetrics(own) });
}
if (only.includes('influx') && isInstalled('influxd', 'InfluxDB')) {
  candidates.push({ folder: join(folder, 'influx'), make: (own) => new InfluxDb(own) });
}
if (duckFolder !== null) candidates.push(library('duckdb', duckFolder));
if (only.includes('rows')) candidates.push(library('rows'));
if (only.includes('old')) candidates.push(library('old-csv'));

const all: Figures[] = [];
let levels: Record<string, number> = {};
for (const { folder: own, make } of candidates) {
  const peer = make(own);
  try {
    all.push(await measure(peer, peer instanceof KilowinkServer && !isFromCsv));
  } catch (error) {
    console.log(`${peer.name} is left out: ${String(error)}`);
    await peer.stop();
  }
  if (peer.name === 'kilowink store') levels = levelBytes(join(storeFolder, STORE_FILE));
  // The server is asked on what the store was given.
  else rmSync(own, { recursive: true });
}
printFigures(all);
const perLevel = Object.entries(levels).map(([name, bytes]) => `${name} ${bytes.toFixed(4)}`);
if (perLevel.length > 0) console.log(`kilowink’s blocks, bytes a point: ${perLevel.join(', ')}`);
const out = join(tmpdir(), `kilowink-peers-${sensors}x${days}d-${Date.now()}.json`);
const machine = { processor: cpus()[0]?.model ?? '', processors: cpus().length, node: process.version };
const report = { date: new Date().toISOString(), sensors, days, points, machine, levels, peers: all };
writeFileSync(out, `${JSON.stringify(report, null, 2)}\n`);
console.log(`${out} (${statSync(out).size} bytes)`);
rmSync(folder, { recursive: true });
