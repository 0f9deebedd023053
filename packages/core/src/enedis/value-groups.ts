import { isNothing, plainText, type Row, readNumber } from './cells.ts';
import type { BadRow } from './enedis-export.ts';
import type { Header, SayingColumns } from './header.ts';
import type { Stamp } from './stamps.ts';
import { splitUnit, unitOf, VALUE_MAX, type ValueUnit } from './units.ts';
import { unitOfValues } from './value-columns.ts';

/** A row as it stands, with its time still to be understood. */
export interface StampedRow {
  readonly line: number;
  readonly stamp: Stamp;
  /** Where the interval ends, where the row says it. */
  readonly end: Stamp | null;
  readonly stepMs: number | null;
  /** In the unit of its group; null where nothing was measured. */
  readonly value: number | null;
  /** What was corrected is above what is raw. */
  readonly rank: number;
  /** The tariff of which the row holds the energy; empty where no column says one. */
  readonly tariff: string;
}

/** Rows of one meter, one direction and one unit. */
export interface ValueGroup {
  readonly meter: string | null;
  readonly direction: 'consumed' | 'injected';
  readonly unit: ValueUnit;
  readonly rows: StampedRow[];
  readonly bad: BadRow[];
}

/** What a row says beside its value. */
export type Said = Pick<StampedRow, 'line' | 'stamp' | 'end' | 'stepMs' | 'tariff'>;

interface Kept {
  readonly said: Said;
  readonly row: Row;
  readonly cell: string | undefined;
  /** Where the column says it, and not the table or the row. */
  readonly direction?: ValueGroup['direction'];
}

/** More different things than a table says of its rows, unless it is rubbish. */
const KNOWN_MAX = 1_000;

/** Parts the rows of a table by what each says that it is. */
export class ValueGroups {
  readonly groups: ValueGroup[] = [];
  /** Rows that are no energy, by what they say they are, with the line of the first. */
  readonly foreign = new Map<string, { line: number; rows: number }>();
  readonly #header: Header;
  readonly #known = new Map<string, ValueGroup>();
  /** Of a table that names no unit at all: rows are kept back until one does. */
  #unit: ValueUnit | null;
  readonly #foreignBy = new Map<string, string | null>();
  #waiting: { said: Said; row: Row; cell: string | undefined }[] = [];

  constructor(header: Header) {
    this.#header = header;
    this.#unit = header.unit;
  }

  get columns(): SayingColumns | null {
    const { layout } = this.#header;
    return layout.kind === 'values' ? layout.columns : null;
  }

  /** Whether rows stand there whose unit nothing told. */
  get unknownUnit(): boolean {
    return this.#waiting.length > 0;
  }

  /** Whether a line under the header names the unit in place of a value. */
  takeUnitLine(cell: string | undefined): boolean {
    const unit = unitOf([plainText(cell)]);
    if (unit === null) return false;
    this.#unit ??= unit;
    return true;
  }

  take(said: Said, row: Row, cell: string | undefined): void {
    const { columns } = this;
    const what = columns === null ? null : this.#foreignOf(row, columns);
    if (what !== null) {
      const known = this.foreign.get(what);
      if (known === undefined) this.foreign.set(what, { line: said.line, rows: 1 });
      else known.rows += 1;
      return;
    }
    const ownUnit = columns === null ? null : unitOf([plainText(row[columns.unit])]);
    const split = ownUnit === null && this.#header.unit === null ? splitUnit(cell ?? '') : null;
    const unit = ownUnit ?? split?.unit ?? this.#unit;
    if (unit === null) {
      this.#waiting.push({ said, row, cell });
      return;
    }
    this.#release(unit);
    this.#keep(unit, { said, row, cell: split?.number ?? cell });
  }

  /** What a row holds beside: what was injected in the same time. */
  takeInjected(said: Said, row: Row, cell: string | undefined): void {
    const { layout, cells } = this.#header;
    const column = layout.kind === 'values' ? (layout.valueColumns.injected[0] ?? -1) : -1;
    const unit = unitOfValues(plainText(cells[column])) ?? this.#unit;
    if (unit !== null) this.#keep(unit, { said, row, cell, direction: 'injected' });
  }

