// The real program as a process of its own, for tests of the whole.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
export const MAIN = join(root, 'packages/cli/src/main.ts');

/** A `kilowink serve` that runs. */
export interface ServerProcess {
  readonly url: string;
  readonly port: number;
  readonly child: ChildProcess;
  /** Everything it has printed so far. */
  readonly output: () => string;
  /** Ends it and waits until it has; SIGKILL leaves it no time for anything. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
}

/** A test that fails must not leave its server behind. */
const started = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});

/** Starts `kilowink serve` on a free port and waits until it says where its page is. */
export async function startServerProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [MAIN, 'serve', '--host', '127.0.0.1', '-p', '0', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.add(child);
  child.once('exit', () => started.delete(child));
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
  });
  child.stderr.on('data', (data) => {
    output += data;
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', () => {
      const found = /page +(http:\/\/\S+)\/stats/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) =>
      reject(new assert.AssertionError({ message: `ended with ${code}:\n${output}` })),
    );
  });
  // From here on a forgotten server does not keep the test's process alive.
  hold(child, false);
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    hold(child, true);
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  return { url, port: Number(new URL(url).port), child, output: () => output, stop };
}

function hold(child: ChildProcess, held: boolean): void {
  const act = held ? 'ref' : 'unref';
  child[act]();
  for (const stream of [child.stdout, child.stderr]) if (stream instanceof Socket) stream[act]();
}

/** Runs another `kilowink` command to its end. */
export async function runKilowink(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      output += data;
    });
  }
  const [code] = await once(child, 'exit');
  return { code, output };
}
