import { isNothing, plainText, type Row, readNumber, type TableRow } from './cells.ts';
import type { BadRow } from './enedis-export.ts';
import type { Header, Layout } from './header.ts';
import { readClock, readSpan, readStamp, readStep, type Stamp } from './stamps.ts';
import { addCells } from './units.ts';
import { type Said, ValueGroups, withoutMeter } from './value-groups.ts';

type Values = Extract<Layout, { kind: 'values' }>;
type Index = Extract<Layout, { kind: 'index' }>;

/** What registers showed, with its time still to be understood. */
export interface StampedIndex {
  readonly register: string;
  readonly indexWh: number;
  readonly stamp: Stamp;
}

const DAY_MS = 86_400_000;
const DIGITS = /^\d+$/;

/** Takes the rows under a header. */
export class TableReader {
  readonly header: Header;
  readonly values: ValueGroups;
  readonly badIndexes: BadRow[] = [];
  emptyIndexes = 0;
  /** Rows under the header, whatever they say. */
  rows = 0;
  /** The first row whose date can only have its month first, of how many, and how many can only have their day first. */
  readonly order = { monthFirst: 0, dayFirst: 0, first: null as BadRow | null };
  readonly #hasCommas: boolean;
  /** Whether the column of stamps is called UTC: then none of them need say it. */
  readonly #isUtc: boolean;
  /** What each row of a table of indexes shows. */
  readonly #shown: StampedIndex[][] = [];
  #dayMs: number | null = null;

  /** `hasCommas`: whether commas stand between the fields. */
  constructor(header: Header, hasCommas: boolean) {
    this.header = header;
    this.#hasCommas = hasCommas;
    const { layout, cells } = header;
    this.#isUtc = layout.kind !== 'dayBlocks' && /\b(utc|gmt)\b/.test(plainText(cells[layout.stamp]));
    this.values = new ValueGroups(header);
  }

  /** What registers showed, with their total. */
  get indexes(): StampedIndex[] {
    const { layout } = this.header;
    if (layout.kind !== 'index' || this.unknownUnit) return [];
    const isOne = layout.isAlike && this.#shown.every((shown) => shown.length < 2);
    return this.#shown.flatMap((shown) =>
      isOne ? shown.map((each) => ({ ...each, register: 'EAST' })) : [...shown, ...totalOf(layout, shown)],
    );
  }

  /** Whether rows stand there whose unit nothing told. */
  get unknownUnit(): boolean {
    const { layout, unit } = this.header;
    if (layout.kind !== 'index') return this.values.unknownUnit;
    const isTold =
      unit === 'Wh' || unit === 'kWh' || layout.registers.every(({ isDistributors }) => isDistributors);
    return !isTold && this.#shown.length > 0;
  }

  take({ line, cells }: TableRow): void {
    this.rows += 1;
    const { layout } = this.header;
    if (layout.kind === 'index') this.#takeIndexes(cells, line, layout);
    else if (layout.kind === 'dayBlocks') this.#takeBlock(cells, line);
    else if (this.rows > 1 || !this.values.takeUnitLine(cells[layout.value]))
      this.#takeValue(cells, line, layout);
  }

  #takeValue(row: Row, line: number, layout: Values): void {
    const { stamp, clock, end, columns } = layout;
    const span = this.#spanOf(row, layout);
    if (span !== null) {
      this.#takeValues({ line, ...span, stepMs: null, tariff: '' }, row, layout);
      return;
    }
    const text = clock === null ? (row[stamp] ?? '') : dateOnly(row[stamp] ?? '', row[clock] ?? '');
    const begin = this.#stampOf(text);
    this.#noteOrder(line, text);
    if (begin === null) {
      this.values.refuse({ row: line, expected: 'a date', found: text }, row);
      return;
    }
    const ended = end === null ? null : readEnd(row[end] ?? '', begin);
    if (end !== null && ended === null) {
      this.values.refuse({ row: line, expected: 'the date of an end', found: row[end] ?? '' }, row);
      return;
    }
    const stepMs = columns.step < 0 ? null : readStep(row[columns.step] ?? '');
    const tariff = row[columns.tariff] ?? '';
    this.#takeValues({ line, stamp: begin, end: ended, stepMs, tariff }, row, layout);
  }

  #stampOf(text: string): Stamp | null {
    const stamp = readStamp(text);
    const isClocks = stamp !== null && stamp.offsetMs === null && !stamp.isDate;
    return isClocks && this.#isUtc ? { ...stamp, offsetMs: 0 } : stamp;
  }

  /** The interval of a row that says both its times beside its date; a column called as one of tariffs may, too. */
  #spanOf(row: Row, { stamp, clock, columns }: Values): { stamp: Stamp; end: Stamp } | null {
    const span = readSpan(row[clock ?? columns.tariff] ?? '');
    const day = span === null ? null : readStamp(row[stamp] ?? '');
    if (span === null || day === null || !day.isDate) return null;
    const at = (inDayMs: number): Stamp => ({ ...day, wallMs: day.wallMs + inDayMs, isDate: false });
    return { stamp: at(span[0]), end: at(span[1]) };
  }

  #takeValues(said: Said, row: Row, { valueColumns }: Values): void {
    this.values.take(said, row, this.#valueOf(row, valueColumns.value));
    const { injected } = valueColumns;
    if (injected.length > 0) this.values.takeInjected(said, row, this.#valueOf(row, injected));
  }

  #valueOf(row: Row, columns: readonly number[]): string | undefined {
    const cells = this.#hasCommas ? this.#unparted(row, columns) : columns.map((column) => row[column]);
    return cells.length > 1 ? addCells(cells) : cells[0];
  }

  /** A value whose decimal comma was taken for the comma between fields has its decimals in a field of no name. */
  #unparted(row: Row, columns: readonly number[]): (string | undefined)[] {
    const { layout } = this.header;
    const extra = this.#extraOf(row);
    if (extra <= 0 || layout.kind !== 'values') return columns.map((column) => row[column]);
    const { value, injected } = layout.valueColumns;
    const all = [...value, ...injected].sort((one, other) => one - other);
    const isParted = (at: number) => DIGITS.test(row[at] ?? '') && DIGITS.test(row[at + 1] ?? '');
    // Each that is parted moves those after it by one.
    const placeOf = (column: number) => column + all.indexOf(column);
    if (extra === all.length && all.every((column) => isParted(placeOf(column))))
      return columns.map((column) => `${row[placeOf(column)]}.${row[placeOf(column) + 1]}`);
    // Which commas are decimal can not be told: no number is better than a wrong one.
    return all.some(isParted) ? [row.slice(all[0]).join(',')] : columns.map((column) => row[column]);
  }

  /** How many fields a row has more than its header. */
  #extraOf(row: Row): number {
    return row.findLastIndex((cell) => cell !== '') + 1 - this.header.cells.length;
  }

  #noteOrder(line: number, text: string): void {
    if (DAY_FIRST.test(text)) this.order.dayFirst += 1;
    else if (MONTH_FIRST.test(text)) {
      this.order.monthFirst += 1;
      this.order.first ??= { row: line, expected: 'the day before the month, as 31/01/2026', found: text };
    }
  }

  #takeBlock(row: Row, line: number): void {
    const [first = '', value] = row;
    const day = readStamp(first);
    if (day?.isDate === true) {
      this.#dayMs = day.wallMs;
      return;
    }
    const clockMs = readClock(first);
    if (clockMs === null || this.#dayMs === null) {
      this.values.refuse({ row: line, expected: 'a date, or a time under one', found: first }, row);
      return;
    }
    // A day's midnight is the one that ends it.
    const wallMs = this.#dayMs + (clockMs === 0 ? DAY_MS : clockMs);
    const stamp: Stamp = { wallMs, offsetMs: null, isDate: false };
    this.values.take({ line, stamp, end: null, stepMs: null, tariff: '' }, row, value);
  }

  #takeIndexes(row: Row, line: number, layout: Index): void {
    const text = row[layout.stamp] ?? '';
    const stamp = this.#stampOf(text);
    if (stamp === null) {
      this.badIndexes.push({ row: line, expected: 'a date', found: withoutMeter(text).slice(0, 60) });
      return;
    }
    if (this.#hasCommas && this.#extraOf(row) > 0) {
      const found = withoutMeter(row.join(',')).slice(0, 60);
      this.badIndexes.push({ row: line, expected: 'an index', found });
      return;
    }
    const factor = this.header.unit === 'kWh' ? 1_000 : 1;
    const shown = layout.registers.flatMap(({ column, name }) => {
      const value = readNumber(row[column]);
      if (value === null && !isNothing(row[column]))
        this.badIndexes.push({ row: line, expected: 'an index', found: (row[column] ?? '').slice(0, 60) });
      return value === null ? [] : [{ register: name, indexWh: Math.round(value * factor), stamp }];
    });
    if (shown.length === 0) this.emptyIndexes += 1;
    else this.#shown.push(shown);
  }
}

