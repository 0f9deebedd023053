// Reports accepted over HTTP with durable grouping, 10 counts each, many sensors, against a bare node:http server that
// reads the body and answers the same. Rounds alternate, so that a machine that slows down slows both. Ours runs with the
// flags of `npm start`, which keep its young heap small; `--plain` leaves them out, as the bare server has none.
// `--only=keep,mixed` takes some of the loads, `--rounds=3` another number of rounds than five.
import './lib/help.ts';
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, printTable } from './lib/figures.ts';
import { makeKeys } from './lib/report-keys.ts';
import { SERVER_ENV, SERVER_FLAGS } from './lib/server-process.ts';

const SECONDS = 3;
const ROUNDS = 5;
/** By the name that `lib/report-load.ts` has for them. `warm`: reports that do not count, for a server runs for months. */
const LOADS = [
  { kind: 'close', sensors: 64, warm: 5_000, name: '64 sensors, a connection a report' },
  { kind: 'keep', sensors: 64, warm: 20_000, name: '64 sensors, connections kept' },
  { kind: 'close2', sensors: 64, warm: 5_000, name: '64 of version 2, signed, a connection a report' },
  { kind: 'keep2', sensors: 64, warm: 20_000, name: '64 of version 2, signed, connections kept' },
  { kind: 'mixed', sensors: 1_000, warm: 20_000, name: '1,000 of both versions, half keep theirs' },
] as const;
type Load = (typeof LOADS)[number];

const lib = join(import.meta.dirname, 'lib');
const folder = mkdtempSync(join(tmpdir(), 'kilowink-bench-'));

function option(name: string): string | undefined {
  return process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
}

interface Measured {
  readonly rate: number;
  readonly cpuUs: number;
}

function startServer(kind: 'bare' | 'kilowink', sensors: number, data: string) {
  if (kind === 'bare') return fork(join(lib, 'bare-server.ts'), [], { execArgv: [] });
  const asShipped = process.argv.includes('--plain')
    ? { execArgv: [] }
    : { execArgv: [...SERVER_FLAGS], env: { ...process.env, ...SERVER_ENV } };
  return fork(join(lib, 'report-server.ts'), [data, String(sensors)], asShipped);
}

/** Reports a second, and what each took of the server's processor: a machine that has other work to do spoils the first more. */
async function measure(server: 'bare' | 'kilowink', { kind, sensors, warm }: Load): Promise<Measured> {
  const data = mkdtempSync(join(folder, 'data-'));
  makeKeys(data, sensors);
  const started = startServer(server, sensors, data);
  const { port } = await new Promise<{ port: number }>((resolve) => started.once('message', resolve));
  const load = fork(join(lib, 'report-load.ts'), [port, sensors, SECONDS, warm, kind, data].map(String));
  const counted = new Promise<{ answered: number; seconds: number }>((resolve, reject) => {
    load.once('exit', (code) => reject(new Error(`report-load.ts ended with ${code}`)));
    load.on('message', (said: 'warm' | { answered: number; seconds: number }) => {
      if (said === 'warm') started.send('count');
      else resolve(said);
    });
  });
  const { answered, seconds } = await counted;
  const told = new Promise<{ cpuUs: number }>((resolve) => started.once('message', resolve));
  const exited = new Promise((resolve) => started.once('exit', resolve));
  started.kill('SIGTERM');
  const { cpuUs } = await told;
  await exited;
  return { rate: answered / seconds, cpuUs: cpuUs / answered };
}

const only = option('only')?.split(',');
const rows = [['', 'bare node:http', 'kilowink', 'ratio']];
for (const load of LOADS.filter(({ kind }) => only?.includes(kind) ?? true)) {
  const bare: Measured[] = [];
  const own: Measured[] = [];
  for (let round = 0; round < Number(option('rounds') ?? ROUNDS); round += 1) {
    bare.push(await measure('bare', load));
    own.push(await measure('kilowink', load));
  }
  const row = (told: string, of: (each: Measured) => number) => {
    const ratio = median(own.map((each, round) => of(each) / of(bare[round] ?? each)));
    rows.push([told, ...[bare, own].map((each) => median(each.map(of)).toFixed(0)), ratio.toFixed(2)]);
  };
  row(`${load.name}: reports a second`, ({ rate }) => rate);
  row('  processor a report, µs', ({ cpuUs }) => cpuUs);
}
rows.push(['load of the machine, last minute', '', (loadavg()[0] ?? 0).toFixed(1), '']);
printTable(rows);
rmSync(folder, { recursive: true });
