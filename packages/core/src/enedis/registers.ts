import { plainText, type Row } from './cells.ts';
import type { Layout } from './header.ts';

/** A column that shows a register of the meter. */
export interface Register {
  readonly column: number;
  /** `EAST` for the total, `EASF01` … as the meter itself calls them; `HP` … as a supplier does. */
  readonly name: string;
  /** Whether the distributor calls it so: it counts Wh, though nothing says it. */
  readonly isDistributors: boolean;
}

/** `EAS F1` is EASF01 as the meter says it; a supplier's `Index Heures pleines (kWh)` is HP. */
export function registersOf(names: readonly string[]): Register[] {
  return names.flatMap((plain, column): Register[] => {
    const code = plain.replace(/[^a-z0-9]/g, '').toUpperCase();
    if (/^EA[SI]([FD]\d{1,2}|T)$/.test(code))
      return [{ column, name: code.replace(/(\d)$/, padded), isDistributors: true }];
    const name = suppliersName(plain);
    return name === null ? [] : [{ column, name, isDistributors: false }];
  });
}

function suppliersName(plain: string): string | null {
  if (/^index( [([].*)?$/.test(plain)) return 'EAST';
  const named = /^index (?!.*type)(.+?)(?: [([].*)?$/.exec(plain)?.[1];
  if (named === undefined) return null;
  const short = slug(shortWords(named));
  return short === 'TOTAL' ? 'EAST' : short;
}

/** A layout whose registers are called alike, each with the name that stands above it; numbered where that tells none apart. */
export function namedByAbove(layout: Layout, above: Row | undefined): Layout {
  if (layout.kind !== 'index' || !layout.isAlike) return layout;
  const words = layout.registers.map(({ column }) => shortWords(plainText(above?.[column])).split(' '));
  const [first = []] = words;
  const shared = first.findIndex((word, at) => words.some((other) => other[at] !== word));
  const names = words.map((each) => slug(each.slice(Math.max(shared, 0)).join(' ')));
  const areApart = shared >= 0 && !names.includes('') && new Set(names).size === names.length;
  const registers = layout.registers.map((register, at) => ({
    ...register,
    name: areApart ? (names[at] as string) : `INDEX-${at + 1}`,
  }));
  return { ...layout, registers };
}

function shortWords(plain: string): string {
  return plain.replace('heures pleines', 'HP').replace('heures creuses', 'HC');
}

function slug(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9]+/g, '-');
}

function padded(digit: string, _: string, at: number, all: string): string {
  return /\d/.test(all[at - 1] ?? '') ? digit : `0${digit}`;
}
