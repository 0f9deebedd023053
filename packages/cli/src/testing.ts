// For tests of this package only.
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, 'main.ts');

/** What a run of the program left. */
export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of a test's own, and the program run in it with no configuration but the test's. */
export class Workplace implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'kilowink-cli-'));
  readonly data = join(this.folder, 'data');

  path(name: string): string {
    return join(this.folder, name);
  }

  start(args: readonly string[]) {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('KILOWINK_'));
    const env = {
      ...Object.fromEntries(inherited),
      XDG_CONFIG_HOME: this.folder,
      XDG_DATA_HOME: this.folder,
    };
    return spawn(process.execPath, [MAIN, ...args], {
      cwd: this.folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  async run(...args: string[]): Promise<Ran> {
    const child = this.start(args);
    const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [stdout, stderr] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
    return { exitCode: await exited, stdout: stdout.join(''), stderr: stderr.join('') };
  }

  /** Runs with `input` on standard input. */
  async runWithInput(input: string, ...args: string[]): Promise<Ran> {
    const path = this.path('input.txt');
    writeFileSync(path, input);
    const stdin = openSync(path, 'r');
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: this.folder,
      stdio: [stdin, 'pipe', 'pipe'],
    });
    closeSync(stdin);
    const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [stdout, stderr] = await Promise.all([child.stdout?.toArray(), child.stderr?.toArray()]);
    return { exitCode: await exited, stdout: stdout?.join('') ?? '', stderr: stderr?.join('') ?? '' };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
