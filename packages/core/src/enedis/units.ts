import { isNothing, readNumber } from './cells.ts';

/** What a value of a file is. */
export type ValueUnit = 'W' | 'kW' | 'Wh' | 'kWh';

const NAMED = /(?:[([]\s?(?:en )?|^(?:en )?| en )(kwh|wh|kw|w)\s?[)\]]?$/;

/** The unit that one of the names ends with, in plain letters: `valeur (en kwh)`, `valeur [w]`, or the unit alone. */
export function unitOf(names: Iterable<string>): ValueUnit | null {
  for (const name of names) {
    const unit = NAMED.exec(name)?.[1];
    if (unit !== undefined) return unit.replace('w', 'W') as ValueUnit;
  }
  return null;
}

/** The same of the name of a column of values, which may end with its unit alone: `consommation kwh`. */
export function unitOfColumn(name: string): ValueUnit | null {
  const unit = /(?:^|[\s([])(kwh|wh|kw|w)\s?[)\]]?$/.exec(name)?.[1];
  return unit === undefined ? null : (unit.replace('w', 'W') as ValueUnit);
}

const WITH_UNIT = /^(.*\d)\s*(kwh|wh|kw|w)$/i;

/** A cell as `0,125 kWh` in its parts; null where no unit follows a number. */
export function splitUnit(cell: string): { readonly number: string; readonly unit: ValueUnit } | null {
  const found = WITH_UNIT.exec(cell.trim());
  if (found === null) return null;
  const unit = (found[2] as string).toLowerCase().replace('w', 'W') as ValueUnit;
  return { number: found[1] as string, unit };
}

/** Values that add up, as one: empty where nothing stands in any of them, and the one that is no number where one is none. */
export function addCells(cells: readonly (string | undefined)[]): string {
  const told = cells.flatMap((cell) => (isNothing(cell) ? [] : [cell as string]));
  const units = new Set(told.map((cell) => splitUnit(cell)?.unit ?? ''));
  const numbers = told.map((cell) => readNumber(splitUnit(cell)?.number ?? cell));
  const wrong = numbers.indexOf(null);
  if (told.length < 2) return told[0] ?? '';
  if (wrong >= 0) return told[wrong] as string;
  if (units.size > 1) return told.join(' + ');
  return `${numbers.reduce<number>((sum, each) => sum + (each ?? 0), 0)}${[...units][0]}`;
}

export function isPower(unit: ValueUnit): boolean {
  return unit === 'W' || unit === 'kW';
}

/** mWh of a mean power over `durationMs`, or of an energy; not rounded. */
export function energyMwh(value: number, unit: ValueUnit, durationMs: number): number {
  const scale = unit === 'kW' || unit === 'kWh' ? 1_000_000 : 1_000;
  return value * scale * (isPower(unit) ? durationMs / 3_600_000 : 1);
}

/** Beyond what any home's meter carries in an interval or a day. */
export const VALUE_MAX: Readonly<Record<ValueUnit, number>> = {
  W: 1_000_000,
  kW: 1_000,
  Wh: 24_000_000,
  kWh: 24_000,
};
