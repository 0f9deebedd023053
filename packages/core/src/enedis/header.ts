import { plainText, type Row } from './cells.ts';
import { namedByAbove, type Register, registersOf } from './registers.ts';
import { unitOf, type ValueUnit } from './units.ts';
import { unitOfValues, type ValueColumns, valueColumnsOf } from './value-columns.ts';

/** Where a row of values says what it is; -1 where no column does. */
export interface SayingColumns {
  readonly meter: number;
  readonly quantity: number;
  readonly business: number;
  readonly stage: number;
  readonly unit: number;
  readonly step: number;
  /** The tariff of which a row holds the energy: rows of one time add up. */
  readonly tariff: number;
}

/** What kind of table follows a header, and how to read it. */
export type Layout =
  | {
      readonly kind: 'values';
      readonly stamp: number;
      /** A column with the time of day beside that of the date. */
      readonly clock: number | null;
      /** A column with the end of the interval, whose begin `stamp` is. */
      readonly end: number | null;
      /** The column of the values; the first of them where they add up. */
      readonly value: number;
      readonly valueColumns: ValueColumns;
      /** Whether the name of the stamp says which end of its interval it is. */
      readonly says: 'start' | 'end' | null;
      /** Whether the stamp is called a date, which means a day unless there are times. */
      readonly isByDate: boolean;
      readonly columns: SayingColumns;
    }
  | {
      readonly kind: 'index';
      readonly stamp: number;
      readonly registers: readonly Register[];
      /** Whether columns are called alike: they are tariffs where a row has several, else one register that moved. */
      readonly isAlike: boolean;
    }
  /** Rows of a time and a value, under lines that hold a date alone; newest first. */
  | { readonly kind: 'dayBlocks' };

/** A header, and what the lines above it say of the table. */
export interface Header {
  readonly layout: Layout;
  readonly line: number;
  readonly cells: Row;
  /** Null where each row says it, or none does. */
  readonly unit: ValueUnit | null;
  readonly direction: 'consumed' | 'injected';
  /** The number of the delivery point, as it stands. */
  readonly meter: string | null;
  /** What the file itself says of its step, in ms. */
  readonly stepMs: number | null;
  /** What the table holds where that is no energy. */
  readonly foreign: string | null;
}

/** The layout that a row of names means; null where it is no header. */
export function layoutOf(cells: Row): Layout | null {
  const names = cells.map(plainText);
  const find = (pattern: RegExp) => names.findIndex((name) => pattern.test(name));
  if (find(/date et heure de rel/) >= 0 && find(/^puissance atteinte/) >= 0) return { kind: 'dayBlocks' };
  const horodate = find(/^horodat|^date et heure\b(?! de (debut|fin))|^date ?heure$|^datetime$|^timestamp$/);
  const registers = registersOf(names);
  const read = find(/^date\b/);
  if (registers.length > 0 && Math.max(horodate, read) >= 0) {
    const isAlike = new Set(registers.map(({ name }) => name)).size < registers.length;
    return { kind: 'index', stamp: horodate >= 0 ? horodate : read, registers, isAlike };
  }
  if (find(/^cadran$|classe temporelle/) >= 0) return null;
  const valueColumns = valueColumnsOf(names);
  return valueColumns === null ? null : valuesLayout(names, { horodate, valueColumns });
}

function valuesLayout(
  names: readonly string[],
  { horodate, valueColumns }: { horodate: number; valueColumns: ValueColumns },
): Layout | null {
  const find = (pattern: RegExp) => names.findIndex((name) => pattern.test(name));
  const base = {
    ...{ kind: 'values' as const, clock: null, end: null, says: null, isByDate: false },
    ...{ value: valueColumns.value[0] as number, valueColumns },
  };
  const columns = sayingColumns(names);
  if (horodate >= 0) {
    return { ...base, stamp: horodate, says: endSaidBy(names[horodate]), columns };
  }
  const [begin, end] = [
    find(/^(date ?(et )?(h[ea]ures? )?(de )?)?debut\b|^start\b/),
    find(/^(dat[ae]? ?(et )?(u?[ae]?h[ea]ures? )?(de )?)?fin\b|^end\b/),
  ];
  const date = find(/^(date|jour|periode)( (de (la )?)?(consommation|production|mesure|releve))?$/);
  const clock = find(/^heures?(?!s? (super )?(pleine|creuse))/);
  if (begin >= 0 && end >= 0 && clock < 0) return { ...base, stamp: begin, end, columns };
  // Beside a date and its time, two more dates are those of the stretch that was asked for.
  const day = date >= 0 ? date : begin;
  if (day < 0) return null;
  return clock >= 0
    ? { ...base, stamp: day, clock, says: endSaidBy(names[clock]), columns }
    : { ...base, stamp: day, isByDate: true, columns };
}

