// A server that hears 1,000 sensors, 10 counts a report every 15 s of their time, as fast as it takes them: resident memory
// while their hours go by, 20 s after, and at rest. What waits to be sealed stays in memory, so this shows that it is
// bounded. `--sensors=1,1000`, `--seconds=60`; `--small` as on a machine of 512 MB.
import './lib/help.ts';
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printTable } from './lib/figures.ts';
import { machineFlags, memoryNow, REST_MS, SERVER_ENV, SERVER_FLAGS } from './lib/server-process.ts';

const LOOKS = 6;
const PAUSE_MS = 20_000;
const REPORT_H = 15 / 3_600;
const lib = join(import.meta.dirname, 'lib');

function option(name: string, otherwise: string): string {
  return (
    process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3) ?? otherwise
  );
}

/** What the load tells at its end. */
interface Load {
  readonly answered: number;
  readonly seconds: number;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function measure(sensors: number, seconds: number): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-growth-'));
  const server = fork(join(lib, 'report-server.ts'), [folder, String(sensors)], {
    execArgv: [...SERVER_FLAGS, ...machineFlags()],
    env: { ...process.env, ...SERVER_ENV },
  });
  // Also when the load fails, which ends this process.
  process.once('exit', () => server.kill('SIGKILL'));
  const { port } = await new Promise<{ port: number }>((resolve) => server.once('message', resolve));
  const pid = server.pid ?? 0;
  const seen = [memoryNow(pid).residentMb];
  const load = fork(join(lib, 'report-load.ts'), [
    String(port),
    String(sensors),
    String(seconds),
    '1',
    'keep',
  ]);
  const loaded = new Promise<Load>((resolve, reject) => {
    load.on('message', (told: Load | 'warm') => {
      if (told !== 'warm') resolve(told);
    });
    load.once('exit', (code) => reject(new Error(`report-load.ts ended with ${code}`)));
  });
  for (let look = 0; look < LOOKS; look += 1) {
    await pause((seconds * 1_000) / LOOKS);
    seen.push(memoryNow(pid).residentMb);
  }
  const { answered, seconds: took } = await loaded;
  await pause(PAUSE_MS);
  const soon = memoryNow(pid);
  await pause(REST_MS - PAUSE_MS);
  const rest = memoryNow(pid);
  const exited = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await exited;
  rmSync(folder, { recursive: true });
  const hours = (answered / sensors) * REPORT_H;
  return [
    String(sensors),
    (answered / took).toFixed(0),
    hours.toFixed(1),
    ((answered * 3) / 1e6).toFixed(2),
    seen.map((mb) => mb.toFixed(0)).join(' '),
    soon.residentMb.toFixed(0),
    rest.residentMb.toFixed(0),
    rest.ownMb.toFixed(0),
  ];
}

const seconds = Number(option('seconds', '60'));
const rows = [
  [
    'sensors',
    'reports/s',
    'hours of each',
    'M windows',
    'resident MB, as it goes',
    '20 s after',
    'at rest',
    'its own',
  ],
];
for (const sensors of option('sensors', '1,1000').split(','))
  rows.push(await measure(Number(sensors), seconds));
printTable(rows);
