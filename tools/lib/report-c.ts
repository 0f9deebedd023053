import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const core = join(import.meta.dirname, '../../firmware/core');
const FLAGS = ['-std=c99', '-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Werror', '-O1', '-g'];

/** Builds the version 2 codec with a program of firmware/core/test; what is wrong, or null. */
export function buildReportC(
  program: string,
  of: { main: string; compiler: string; sanitize: string },
): string | null {
  const sources = ['src/report.c', 'src/sha256.c', `test/${of.main}`].map((file) => join(core, file));
  const sanitizers = [`-fsanitize=${of.sanitize}`, '-fno-sanitize-recover=all'];
  const include = ['-D_POSIX_C_SOURCE=200809L', `-I${join(core, 'include')}`];
  const built = spawnSync(of.compiler, [...FLAGS, ...sanitizers, ...include, ...sources, '-o', program]);
  return built.status === 0 ? null : String(built.error ?? built.stderr);
}

/** What the C codec says to each line; `test/report_host.c` tells what lines there are. */
export function askReportC(program: string, lines: readonly string[]): string[] {
  const { status, stdout, stderr } = spawnSync(program, {
    input: `${lines.join('\n')}\n`,
    maxBuffer: 1 << 28,
  });
  if (status !== 0) return [`exit ${status}: ${stderr}`];
  return String(stdout).split('\n').slice(0, -1);
}

/** The codes of faults by the numbers of firmware/core/include/kilowink/error.h. */
export const C_ERRORS: Readonly<Record<string, string>> = {
  'report/size': '-3',
  'report/magic': '-4',
  'report/version': '-5',
  'report/form': '-6',
  'report/flags': '-7',
  'report/field': '-8',
  'report/numbers': '-9',
  'report/window': '-10',
  'report/cumulative': '-11',
  'report/untagged': '-12',
  'report/tag': '-13',
};