/** The total of registers where no column has it; none where some of them are missing, or another table has it. */
function totalOf({ registers }: Index, shown: readonly StampedIndex[]): StampedIndex[] {
  const names = registers.map(({ name }) => name);
  const [first] = shown;
  if (first === undefined || names.some((name) => /^EA[SI]T$/.test(name))) return [];
  const isParted = names.some((name) => /^EA[SI]D/.test(name));
  const parts = isParted ? shown.filter(({ register }) => /^EA[SI]D/.test(register)) : shown;
  const isWhole = isParted || names.some((name) => /^EA[SI]F/.test(name)) || shown.length === names.length;
  if (!isWhole || parts.length === 0) return [];
  const register = names.some((name) => name.startsWith('EAI')) ? 'EAIT' : 'EAST';
  return [{ register, indexWh: parts.reduce((sum, { indexWh }) => sum + indexWh, 0), stamp: first.stamp }];
}

const DAY_FIRST = /^(1[3-9]|2\d|3[01])[/.-]/;
const MONTH_FIRST = /^(0?[1-9]|1[0-2])[/.-](1[3-9]|2\d|3[01])[/.-]\d/;

/** Where an interval ends; a day that ends on itself is that day. */
function readEnd(text: string, begin: Stamp): Stamp | null {
  const end = readStamp(text);
  const isSameDay = end?.isDate && begin.isDate && end.wallMs === begin.wallMs;
  return isSameDay ? { ...end, wallMs: end.wallMs + DAY_MS } : end;
}

/** A date and a time of two columns; a workbook may have 00:00 beside the date, and a day around 1900 beside the time. */
function dateOnly(date: string, clock: string): string {
  const day = /^(\S+?)(?:[T ]00:00(?::00)?)?$/.exec(date.trim())?.[1] ?? date;
  return `${day} ${timeOf(clock.trim())}`;
}

function timeOf(clock: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(clock)) return '00:00';
  if (/^0(?:[.,]\d+)?$/.test(clock)) {
    const minutes = Math.round(Number(clock.replace(',', '.')) * 1_440);
    return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
  }
  if (/^\d{1,2}$/.test(clock)) return `${clock}:00`;
  return /(\d{1,2}[:h]\d\d(?::\d\d)?)$/.exec(clock)?.[1] ?? clock;
}

/** Under the indexes stands a table of the supplier's calendar, which is none of ours. */
export function endsTable(cells: Row): boolean {
  return /^periode$/.test(plainText(cells[0]));
}
