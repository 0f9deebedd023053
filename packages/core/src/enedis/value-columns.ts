import { unitOfColumn, type ValueUnit } from './units.ts';

/** The columns of a table that hold its values. */
export interface ValueColumns {
  /** Those that add up to a row's value: one, or one for each tariff of a table that has no total. */
  readonly value: readonly number[];
  /** The same of what was injected, where that stands beside what was consumed. */
  readonly injected: readonly number[];
}

const CALLED = /^valeur\b/;
const NAMED =
  /^(puissance( moyenne| active| atteinte|$| [([])|consommation|soutirage|production|injection|energie|conso)\b/;
const UNIT_ALONE = /^(kwh|wh|kw|w)$/;
const TOTAL = /^total\b/;
const INJECTED = /production|injection/;
const GREATEST = /\bmax/;

/** The parts of a contract that the meter counts by themselves. */
const TARIFF =
  /\b(base|h[pc]([a-z]{1,3})?|(heures? )?(super )?(pleines?|creuses?)|(jours? )?(bleus?|blancs?|rouges?)|(heures? )?(hors )?pointe)\b/g;

/** Where the values of a table stand, by the plain names of its columns; null where no column holds any. */
export function valueColumnsOf(names: readonly string[]): ValueColumns | null {
  const isEach = (is: (name: string) => boolean) =>
    names.flatMap((name, column) => (!GREATEST.test(name) && is(name) ? [column] : []));
  const isOfTariff = (name: string) => withoutTariff(name) !== name;
  const isNamed = (name: string) =>
    NAMED.test(name) || ((TOTAL.test(name) || isOfTariff(name)) && unitOfValues(name) !== null);
  const called = isEach((name) => CALLED.test(name));
  const named = called.length > 0 ? called : isEach(isNamed);
  const all = named.length > 0 ? named : isEach((name) => UNIT_ALONE.test(name));
  if (all.length === 0) return null;
  const nameOf = (column: number) => names[column] as string;
  // What a day cost may be called a consumption, too; energies say their unit then.
  const inUnits = all.filter((column) => unitOfValues(nameOf(column)) !== null);
  const meant = inUnits.length > 0 ? inUnits : all;
  const injected = meant.filter((column) => INJECTED.test(nameOf(column)));
  const consumed = meant.filter((column) => !injected.includes(column));
  const whole = (columns: readonly number[]) => {
    const total = columns.find((column) => !isOfTariff(nameOf(column)));
    if (total !== undefined) return [total];
    const unit = unitOfValues(nameOf(columns[0] ?? -1) ?? '');
    return columns.filter((column) => unitOfValues(nameOf(column)) === unit);
  };
  return consumed.length > 0
    ? { value: whole(consumed), injected: whole(injected) }
    : { value: whole(injected), injected: [] };
}

/** The unit that the name of a column of values says, which may stand before that of a tariff: `consommation en kwh hp`. */
export function unitOfValues(name: string): ValueUnit | null {
  return unitOfColumn(withoutTariff(name)) ?? unitOfColumn(name);
}

function withoutTariff(name: string): string {
  const without = name.replace(TARIFF, ' ');
  return without === name ? name : without.replace(/\s+/g, ' ').trim();
}
