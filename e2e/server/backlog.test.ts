// A version 2 sensor with its key, as a process of its own, while the server is killed and started again.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MAIN, runKilowink, type ServerProcess, startServerProcess } from '../lib/server-process.ts';

const ID = '00112233aabbccdd';
/** 7,200 W are ten flashes in each window. */
const FLASHES = 10;
/** An outage long enough, at this speed, for a backlog that no live report holds. */
const SPEED = 300;
const OUTAGE_MS = 2_500;

interface Source {
  authenticated: boolean;
  windowsMissed: number;
  lastReportMs: number | null;
}

async function sourceOf(server: ServerProcess): Promise<Source | undefined> {
  const health = (await (await fetch(`${server.url}/api/v1/health`)).json()) as { sources: Source[] };
  return health.sources[0];
}

async function read<T>(server: ServerProcess, path: string): Promise<T> {
  const answer = await fetch(`${server.url}/api/v1/series/1/${path}from=1970-01-01&to=2100-01-01`);
  return (await answer.json()) as T;
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await holds()) return;
    await pause(50);
  }
  assert.fail(`did not come true within fifteen seconds: ${what}`);
}

test('a sensor with a backlog survives kills of the server with nothing lost', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-backlog-'));
  const added = await runKilowink(['sensor', 'add', '--id', ID, '-d', folder]);
  const key = /^[0-9a-f]{32}$/m.exec(added.output)?.[0] ?? assert.fail(added.output);
  const env = { KILOWINK_STORE_GROUP_MS: '300' };
  let server = await startServerProcess(['-d', folder], env);
  const { port } = server;
  const args = [
    'sim',
    'blink',
    '--to',
    `http://127.0.0.1:${port}`,
    '--report',
    '2',
    '--id',
    ID,
    '--key',
    key,
  ];
  const sensor = spawn(process.execPath, [MAIN, ...args, '--watts', '7200', '--speed', String(SPEED)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  sensor.stdout.on('data', (text) => {
    said += text;
  });
  try {
    for (let kill = 0; kill < 3; kill += 1) {
      await until(async () => ((await sourceOf(server))?.lastReportMs ?? null) !== null, 'a report');
      await pause(300 + 250 * kill);
      await server.stop('SIGKILL');
      await pause(OUTAGE_MS);
      server = await startServerProcess(['-d', folder, '-p', String(port)], env);
    }
    await until(async () => ((await sourceOf(server))?.lastReportMs ?? null) !== null, 'a report');
    await until(async () => (await sourceOf(server))?.windowsMissed === 0, 'no window missing');
    const ended = once(sensor, 'close');
    sensor.kill('SIGINT');
    await ended;
    const measured = Number(/(\d[\d ]*) windows [^\n]*\n$/.exec(said)?.[1]?.replaceAll(' ', ''));
    const windows = await read<{ columns: { start: number[] } }>(server, 'windows?limit=20000&');
    const stored = windows.columns.start.length;
    assert.ok(stored <= measured && stored >= measured - 5, `${stored} of ${measured} windows`);
    const total = await read<{ energyWh: number; recoveredWh?: number }>(server, 'total?');
    assert.equal(total.energyWh, FLASHES * stored);
    assert.equal(total.recoveredWh, undefined);
    assert.equal((await sourceOf(server))?.authenticated, true);
  } finally {
    sensor.kill('SIGKILL');
    await server.stop();
    rmSync(folder, { recursive: true });
  }
});
