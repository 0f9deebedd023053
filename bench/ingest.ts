// Reports accepted over HTTP with durable grouping, 10 counts each, many sensors, against a bare node:http server that
// reads the body and answers "ok". Rounds alternate, so that a machine that slows down slows both.
import { execFile, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { median, printTable } from './lib/figures.ts';

const SENSORS = 64;
const SECONDS = 3;
const ROUNDS = 5;
const lib = join(import.meta.dirname, 'lib');
const folder = mkdtempSync(join(tmpdir(), 'kilowink-bench-'));

async function rate(kind: 'bare' | 'kilowink', mode: 'keep' | 'close'): Promise<number> {
  const data = mkdtempSync(join(folder, 'data-'));
  const file = kind === 'bare' ? 'bare-server.ts' : 'report-server.ts';
  const server = fork(join(lib, file), [data, String(SENSORS)]);
  const { port } = await new Promise<{ port: number }>((resolve) => server.once('message', resolve));
  const load = [join(lib, 'report-load.ts'), String(port), String(SENSORS), String(SECONDS), mode];
  const { stdout } = await promisify(execFile)(process.execPath, load);
  const exited = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await exited;
  const { answered, seconds } = JSON.parse(stdout) as { answered: number; seconds: number };
  return answered / seconds;
}

const rows = [['reports a second, 64 sensors', 'bare node:http', 'kilowink', 'ratio']];
for (const [mode, name] of [
  ['close', 'one connection a report, as sensors do'],
  ['keep', 'connections kept'],
] as const) {
  const rates = { bare: [] as number[], kilowink: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rates.bare.push(await rate('bare', mode));
    rates.kilowink.push(await rate('kilowink', mode));
  }
  const ratios = rates.kilowink.map((own, round) => own / (rates.bare[round] ?? 1));
  const shown = [median(rates.bare), median(rates.kilowink)].map((value) => value.toFixed(0));
  rows.push([name, ...shown, median(ratios).toFixed(2)]);
}
printTable(rows);
rmSync(folder, { recursive: true });
