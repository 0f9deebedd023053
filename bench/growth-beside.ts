// Many sensors beside VictoriaMetrics: the same windows in both, then the same questions of 100 sensors over HTTP.
// `--sensors=1000 --days=30` is 518 million windows: the batches go to our store by its interface, to VictoriaMetrics by
// its import of JSON lines, a day of a sensor in each. Ours also takes six hours of reports from each sensor before it is
// weighed, so that what waits to be sealed is in memory. Prints a table and the JSON's path.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Points, slicePoints } from '@kilowink/core/series';
import { DAY_MS, type EpochMs, findStep, MINUTE_MS, type Step } from '@kilowink/core/time';
import { printTable } from './lib/figures.ts';
import { growthTimes, pointsOfAll, type Stock } from './lib/growth-data.ts';
import type { FillFigures } from './lib/peers/growth-figure.ts';
import {
  getBody,
  memory,
  type Peer,
  postBody,
  processorMs,
  type Question,
  untilAnswered,
} from './lib/peers/peer.ts';
import { KilowinkServer, VictoriaMetrics } from './lib/peers/servers.ts';

const CASE = join(import.meta.dirname, 'lib/growth-case.ts');
const WINDOWS_A_DAY = 17_280;
const LINES_A_REQUEST = 32;
const QUESTIONS = 100;
const REST_MS = 15_000;

function option(name: string, otherwise: string): string {
  return (
    process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise
  );
}

interface Figures {
  readonly name: string;
  readonly loadUs: number;
  readonly bytesPerPoint: number;
  readonly asked: Record<string, { readonly ms: number; readonly processorMs: number }>;
  readonly residentMb: number;
}

/** The same with the sensor as a label. */
class ManyInVictoria extends VictoriaMetrics {
  /** Returns the processor time it took, ms. */
  async loadMany(stock: Stock): Promise<number> {
    await untilAnswered(() => getBody(`${this.url}/health`));
    const before = processorMs(this.pid);
    let lines: string[] = [];
    const send = async () => {
      await postBody(`${this.url}/api/v1/import`, lines.join('\n'));
      lines = [];
    };
    for (const { sensor, points } of pointsOfAll(stock)) {
      for (let from = 0; from < points.starts.length; from += WINDOWS_A_DAY) {
        lines.push(jsonLine(sensor, slicePoints(points, from, from + WINDOWS_A_DAY)));
        if (lines.length === LINES_A_REQUEST) await send();
      }
    }
    await send();
    await getBody(`${this.url}/internal/force_flush`);
    await getBody(`${this.url}/internal/force_merge`);
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    return processorMs(this.pid) - before;
  }

  urlOfSensor(question: Question, sensor: number): string {
    return this.urlOf(question).replace('(flashes[', `(flashes{sensor="${sensor}"}[`);
  }
}

class ManyInKilowink extends KilowinkServer {
  urlOfSensor(question: Question, sensor: number): string {
    return this.urlOf(question).replace('/series/1/', `/series/${sensor + 1}/`);
  }
}

/** Made once for each day, since all sensors have the same times. */
const timesKept = new Map<EpochMs, string>();

function jsonLine(sensor: number, { starts, values }: Points): string {
  const firstMs = starts[0] ?? 0;
  const times = timesKept.get(firstMs) ?? starts.join(',');
  timesKept.set(firstMs, times);
  return `{"metric":{"__name__":"flashes","sensor":"${sensor}"},"values":[${values.join(',')}],"timestamps":[${times}]}`;
}

async function ask(
  peer: Peer & { urlOfSensor(question: Question, sensor: number): string },
  questionOf: (index: number) => Question,
): Promise<{ ms: number; processorMs: number }> {
  const before = processorMs(peer.pid);
  const startedMs = performance.now();
  for (let index = 0; index < QUESTIONS; index += 1) {
    await getBody(peer.urlOfSensor(questionOf(index), (index * 131) % stock.sensors));
  }
  const ms = (performance.now() - startedMs) / QUESTIONS;
  return { ms, processorMs: (processorMs(peer.pid) - before) / QUESTIONS };
}

async function look(peer: ManyInVictoria | ManyInKilowink): Promise<Pick<Figures, 'asked' | 'residentMb'>> {
  const day = (index: number) => {
    const fromMs = stock.startMs + ((index * 37) % stock.days) * DAY_MS;
    return { fromMs, toMs: fromMs + DAY_MS, step: findStep('1min') as Step };
  };
  const whole = {
    fromMs: stock.startMs,
    toMs: stock.startMs + stock.days * DAY_MS,
    step: findStep('1h') as Step,
  };
  await untilAnswered(() => getBody(peer.urlOfSensor(day(0), 0)));
  const asked = {
    'a day by minute': await ask(peer, day),
    'all by hour': await ask(peer, () => whole),
  };
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  return { asked, residentMb: memory(peer.pid).residentMb };
}

async function ours(folder: string): Promise<Figures> {
  const args = [CASE, 'fill', folder, stock.sensors, stock.days, endMs].map(String);
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  const filled = JSON.parse(stdout) as FillFigures;
  const server = new ManyInKilowink(folder);
  // The first start compiles and seals; the second is as a server is that was started before.
  await server.start();
  await untilAnswered(() =>
    getBody(server.urlOf({ fromMs: endMs - DAY_MS, toMs: endMs, step: findStep('1h') as Step })),
  );
  await server.stop();
  await server.start();
  const looked = await look(server);
  await server.stop();
  return {
    name: 'kilowink',
    loadUs: filled.bulkUs,
    bytesPerPoint: filled.diskBytes / filled.points,
    ...looked,
  };
}

async function victorias(folder: string): Promise<Figures> {
  const server = new ManyInVictoria(folder);
  await server.start();
  const loadMs = await server.loadMany(stock);
  const points = stock.sensors * stock.days * WINDOWS_A_DAY;
  await server.stop();
  await server.start();
  const looked = await look(server);
  await server.stop();
  return {
    name: server.name,
    loadUs: (loadMs / points) * 1_000,
    bytesPerPoint: server.sizeBytes() / points,
    ...looked,
  };
}

const endMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
const days = Number(option('days', '30'));
const sensors = Number(option('sensors', '1000'));
const stock: Stock = { sensors, days, startMs: growthTimes(sensors, days, endMs).startMs };
const folder = mkdtempSync(join(tmpdir(), 'kilowink-beside-'));
const all = [await ours(join(folder, 'kilowink')), await victorias(join(folder, 'victoria'))];
rmSync(folder, { recursive: true });
const row = (name: string, of: (figures: Figures) => number, digits: number) => [
  name,
  ...all.map((figures) => of(figures).toFixed(digits)),
];
printTable([
  [`${stock.sensors} sensors × ${days} days`, ...all.map(({ name }) => name)],
  row('bulk load, µs of processor a point', (f) => f.loadUs, 2),
  row('bytes a point on disk', (f) => f.bytesPerPoint, 3),
  ...['a day by minute', 'all by hour'].flatMap((name) => [
    row(`${name}, ms`, (f) => f.asked[name]?.ms ?? Number.NaN, 2),
    row(`… processor time, ms`, (f) => f.asked[name]?.processorMs ?? Number.NaN, 2),
  ]),
  row('resident at rest, MB', (f) => f.residentMb, 0),
]);
const out = join(tmpdir(), `kilowink-beside-${Date.now()}.json`);
const machine = { processor: cpus()[0]?.model ?? '', processors: cpus().length, node: process.version };
writeFileSync(
  out,
  `${JSON.stringify({ date: new Date().toISOString(), machine, stock, peers: all }, null, 2)}\n`,
);
console.log(out);
