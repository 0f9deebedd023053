import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const core = join(import.meta.dirname, '../../firmware/core');
const FLAGS = ['-std=c99', '-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Werror'];
const SOURCES = ['src/tic.c', 'src/tic_judge.c', 'src/tic_value.c'];

/** Builds the C decoder with a program of firmware/core/test, by default the one that can be asked; what is wrong, or null. */
export function buildTicC(program: string, how: readonly string[], main = 'tic_host.c'): string | null {
  const sources = [...SOURCES, `test/${main}`].map((file) => join(core, file));
  const include = ['-D_POSIX_C_SOURCE=200809L', `-I${join(core, 'include')}`];
  const compiler = main === 'tic_fuzz.c' ? 'clang' : (process.env['CC'] ?? 'gcc');
  const built = spawnSync(compiler, [...FLAGS, ...how, ...include, ...sources, '-o', program]);
  return built.status === 0 ? null : String(built.error ?? built.stderr);
}

/** Compiler options with which a read or write astray ends the program. */
export const SANITIZERS: readonly string[] = [
  '-O1',
  '-g',
  '-fsanitize=address,undefined',
  '-fno-sanitize-recover=all',
];

/** A line of bytes for the C decoder, and how many it is fed at once, 1 to 128. */
export interface TicQuestion {
  readonly bytes: Uint8Array;
  readonly atOnce?: number;
  readonly isParityInSoftware?: boolean;
}

/** What the C decoder says of each line of bytes. */
export function askTicC(program: string, questions: readonly TicQuestion[]): string[][] {
  const input = Buffer.concat(
    questions.flatMap(({ bytes, atOnce = 128, isParityInSoftware = false }) => {
      const head = Buffer.alloc(5);
      head.writeUInt32LE(bytes.length);
      head[4] = ((atOnce - 1) << 1) | Number(isParityInSoftware);
      return [head, bytes];
    }),
  );
  const { status, stdout, stderr } = spawnSync(program, { input, maxBuffer: 1 << 29 });
  if (status !== 0) return [[`exit ${status}: ${stderr}`]];
  const answers: string[][] = [];
  let lines: string[] = [];
  for (const line of String(stdout).split('\n')) {
    lines.push(line);
    if (!line.startsWith('c ')) continue;
    answers.push(lines);
    lines = [];
  }
  return answers;
}
