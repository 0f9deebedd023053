// Reports accepted over HTTP with durable grouping, 10 counts each, many sensors, against a bare node:http server that
// reads the body and answers "ok". Rounds alternate, so that a machine that slows down slows both.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, printTable } from './lib/figures.ts';

const SENSORS = 64;
const SECONDS = 3;
const ROUNDS = 5;
/** Reports that do not count: a server runs for months, not for seconds. */
const WARM = { close: 5_000, keep: 20_000 };
const lib = join(import.meta.dirname, 'lib');
const folder = mkdtempSync(join(tmpdir(), 'kilowink-bench-'));

/** Reports a second, and what each took of the server's processor: a machine that has other work to do spoils the first more. */
async function measure(kind: 'bare' | 'kilowink', mode: 'keep' | 'close'): Promise<Measured> {
  const data = mkdtempSync(join(folder, 'data-'));
  const file = kind === 'bare' ? 'bare-server.ts' : 'report-server.ts';
  const server = fork(join(lib, file), [data, String(SENSORS)]);
  const { port } = await new Promise<{ port: number }>((resolve) => server.once('message', resolve));
  const given = [port, SENSORS, SECONDS, WARM[mode], mode].map(String);
  const load = fork(join(lib, 'report-load.ts'), given);
  const counted = new Promise<{ answered: number; seconds: number }>((resolve) => {
    load.on('message', (said: 'warm' | { answered: number; seconds: number }) => {
      if (said === 'warm') server.send('count');
      else resolve(said);
    });
  });
  const { answered, seconds } = await counted;
  const told = new Promise<{ cpuUs: number }>((resolve) => server.once('message', resolve));
  const exited = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  const { cpuUs } = await told;
  await exited;
  return { rate: answered / seconds, cpuUs: cpuUs / answered };
}

interface Measured {
  readonly rate: number;
  readonly cpuUs: number;
}

const rows = [['64 sensors', 'bare node:http', 'kilowink', 'ratio']];
for (const [mode, name] of [
  ['close', 'one connection a report, as sensors do'],
  ['keep', 'connections kept'],
] as const) {
  const bare: Measured[] = [];
  const own: Measured[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    bare.push(await measure('bare', mode));
    own.push(await measure('kilowink', mode));
  }
  const row = (told: string, of: (each: Measured) => number) => {
    const ratio = median(own.map((each, round) => of(each) / of(bare[round] ?? each)));
    rows.push([told, ...[bare, own].map((each) => median(each.map(of)).toFixed(0)), ratio.toFixed(2)]);
  };
  row(`${name}: reports a second`, ({ rate }) => rate);
  row('  processor a report, µs', ({ cpuUs }) => cpuUs);
}
printTable(rows);
rmSync(folder, { recursive: true });
