import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const CORE = join(import.meta.dirname, '../../firmware/core');
/** What every file of the core is compiled with, whatever for. */
export const C_WARNINGS = ['-std=c99', '-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Werror'];

/** What cppcheck finds in all of firmware/core/src, or undefined when nothing. */
export function lintCoreC(): string | undefined {
  const options = [
    '--std=c99',
    '--enable=warning,style,performance,portability',
    '--inline-suppr',
    // From 2.11 on it says that it does not look at every branch, which is nothing that it found.
    '--suppress=normalCheckLevelMaxBranches',
    '--quiet',
  ];
  const include = `-I${join(CORE, 'include')}`;
  const checked = spawnSync('cppcheck', [...options, '--error-exitcode=1', include, join(CORE, 'src')]);
  return checked.status === 0 ? undefined : String(checked.error ?? checked.stderr);
}

/** What a part of the core takes of a Cortex-M0+: bytes of code and constants, and of memory it holds for itself. */
export interface ChipSize {
  /** The start of its files' names. */
  readonly part: string;
  readonly codeBytes: number;
  readonly dataBytes: number;
}

/** Compiles the core for a Cortex-M0+ with `-Os`: sizes by part, or what is wrong. */
export function compileForChip(): { readonly sizes: readonly ChipSize[]; readonly problem?: string } {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-chip-'));
  const sizes = new Map<string, ChipSize>();
  try {
    for (const source of globSync(join(CORE, 'src/*.c')).sort()) {
      const object = join(folder, `${basename(source, '.c')}.o`);
      const chip = ['-Os', '-mcpu=cortex-m0plus', '-mthumb', `-I${join(CORE, 'include')}`];
      const built = spawnSync('arm-none-eabi-gcc', [...C_WARNINGS, ...chip, '-c', source, '-o', object]);
      if (built.status !== 0) return { sizes: [], problem: String(built.error ?? built.stderr) };
      const [code = 0, data = 0, zeroed = 0] =
        String(spawnSync('arm-none-eabi-size', [object]).stdout)
          .split('\n')[1]
          ?.trim()
          .split(/\s+/)
          .map(Number) ?? [];
      const part = basename(source, '.c').split('_')[0] ?? '';
      const sum = sizes.get(part) ?? { part, codeBytes: 0, dataBytes: 0 };
      sizes.set(part, {
        part,
        codeBytes: sum.codeBytes + code,
        dataBytes: sum.dataBytes + data + zeroed,
      });
    }
    return { sizes: [...sizes.values()] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
