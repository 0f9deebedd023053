// The programs that are libraries, each in a process of its own: our store, plain SQLite rows, DuckDB, and the old server's
// method. The times are taken in that process, so they have no transport in them.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Stock } from '../growth-data.ts';
import { folderBytes, type Peer, type Question, type Spent, stopProgram } from './peer.ts';

/** What a process is asked to do. */
export type Task =
  | { readonly kind: 'load'; readonly stock: Stock }
  | { readonly kind: 'ask'; readonly question: Question };

export type LibraryName = 'store' | 'rows' | 'duckdb' | 'old-csv';

const NAMES: Record<LibraryName, readonly [name: string, note: string]> = {
  store: ['kilowink store', 'in its process, no HTTP; loaded from memory'],
  rows: ['SQLite rows', 'in its process; (series, at, value) WITHOUT ROWID, loaded from memory'],
  duckdb: ['DuckDB', 'in its process; loaded by read_csv'],
  'old-csv': ['old CSV', 'in its process; the sensor’s whole file read for each view'],
};

/** `extra` is what its process is told besides: where DuckDB is installed. */
export class LibraryPeer implements Peer {
  readonly name: string;
  readonly note: string;
  readonly #kind: LibraryName;
  readonly #folder: string;
  readonly #extra: string;
  #child: ChildProcess | undefined;

  constructor(kind: LibraryName, folder: string, extra = '') {
    mkdirSync(folder, { recursive: true });
    [this.name, this.note] = NAMES[kind];
    this.#kind = kind;
    this.#folder = folder;
    this.#extra = extra;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async start(): Promise<void> {
    const worker = join(import.meta.dirname, 'library-worker.ts');
    this.#child = fork(worker, [this.#kind, this.#folder, this.#extra], {
      execArgv: ['--max-semi-space-size=1'],
      env: { ...process.env, MALLOC_ARENA_MAX: '1' },
    });
  }

  async stop(): Promise<void> {
    if (this.#child !== undefined) await stopProgram(this.#child);
    this.#child = undefined;
  }

  load(stock: Stock): Promise<Spent> {
    return this.#do({ kind: 'load', stock });
  }

  async ask(question: Question): Promise<number> {
    return (await this.#do({ kind: 'ask', question })).ms;
  }

  sizeBytes(): number {
    return folderBytes(this.#folder);
  }

  #do(task: Task): Promise<Spent> {
    const child = this.#child;
    if (child === undefined) throw new Error(`${this.name} is not started`);
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null) => reject(new Error(`${this.name} ended with ${code}`));
      child.once('exit', onExit);
      child.once('message', (answer: Spent | { error: string }) => {
        child.off('exit', onExit);
        if ('error' in answer) reject(new Error(answer.error));
        else resolve(answer);
      });
      child.send(task);
    });
  }
}
