import { plainText, type Row } from './cells.ts';

/** What a value of the file is. */
export type ValueUnit = 'W' | 'kW' | 'Wh' | 'kWh';

/** What kind of table follows the header, and how to read it. */
export type Layout =
  | { readonly kind: 'curve'; readonly stamp: number; readonly clock: number | null; readonly value: number }
  | { readonly kind: 'daily'; readonly stamp: number; readonly value: number }
  | {
      readonly kind: 'index';
      readonly stamp: number;
      readonly registers: readonly { readonly column: number; readonly name: string }[];
    }
  /** Rows of a time and a value, under lines that hold a date alone; newest first. */
  | { readonly kind: 'dayBlocks' };

export interface Header {
  readonly layout: Layout;
  /** The place of the header among the rows. */
  readonly row: number;
  readonly unit: ValueUnit;
  readonly direction: 'consumed' | 'injected';
  /** What the file itself says of its step, in ms. */
  readonly stepMs: number | null;
}

/** The header is looked for among this many rows. */
const ROWS_MAX = 60;

/** Finds the first header of a kind that is known; null where there is none. */
export function findHeader(rows: readonly Row[]): Header | null {
  for (const [row, cells] of rows.slice(0, ROWS_MAX).entries()) {
    const names = cells.map(plainText);
    const layout = layoutOf(names);
    if (layout === null) continue;
    const said = preambleOf(rows.slice(0, row));
    const unit = unitOf(names) ?? unitOf([said.get('unite') ?? '']) ?? unitOf(said.all);
    if (unit === null && layout.kind !== 'index') continue;
    const minutes = Number(said.get('pas en minutes'));
    return {
      ...{ layout, row, unit: unit ?? 'Wh' },
      direction: [...said.all, ...names].some((each) => /production|injection/.test(each))
        ? 'injected'
        : 'consumed',
      stepMs: minutes > 0 ? minutes * 60_000 : null,
    };
  }
  return null;
}

function layoutOf(names: readonly string[]): Layout | null {
  const find = (pattern: RegExp) => names.findIndex((name) => pattern.test(name));
  if (find(/date et heure de rel/) >= 0 && find(/^puissance atteinte/) >= 0) return { kind: 'dayBlocks' };
  const horodate = find(/^horodate/);
  const registers = names
    .map((name, column) => ({ column, name: name.replace(/[^a-z0-9]/g, '').toUpperCase() }))
    .filter(({ name }) => /^EA[SI]([FD]\d{1,2}|T)$/.test(name));
  if (horodate >= 0 && registers.length > 0) return { kind: 'index', stamp: horodate, registers };
  if (horodate >= 0) {
    const value = find(/^valeur|puissance moyenne/);
    return value < 0 ? null : { kind: 'curve', stamp: horodate, clock: null, value };
  }
  const [day, clock] = [find(/^date de la mesure$/), find(/^heure de la mesure$/)];
  if (day >= 0 && clock >= 0) {
    const value = find(/^valeur/);
    return value < 0 ? null : { kind: 'curve', stamp: day, clock, value };
  }
  const [date, value] = [
    find(/^date$/),
    find(/^(valeur|consommation|production|injection).*\((en )?k?wh?\)/),
  ];
  return date >= 0 && value >= 0 ? { kind: 'daily', stamp: date, value } : null;
}

/** `… (en kWh)`, `… (W)`, or the unit alone. */
function unitOf(names: readonly string[]): ValueUnit | null {
  for (const name of names) {
    const unit = /(?:\((?:en )?|^)(kwh|wh|kw|w)\)?$/.exec(name)?.[1];
    if (unit !== undefined) return unit.replace('w', 'W') as ValueUnit;
  }
  return null;
}

/** Names with the values under them, or beside them, above the table. */
function preambleOf(rows: readonly Row[]): { get(name: string): string | undefined; all: readonly string[] } {
  const texts = rows.map((row) => row.map(plainText));
  const found = new Map<string, string>();
  for (const [index, row] of texts.entries()) {
    for (const [column, name] of row.entries()) {
      const under = texts[index + 1]?.[column];
      if (name !== '' && under !== undefined && under !== '' && !found.has(name)) found.set(name, under);
    }
  }
  return { get: (name) => found.get(name), all: texts.flat() };
}
