// For tests only: two serial devices joined by a cable.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A pair of pseudo terminals; what is written to one is read from the other. */
export class PtyPair {
  readonly left: string;
  readonly right: string;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, left: string, right: string) {
    this.#process = process;
    this.left = left;
    this.right = right;
  }

  static async open(folder: string, name: string): Promise<PtyPair> {
    const [left, right] = ['left', 'right'].map((side) => join(folder, `${name}-${side}`)) as [
      string,
      string,
    ];
    const address = (link: string) => `pty,raw,echo=0,link=${link}`;
    const socat = spawn('socat', [address(left), address(right)], { stdio: 'ignore' });
    while (!existsSync(left) || !existsSync(right)) await new Promise((resolve) => setTimeout(resolve, 5));
    return new PtyPair(socat, left, right);
  }

  /** Pulls the cable out: both devices are gone. */
  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    await gone;
  }
}