/** Which end of its interval a stamp of that name is. */
function endSaidBy(name = ''): 'start' | 'end' | null {
  if (/\bfin\b|\bend\b/.test(name)) return 'end';
  return /\bdebut\b|\bstart\b/.test(name) ? 'start' : null;
}

function sayingColumns(names: readonly string[]): SayingColumns {
  const find = (pattern: RegExp) => names.findIndex((name) => pattern.test(name));
  return {
    meter: find(/^(identifiant prm|prm|pdl|point|id ?prm)$/),
    quantity: find(/^grandeur physique$/),
    business: find(/^grandeur metier$/),
    stage: find(/^etape metier$/),
    unit: find(/^unite$/),
    step: find(/^pas\b/),
    tariff: find(
      /^(poste|plage|periode|tranche) (tarifaire|horaire|horosaisonni)|^(hp ?\/ ?hc|tarif|poste|tranche)$/,
    ),
  };
}

/** A header with what the lines above it say. */
export function headerOf(
  layout: Layout,
  { line, cells }: { line: number; cells: Row },
  above: readonly Row[],
): Header {
  const names = cells.map(plainText);
  const said = preambleOf(above);
  const value = layout.kind === 'values' ? (names[layout.value] ?? '') : '';
  const texts = [...said.all, ...names];
  const unit = said.get('unite');
  const business =
    said.get('grandeur metier') ?? said.get('type de comptage') ?? said.get('type de comptage :');
  const hasBoth = layout.kind === 'values' && layout.valueColumns.injected.length > 0;
  const isInjected = (each: string) =>
    /production|injection|^prod$/.test(each) && !/consommation|soutirage/.test(each);
  const minutes = Number(said.get('pas en minutes'));
  return {
    ...{ layout: namedByAbove(layout, above.at(-1)), line, cells },
    unit: unitOfValues(value) ?? unitOf([unit ?? '']) ?? unitOf(names) ?? unitOf(said.all),
    direction:
      !hasBoth && (business === undefined ? texts : [business]).some(isInjected) ? 'injected' : 'consumed',
    meter:
      said.get('identifiant prm') ?? said.get('point reference mesure (prm) :') ?? said.get('prm') ?? null,
    stepMs: minutes > 0 ? minutes * 60_000 : null,
    foreign: foreignOf(layout, names, said),
  };
}

/** What a table holds where that is no energy of days or of intervals. */
function foreignOf(layout: Layout, names: readonly string[], said: Preamble): string | null {
  const value = layout.kind === 'values' ? (names[layout.value] ?? '') : '';
  const ofTable = [
    said.get('type de donnees'),
    said.get('grandeur physique'),
    said.get('type de comptage') ?? said.get('type de comptage :'),
    value,
  ];
  const foreign = ofTable.find((each) => each !== undefined && /\bmax|reactive|tension/.test(each));
  const unit = said.get('unite');
  return foreign ?? (unit !== undefined && /^k?va/.test(unit) ? `values in ${unit}` : null);
}

interface Preamble {
  get(name: string): string | undefined;
  readonly all: readonly string[];
}

/** Names with the values under them, or beside them, above the table. */
function preambleOf(rows: readonly Row[]): Preamble {
  const texts = rows.map((row) => row.map(plainText));
  const found = new Map<string, string>();
  const keep = (name: string, value: string | undefined) => {
    if (name !== '' && value !== undefined && value !== '' && !found.has(name)) found.set(name, value);
  };
  const names = new Set(texts.flat().filter((text) => KNOWN_NAME.test(text)));
  for (const [index, row] of texts.entries()) {
    for (const [column, name] of row.entries()) {
      if (!names.has(name)) continue;
      const beside = row[column + 1];
      const isBeside = beside !== undefined && beside !== '' && !names.has(beside);
      keep(name, isBeside ? beside : texts[index + 1]?.[column]);
    }
  }
  return { get: (name) => found.get(name), all: texts.flat() };
}

const KNOWN_NAME =
  /^(identifiant prm|prm|point reference mesure \(prm\) :|type de donnees|type de comptage ?:?|date de (debut|fin) ?:?|grandeur (physique|metier)|etape metier|unite|pas en minutes)$/;
