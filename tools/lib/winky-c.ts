import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { C_WARNINGS } from './core-c.ts';

const CORE = join(import.meta.dirname, '../../firmware/core');

/** Builds the gateway's parts with `test/winky_host.c`; what is wrong, or null. */
export function buildWinkyC(program: string): string | null {
  const files = [...globSync('src/winky_*.c', { cwd: CORE }), ...globSync('src/tic*.c', { cwd: CORE })];
  const sources = [...files, 'test/winky_host.c'].map((file) => join(CORE, file));
  const flags = ['-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
  const include = ['-D_POSIX_C_SOURCE=200809L', `-I${join(CORE, 'include')}`];
  const compiler = process.env['CC'] ?? 'gcc';
  const built = spawnSync(compiler, [...C_WARNINGS, ...flags, ...include, ...sources, '-o', program]);
  return built.status === 0 ? null : String(built.error ?? built.stderr);
}

/** What the C parts say to each line; `test/winky_host.c` tells what lines there are. */
export function askWinkyC(program: string, lines: readonly string[]): string[] {
  const input = `${lines.join('\n')}\n`;
  const { status, stdout, stderr } = spawnSync(program, { input, maxBuffer: 1 << 28 });
  if (status !== 0) return [`exit ${status}: ${stderr}`];
  return String(stdout).split('\n').slice(0, -1);
}
