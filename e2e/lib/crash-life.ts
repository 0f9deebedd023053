// One life of a real `kilowink` process that ends by SIGKILL: at a moment, or within a write.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Random } from '../../packages/sim/src/random/index.ts';
import { type Faults, KILL_HOW } from './crash-faults.ts';
import { MAIN } from './server-process.ts';

/** How a process is killed: at a moment, or at a step of what it does to files. */
export type KillPlan =
  | { readonly afterMs: number }
  | { readonly inSteps: number; readonly how: keyof typeof KILL_HOW };

/** A test that fails must not leave its processes behind. */
const alive = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/** A process of the real program. */
export class Life {
  readonly child: ChildProcess;
  /** Settled once it is gone: its exit code, or null after a signal. */
  readonly ended: Promise<number | null>;
  /** Everything it printed. */
  output = '';
  #isGone = false;
  #timer: ReturnType<typeof setTimeout> | null = null;
  readonly #faults: Faults;

  constructor(args: readonly string[], { env, faults }: { env: Record<string, string>; faults: Faults }) {
    this.#faults = faults;
    faults.calm();
    this.child = spawn(process.execPath, [MAIN, ...args], {
      env: { ...withoutSettings(process.env), ...env, ...faults.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    alive.add(this.child);
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (text) => {
        this.output += text;
      });
    this.ended = once(this.child, 'close').then(([code]) => {
      this.#isGone = true;
      alive.delete(this.child);
      if (this.#timer !== null) clearTimeout(this.#timer);
      return code as number | null;
    });
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Kills it by the plan; by the clock where the step does not come within `patienceMs`. */
  doom(plan: KillPlan, patienceMs = 400): void {
    if ('inSteps' in plan) this.#faults.killIn(plan.inSteps, plan.how);
    const afterMs = 'inSteps' in plan ? patienceMs : plan.afterMs;
    this.#timer = setTimeout(() => this.child.kill('SIGKILL'), afterMs);
  }

  /** Kills it now, and waits until it is gone. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** The port of its page once it listens; null when it ended before. */
  async listening(): Promise<number | null> {
    const found = () => /page +http:\/\/[^:]+:(\d+)\/stats/.exec(this.output)?.[1];
    while (!this.#isGone && found() === undefined) {
      await Promise.race([
        this.ended,
        ...(this.child.stdout === null ? [] : [once(this.child.stdout, 'data')]),
      ]);
    }
    const port = found();
    return port === undefined ? null : Number(port);
  }
}

/** The settings of whoever runs the harness are not those of what it starts. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('KILOWINK_')));
}

/** Starts `kilowink serve` on a free port. */
export function serve(
  folder: string,
  { env, faults }: { env: Record<string, string>; faults: Faults },
): Life {
  return new Life(['serve', '--host', '127.0.0.1', '-p', '0', '-d', folder], { env, faults });
}

/** A kill by the clock or by a step, as often the one as the other. */
export function drawKill(random: Random, { msMax, stepsMax }: { msMax: number; stepsMax: number }): KillPlan {
  if (random.chance(0.4)) return { afterMs: random.between(0, msMax) };
  const hows = Object.keys(KILL_HOW) as (keyof typeof KILL_HOW)[];
  const how = hows[Math.floor(random.between(0, hows.length))] ?? 'before';
  return { inSteps: 1 + Math.floor(random.between(0, stepsMax)), how };
}
