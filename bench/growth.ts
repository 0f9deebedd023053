// How cost grows with sensors and with years: processor time to take a point in and to answer, bytes on disk, resident
// memory of a server. Filling and asking are processes of their own, so that none has another's memory or compiled code.
// Times are processor time, which a busy machine does not stretch. `--sensors=1,10,100,1000` with `--days=30` of stock for
// each, `--years=1,2,5,10` for one; `--small` weighs the server as on a machine of 512 MB. Writes a JSON and prints where; `--figure` draws docs/design/figures/growth.svg anew.
import './lib/help.ts';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAY_MS, findStep, MINUTE_MS, type Step } from '@kilowink/core/time';
import { printTable } from './lib/figures.ts';
import {
  type AskFigures,
  drawGrowth,
  type FillFigures,
  type GrowthFigures,
} from './lib/peers/growth-figure.ts';
import { getBody, untilAnswered } from './lib/peers/peer.ts';
import { KilowinkServer } from './lib/peers/servers.ts';
import { machineFlags, memoryNow } from './lib/server-process.ts';

const FIGURE = join(import.meta.dirname, '../docs/design/figures/growth.svg');
const CASE = join(import.meta.dirname, 'lib/growth-case.ts');
const YEAR_DAYS = 365;
const QUESTIONS = 100;
/** The figure is of a server that was just used; V8 gives back more after two minutes, see `rest.ts`. */
const PAUSE_MS = 15_000;

function option(name: string, otherwise: string): string {
  return (
    process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise
  );
}

function runCase<T>(kind: 'fill' | 'ask', args: readonly (string | number)[]): T {
  const { stdout, stderr } = spawnSync(process.execPath, [CASE, kind, ...args.map(String)], {
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as T;
}

/** Resident memory of `kilowink serve` on that store, after a day of each of 100 series was looked at. */
async function serverMb(folder: string, sensors: number): Promise<number> {
  const server = new KilowinkServer(folder);
  server.flags = machineFlags();
  const day = { sensor: 0, fromMs: endMs - DAY_MS, toMs: endMs, step: findStep('1min') as Step };
  // The first start compiles and seals; the second is as a server is that was started before.
  await server.start();
  await untilAnswered(() => getBody(server.urlOf(day)));
  await server.stop();
  await server.start();
  await untilAnswered(() => getBody(server.urlOf(day)));
  for (let question = 0; question < QUESTIONS; question += 1) {
    await getBody(server.urlOf({ ...day, sensor: (question * 131) % sensors }));
  }
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  const { residentMb, ownMb } = memoryNow(server.pid);
  console.error(`server ${residentMb.toFixed(0)} MB, of which its own ${ownMb.toFixed(0)}`);
  await server.stop();
  return residentMb;
}

async function measure(sensors: number, days: number): Promise<GrowthFigures> {
  console.error(`${sensors} × ${days} days …`);
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-growth-'));
  const filled = runCase<FillFigures>('fill', [folder, sensors, days, endMs]);
  const asked = runCase<AskFigures>('ask', [folder, sensors, days, endMs]);
  const residentMb = await serverMb(folder, sensors);
  rmSync(folder, { recursive: true });
  return { sensors, days, ...filled, ...asked, residentMb };
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
      'MB on disk',
      'bytes a point',
      'server, MB',
      'open, ms',
    ],
    ...all.map((one) => [
      `${one.sensors} × ${one.days}`,
      (one.points / 1e6).toFixed(1),
      one.bulkUs.toFixed(2),
      one.liveUs.toFixed(1),
      one.dayMs.toFixed(2),
      one.wholeMs.toFixed(2),
      (one.diskBytes / 1e6).toFixed(1),
      (one.diskBytes / one.points).toFixed(3),
      one.residentMb.toFixed(0),
      one.openMs.toFixed(0),
    ]),
  ]);
}

async function measureAll(counts: string, of: (count: number) => [sensors: number, days: number]) {
  const all: GrowthFigures[] = [];
  for (const count of counts.split(',')) all.push(await measure(...of(Number(count))));
  printCases(all);
  console.log();
  return all;
}

const endMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
const days = Number(option('days', '30'));
const bySensors = await measureAll(option('sensors', '1,10,100,1000'), (sensors) => [sensors, days]);
const byYears = await measureAll(option('years', '1,2,5,10'), (years) => [1, years * YEAR_DAYS]);
const out = join(tmpdir(), `kilowink-growth-${Date.now()}.json`);
const machine = { processor: cpus()[0]?.model ?? '', processors: cpus().length, node: process.version };
writeFileSync(
  out,
  `${JSON.stringify({ date: new Date().toISOString(), machine, bySensors, byYears }, null, 2)}\n`,
);
console.log(out);
if (process.argv.includes('--figure')) {
  writeFileSync(FIGURE, drawGrowth(bySensors, byYears));
  console.log(FIGURE);
}
