// Makes files of a real process fail, or ends it in the middle of a write: a small library that is built once with the
// machine's C compiler and loaded before libc (`crash-faults.c` says how the two talk).
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const WORDS = ['steps', 'killAt', 'killHow', 'perMille', 'kinds', 'full', 'faults', 'chance'] as const;
type Word = (typeof WORDS)[number];

/** What may go wrong with a step; the library has the same bits. */
export const FAULT_KINDS = { eio: 1, enospc: 2, short: 4, all: 7 } as const;

/** Where in a step a process ends. */
export const KILL_HOW = { before: 0, half: 1, after: 2 } as const;

/** Builds the library into a folder; returns its path. */
export function buildFaults(folder: string): string {
  const path = join(folder, 'faults.so');
  const source = join(import.meta.dirname, 'crash-faults.c');
  const { status, stderr, error } = spawnSync('gcc', ['-shared', '-fPIC', '-O2', '-o', path, source]);
  assert.equal(status, 0, `gcc builds ${source}: ${error ?? stderr}`);
  return path;
}

/** What is told to one process, and what it tells. */
export class Faults {
  /** For the process that is to be reached. */
  readonly env: Readonly<Record<string, string>>;
  readonly #file: number;

  /** `folder`: what is done to files below it counts. */
  constructor(of: { library: string; controlPath: string; folder: string; seed: number }) {
    writeFileSync(of.controlPath, new Uint8Array(WORDS.length * 8));
    this.#file = openSync(of.controlPath, 'r+');
    this.#put('chance', of.seed + 1);
    this.env = {
      LD_PRELOAD: of.library,
      CRASH_FAULTS_CONTROL: of.controlPath,
      CRASH_FAULTS_FOLDER: of.folder,
    };
  }

  /** Writes, flushes, renames and the like so far. */
  get steps(): number {
    return this.#get('steps');
  }

  /** How many of them failed. */
  get faults(): number {
    return this.#get('faults');
  }

  /** The process ends at the `inSteps`th step from here. */
  killIn(inSteps: number, how: keyof typeof KILL_HOW): void {
    this.#put('killHow', KILL_HOW[how]);
    this.#put('killAt', this.steps + inSteps);
  }

  /** So many of a thousand steps fail from here on, one way or another. */
  fail(perMille: number, kinds: keyof typeof FAULT_KINDS = 'all'): void {
    this.#put('kinds', FAULT_KINDS[kinds]);
    this.#put('perMille', perMille);
  }

  /** Whether the medium is full: no file can get longer. */
  fill(isFull: boolean): void {
    this.#put('full', isFull ? 1 : 0);
  }

  /** Nothing fails and nothing kills from here on. */
  calm(): void {
    for (const word of ['killAt', 'perMille', 'full'] as const) this.#put(word, 0);
  }

  close(): void {
    closeSync(this.#file);
  }

  #put(word: Word, value: number): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true);
    writeSync(this.#file, bytes, 0, 8, WORDS.indexOf(word) * 8);
  }

  #get(word: Word): number {
    const bytes = new Uint8Array(8);
    readSync(this.#file, bytes, 0, 8, WORDS.indexOf(word) * 8);
    return Number(new DataView(bytes.buffer).getBigInt64(0, true));
  }
}
