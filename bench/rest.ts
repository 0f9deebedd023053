// A server at rest with ten years of data, after it answered a page's queries: resident memory and processor time, beside
// the least that Node is (an idle process with a bare HTTP server) in the same run. `--small` as on a machine of 512 MB.
import './lib/help.ts';
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printTable } from './lib/figures.ts';
import { machineFlags, memoryNow, REST_MS, SERVER_ENV, SERVER_FLAGS } from './lib/server-process.ts';
import { storeYears } from './lib/ten-years.ts';

/** Left alone, a server warms itself up after its start; longer than that takes. */
const ALONE_S = 10;
const folder = mkdtempSync(join(tmpdir(), 'kilowink-bench-'));
const root = join(import.meta.dirname, '..');
const COMPILED = join(root, 'node_modules/.cache/kilowink');

/** Memory, MB, and processor time used so far, s, as Linux has them. */
interface Usage {
  readonly residentMb: number;
  readonly ownMb: number;
  readonly cpuS: number;
}

function usage(child: ChildProcess): Usage {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return { ...memoryNow(child.pid ?? 0), cpuS: (Number(fields[11]) + Number(fields[12])) / 100 };
}

async function startBare(): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'lib/bare-server.ts'));
  await new Promise((resolve) => child.once('message', resolve));
  return child;
}

/** As `npm start` does it. */
async function startOurs(): Promise<{ child: ChildProcess; url: string }> {
  const main = join(root, 'packages/cli/src/main.ts');
  const flags = [...SERVER_FLAGS, ...machineFlags()];
  const args = [...flags, main, 'serve', '-d', folder, '-p', '0', '--host', '127.0.0.1'];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...SERVER_ENV, NODE_COMPILE_CACHE: COMPILED },
  });
  const url = await new Promise<string>((resolve) => {
    child.stdout.on('data', (data) => {
      const found = /page +(http:\/\/\S+)\/stats/.exec(String(data))?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  return { child, url };
}

async function browse(url: string): Promise<void> {
  for (const query of [
    '',
    '?points=10000',
    '?step=1d',
    '?from=2025-06-01&to=2025-06-02',
    '?from=2025-05-01&to=2025-06-01',
  ]) {
    for (let time = 0; time < 20; time += 1)
      await (await fetch(`${url}/api/v1/series/1/buckets${query}`)).text();
  }
}

storeYears(folder, 10);
// The first start compiles; the ones after find it done, as a server that was started before does.
const first = await startOurs();
first.child.kill('SIGTERM');
await new Promise((resolve) => first.child.once('exit', resolve));

const bare = await startBare();
const { child: ours, url } = await startOurs();
const started = usage(ours);
await pass(ALONE_S);
const warmed = usage(ours);
await browse(url);
const before = { bare: usage(bare), ours: usage(ours) };
await pass(REST_MS / 1_000);
const after = { bare: usage(bare), ours: usage(ours) };
const cpu = (of: 'bare' | 'ours') => ((after[of].cpuS - before[of].cpuS) / (REST_MS / 1_000)) * 100;
printTable([
  ['at rest, ten years stored', 'bare node:http', 'its own', 'kilowink', 'its own', 'ratio'],
  row('resident after the start, MB', before.bare, started),
  row('resident 10 s later, warmed up, MB', before.bare, warmed),
  ['processor time of warming up, s', '', '', (warmed.cpuS - started.cpuS).toFixed(2), '', ''],
  row('resident after 100 queries, MB', before.bare, before.ours),
  row(`resident after another ${REST_MS / 1_000} s, MB`, after.bare, after.ours),
  ['processor at rest, %', cpu('bare').toFixed(2), '', cpu('ours').toFixed(2), '', ''],
]);
bare.kill();
ours.kill('SIGTERM');
await new Promise((resolve) => ours.once('exit', resolve));
rmSync(folder, { recursive: true });

function pass(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
}

function row(label: string, reference: Usage, measured: Usage): string[] {
  const figures = [reference, measured].flatMap((of) => [of.residentMb, of.ownMb]);
  return [
    label,
    ...figures.map((mb) => mb.toFixed(0)),
    (measured.residentMb / reference.residentMb).toFixed(2),
  ];
}
