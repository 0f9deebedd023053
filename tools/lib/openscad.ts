import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseStl, type Triangle } from './stl.ts';

/** The parts of the optical sensor's case that are printed. */
export const CASE_PARTS = ['bar', 'jaw', 'shoe', 'collar', 'head', 'cap', 'tray', 'lid'] as const;

export interface Rendering {
  /** Binary STL; empty where OpenSCAD says that nothing is left. */
  readonly stl: Buffer;
  readonly triangles: readonly Triangle[];
}

/** Renders a file with these variables set. Throws what OpenSCAD says where it fails or warns. */
export function render(file: string, variables: Readonly<Record<string, string | number>>): Rendering {
  const folder = mkdtempSync(join(tmpdir(), 'openscad-'));
  try {
    const out = join(folder, 'part.stl');
    const set = Object.entries(variables).flatMap(([name, value]) => [
      '-D',
      `${name}=${JSON.stringify(value)}`,
    ]);
    const { status, stderr } = spawnSync('openscad', ['--export-format', 'binstl', '-o', out, ...set, file], {
      encoding: 'utf8',
    });
    const isEmpty = /top level object is empty/.test(stderr);
    if (/WARNING|ERROR/.test(stderr) || (status !== 0 && !isEmpty))
      throw new TypeError(`${file} ${JSON.stringify(variables)}: ${stderr}`);
    if (isEmpty) return { stl: Buffer.alloc(0), triangles: [] };
    const stl = readFileSync(out);
    return { stl, triangles: parseStl(stl) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