  refuse(bad: BadRow, row: Row): void {
    const group = this.groups[0] ?? this.#groupOf(this.#unit ?? 'W', row);
    group.bad.push({ ...bad, found: withoutMeter(bad.found).slice(0, 60) });
  }

  /** Rows without a value come before the first that says a unit. */
  #release(unit: ValueUnit): void {
    if (this.#unit !== null || this.#waiting.length === 0) return;
    const isEmpty = this.#waiting.every(({ cell }) => isNothing(cell));
    if (!isEmpty) return;
    for (const each of this.#waiting) this.#keep(unit, each);
    this.#waiting = [];
  }

  #keep(unit: ValueUnit, { said, row, cell, direction }: Kept): void {
    const group = this.#groupOf(unit, row, direction);
    const rank = this.columns === null ? 0 : rankOf(row[this.columns.stage]);
    if (isNothing(cell)) {
      group.rows.push({ ...said, value: null, rank });
      return;
    }
    const value = readNumber(cell);
    const limit = VALUE_MAX[unit];
    if (value === null || value > limit) {
      const expected = `a value from 0 to ${limit} ${unit}`;
      group.bad.push({ row: said.line, expected, found: (cell ?? '').slice(0, 60) });
      group.rows.push({ ...said, value: null, rank: -1 });
    } else group.rows.push({ ...said, value, rank });
  }

  /** Rows say the same few things again and again: each is understood once. */
  #foreignOf(row: Row, { quantity, unit }: SayingColumns): string | null {
    if (quantity < 0 && unit < 0) return null;
    const key = `${row[quantity]};${row[unit]}`;
    const known = this.#foreignBy.get(key);
    if (known !== undefined) return known;
    const found = foreignOf(row[quantity], row[unit]);
    if (this.#foreignBy.size < KNOWN_MAX) this.#foreignBy.set(key, found);
    return found;
  }

  #groupOf(unit: ValueUnit, row: Row, ofColumn?: ValueGroup['direction']): ValueGroup {
    const { columns } = this;
    const meter = (columns === null ? '' : (row[columns.meter] ?? '')) || this.#header.meter;
    const business = columns === null ? '' : plainText(row[columns.business]);
    const key = `${meter} ${business} ${unit} ${ofColumn ?? ''}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const said = /^(prod|inj)/.test(business) ? 'injected' : 'consumed';
    const direction = ofColumn ?? (business === '' ? this.#header.direction : said);
    const group: ValueGroup = { meter: lastDigits(meter), direction, unit, rows: [], bad: [] };
    this.#known.set(key, group);
    this.groups.push(group);
    return group;
  }
}

const RANKS: readonly [name: RegExp, rank: number][] = [
  [/corrig/, 3],
  [/complet|best/, 2],
];

function rankOf(stage: string | undefined): number {
  const text = plainText(stage);
  return RANKS.find(([name]) => name.test(text))?.[1] ?? 1;
}

/** What a row says that it is, where that is no energy. */
function foreignOf(quantity: string | undefined, unit: string | undefined): string | null {
  const what = plainText(quantity);
  const inUnit = plainText(unit);
  const isEnergy = /^(|ea|pa|e?as|eai|(energie|puissance) active.*)$/.test(what) && !/\bmax/.test(what);
  const isUnit = inUnit === '' || unitOf([inUnit]) !== null;
  if (isEnergy && isUnit) return null;
  return [quantity, unit === undefined || unit === '' ? '' : `in ${unit}`].filter(Boolean).join(' ');
}

/** The number of a delivery point is personal: its last four digits tell meters of a house apart. */
function lastDigits(meter: string | null): string | null {
  return meter !== null && /^\d{14}$/.test(meter.replaceAll(' ', '')) ? meter.slice(-4) : null;
}

/** Text without the numbers of delivery points that may stand in it. */
export function withoutMeter(text: string): string {
  return text.replace(/\d{14}/g, '…');
}
