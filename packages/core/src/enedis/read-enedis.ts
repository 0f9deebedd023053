import { type Fault, fault, ok, type Result } from '../error/index.ts';
import { plainText, type Row, readNumber } from './cells.ts';
import { pointsOfCurve } from './curve.ts';
import { pointsOfDays } from './daily.ts';
import type { BadRow, EnedisExport, RegisterReading } from './enedis-export.ts';
import { findHeader, type Header, type Layout, type ValueUnit } from './header.ts';
import { datedInOrder, readClock, readStamp, type Stamp } from './stamps.ts';

export interface EnedisOptions {
  /** The zone of stamps without offset, and of days. */
  readonly zone: string;
  /** Whether a curve's stamps begin or end their interval; found out when left out. */
  readonly stamps?: 'start' | 'end';
}

const DAY_MS = 86_400_000;

/** A row as it stands, with its time still to be understood. */
export interface StampedValue {
  readonly row: number;
  readonly stamp: Stamp;
  /** In the file's unit. */
  readonly value: number;
}

/**
 * Reads what Enedis or a supplier lets its customers download: load curves (mean W by 10 to 60 minutes, or energy),
 * daily energies, daily indexes. The kind, the unit and the direction come from the file. Fault `enedis/unknown` where no header is known, and
 * `enedis/empty` where nothing but a header is there.
 */
export function readEnedis(rows: readonly Row[], options: EnedisOptions): Result<EnedisExport, Fault> {
  const header = findHeader(rows);
  if (header === null) {
    const found = rows.find((row) => row.some((cell) => cell !== '')) ?? [];
    const shown = found
      .join(';')
      .replace(/\d{14}/g, '…')
      .slice(0, 80);
    return fault({
      code: 'enedis/unknown',
      message: `expected a header such as "Horodate;Valeur", "Date;Valeur (en kWh)" or "Horodate;…;EAS T" with its unit, found "${shown}"`,
    });
  }
  const table = new TableReader(header);
  for (const [index, row] of rows.entries()) if (index > header.row) table.take(row, index + 1);
  if (table.values.length === 0 && table.readings.length === 0)
    return fault({ code: 'enedis/empty', message: 'expected rows under the header, found none' });
  return ok(finish(header, table, options));
}

function finish(header: Header, table: TableReader, { zone, stamps }: EnedisOptions): EnedisExport {
  const { values, readings, bad, emptyRows } = table;
  const instants = datedInOrder(
    values.map(({ stamp }) => stamp),
    zone,
  );
  const dated = values.map(({ value }, index) => ({ atMs: instants[index] as number, value }));
  const said = { unit: header.unit, stepMs: header.stepMs };
  const made =
    header.layout.kind === 'daily' && table.isByDay
      ? pointsOfDays(dated, zone, said.unit)
      : pointsOfCurve(dated, { ...said, zone, ...(stamps === undefined ? {} : { stamps }) });
  const dates = datedInOrder(
    readings.map(({ stamp }) => stamp),
    zone,
  );
  return {
    kind: header.layout.kind === 'dayBlocks' ? 'curve' : header.layout.kind,
    direction: header.direction,
    ...made,
    readings: readings.map(
      ({ register, indexWh }, index): RegisterReading => ({
        register,
        indexWh,
        atMs: dates[index] as number,
      }),
    ),
    bad,
    emptyRows,
  };
}

/** Takes the rows under a header. */
class TableReader {
  readonly values: StampedValue[] = [];
  readonly readings: { register: string; indexWh: number; stamp: Stamp }[] = [];
  readonly bad: BadRow[] = [];
  emptyRows = 0;
  /** Whether every stamp so far was a date alone. */
  isByDay = true;
  readonly #header: Header;
  #dayMs: number | null = null;
  #ended = false;

  constructor(header: Header) {
    this.#header = header;
  }

  take(row: Row, number: number): void {
    if (this.#ended || row.every((cell) => cell === '')) return;
    const { layout } = this.#header;
    // Under the indexes stands a second table, of the supplier's calendar.
    if (/^periode$/.test(plainText(row[0]))) this.#ended = true;
    else if (layout.kind === 'index') this.#takeIndexes(row, number, layout);
    else if (layout.kind === 'dayBlocks') this.#takeBlock(row, number);
    else this.#takeValue(row, number, layout);
  }

  #takeValue(row: Row, number: number, layout: Extract<Layout, { kind: 'curve' | 'daily' }>): void {
    const text = row[layout.stamp] ?? '';
    const clock = layout.kind === 'curve' && layout.clock !== null ? ` ${row[layout.clock] ?? ''}` : '';
    const stamp = readStamp(`${text}${clock}`);
    if (stamp === null) {
      this.#refuse(number, 'a date', `${text}${clock}`);
      return;
    }
    if (text.length > 10 || clock !== '') this.isByDay = false;
    this.#keep(number, stamp, row[layout.value]);
  }

  #takeBlock(row: Row, number: number): void {
    const [first = '', value] = row;
    const day = readStamp(first);
    if (day !== null && 'localMs' in day) {
      this.#dayMs = day.localMs;
      return;
    }
    const clockMs = readClock(first);
    if (clockMs === null || this.#dayMs === null) {
      this.#refuse(number, 'a date, or a time under one', first);
      return;
    }
    // A day's midnight is the one that ends it.
    const localMs = this.#dayMs + (clockMs === 0 ? DAY_MS : clockMs);
    this.isByDay = false;
    this.#keep(number, { localMs: Math.round(localMs / 60_000) * 60_000 }, value);
  }

  #keep(row: number, stamp: Stamp, cell: string | undefined): void {
    const text = plainText(cell);
    if (text === '' || text === 'na' || text === 'n/a' || text === '-') {
      this.emptyRows += 1;
      return;
    }
    const value = readNumber(cell);
    const limit = MAX_OF[this.#header.unit];
    if (value === null || value > limit)
      this.#refuse(row, `a value from 0 to ${limit} ${this.#header.unit}`, cell ?? '');
    else this.values.push({ row, stamp, value });
  }

  #takeIndexes(row: Row, number: number, layout: Extract<Layout, { kind: 'index' }>): void {
    const stamp = readStamp(row[layout.stamp] ?? '');
    if (stamp === null) {
      this.#refuse(number, 'a date', row[layout.stamp] ?? '');
      return;
    }
    const factor = this.#header.unit === 'kWh' ? 1_000 : 1;
    let any = false;
    for (const { column, name } of layout.registers) {
      const value = readNumber(row[column]);
      if (value === null) continue;
      any = true;
      this.readings.push({ register: registerOf(name), indexWh: Math.round(value * factor), stamp });
    }
    if (!any) this.emptyRows += 1;
  }

  #refuse(row: number, expected: string, found: string): void {
    this.bad.push({ row, expected, found: found.slice(0, 60) });
  }
}

/** Beyond what any home's meter carries in an interval or a day. */
const MAX_OF: Readonly<Record<ValueUnit, number>> = { W: 1_000_000, kW: 1_000, Wh: 24_000_000, kWh: 24_000 };

/** `EASF1` as the meter says it: `EASF01`; the total is `EAST`. */
function registerOf(name: string): string {
  return name.replace(/(\d+)$/, (digits) => digits.padStart(2, '0'));
}
