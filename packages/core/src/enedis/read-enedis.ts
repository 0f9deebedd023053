import { type Fault, fault, ok, type Result } from '../error/index.ts';
import { DAY_MS } from '../time/index.ts';
import { plainText, type Row, splitRows, type TableRow } from './cells.ts';
import type { EnedisExport, EnedisRead } from './enedis-export.ts';
import { finishIndexes, finishValues } from './finish.ts';
import { headerOf, layoutOf } from './header.ts';
import type { EnedisOptions } from './read-options.ts';
import { endsTable, TableReader } from './table-reader.ts';
import { isPower } from './units.ts';
import { type StampedRow, withoutMeter } from './value-groups.ts';

/** A header is looked for among so many rows from where the file, or a table in it, begins. */
const ROWS_MAX = 60;

/** So many rows that each begin a month are no days. */
const MONTHS_MIN = 3;

/**
 * Reads what Enedis or a supplier lets its customers download: load curves (mean power by 1 to 60 minutes, or energy),
 * daily energies, daily indexes; one table or several, of one meter or several. The kind, the unit and the direction come
 * from the file. Fault `enedis/unknown` where no header is known, and `enedis/empty` where nothing but a header is there.
 */
export function readEnedis(rows: Iterable<TableRow>, options: EnedisOptions): Result<EnedisRead, Fault> {
  return readTables(rows, options, false);
}

function readTables(
  rows: Iterable<TableRow>,
  options: EnedisOptions,
  hasCommas: boolean,
): Result<EnedisRead, Fault> {
  const tables = new TableFinder(hasCommas);
  for (const row of rows) tables.take(row);
  const exports = tables.found.flatMap((table) => exportsOf(table, options));
  const skipped = tables.found.flatMap(skippedOf);
  if (exports.length > 0) return ok({ exports, skipped, isOpen: false });
  return refusalOf(tables, skipped);
}

/** The same of a text, whichever of `;`, tab, `,` and `|` parts its fields. */
export function readEnedisText(text: string, options: EnedisOptions): Result<EnedisRead, Fault> {
  const { rows, separator } = textRows(text);
  const result = readTables(rows, options, separator === ',');
  return result.ok ? ok({ ...result.value, isOpen: !/[\r\n]\s*$/.test(text.slice(-80)) }) : result;
}

const SEPARATORS = [';', '\t', ',', '|'];

/** The rows of a text. Its separator is the one under which a header is found, or that it uses most. */
function textRows(text: string): { rows: Iterable<TableRow>; separator: string } {
  const marked = text.startsWith('\ufeff') ? text.slice(1) : text;
  const plain = marked.includes('\r') ? marked.replace(/\r\n?/g, '\n') : marked;
  const named = /^sep=(.)\n/i.exec(plain);
  // The line that names the separator stays one line, that those after it keep their numbers.
  if (named !== null) return rowsBy(plain.replace(/^.*/, ''), named[1] as string);
  const head = plain.slice(0, 65_536);
  const best = SEPARATORS.find((each) => hasHeader(head, each));
  return rowsBy(plain, best ?? mostUsed(head));
}

function rowsBy(text: string, separator: string): { rows: Iterable<TableRow>; separator: string } {
  return { rows: splitRows(text, separator), separator };
}

function hasHeader(head: string, separator: string): boolean {
  let row = 0;
  for (const { cells } of splitRows(head, separator)) {
    if (layoutOf(cells) !== null) return true;
    row += 1;
    if (row > ROWS_MAX) return false;
  }
  return false;
}

function mostUsed(head: string): string {
  return SEPARATORS.reduce((best, each) => (head.split(each).length > head.split(best).length ? each : best));
}

/** Finds the tables of a file. */
class TableFinder {
  readonly found: TableReader[] = [];
  /** The first row that holds anything. */
  first: TableRow | null = null;
  #table: TableReader | null = null;
  #above: Row[] = [];
  readonly #hasCommas: boolean;

  constructor(hasCommas: boolean) {
    this.#hasCommas = hasCommas;
  }

  take(row: TableRow): void {
    const { cells } = row;
    if (cells.every((cell) => cell === '')) return;
    if (row.line > 0) this.first ??= row;
    if (this.#table !== null && /^\d/.test(cells[0] ?? '')) this.#table.take(row);
    else if (!this.#begins(row)) this.#table?.take(row);
  }

  /** Whether a row is none of the table at hand, for it is a header, a line above one, or ends the table. */
  #begins(row: TableRow): boolean {
    const { cells, line } = row;
    const layout = layoutOf(cells);
    if (layout !== null) {
      this.#table = new TableReader(headerOf(layout, { line, cells }, this.#above), this.#hasCommas);
      this.found.push(this.#table);
      this.#above = [];
      return true;
    }
    if (
      this.#table === null ||
      endsTable(cells) ||
      /^\W*(identifiant prm|prm\b|r.{1,2}capitulatif)/i.test(cells[0] ?? '')
    ) {
      this.#table = null;
      this.#above.push(cells);
      if (this.#above.length > ROWS_MAX) this.#above.shift();
      return true;
    }
    return false;
  }
}

function exportsOf(table: TableReader, options: EnedisOptions): EnedisExport[] {
  if (foreignOf(table) !== null || isMonthFirst(table)) return [];
  if (table.header.layout.kind === 'index') return finishIndexes(table, options);
  return table.values.groups.flatMap((group) => finishValues(group, table.header, options));
}

/** Whether more dates can only have their month first than only their day: then the others would be taken for other days. */
function isMonthFirst({ order }: TableReader): boolean {
  return order.monthFirst > order.dayFirst;
}

/** What a table holds where that is no energy of days or of intervals. */
function foreignOf(table: TableReader): string | null {
  return table.header.foreign ?? (isByMonth(table) ? 'energy by month' : null);
}

/** Whether rows are of months: each begins one, and there are many, or the table calls them periods. */
function isByMonth({ header: { layout, cells }, values }: TableReader): boolean {
  if (layout.kind !== 'values') return false;
  const rows = values.groups.flatMap((group) => group.rows);
  const isFirst = ({ stamp: { wallMs } }: StampedRow) =>
    wallMs % DAY_MS === 0 && new Date(wallMs).getUTCDate() === 1;
  const areMonths = rows.every((row) => row.end === null && row.stepMs === null && isFirst(row));
  const isCalledPeriod = /^periode/.test(plainText(cells[layout.stamp]));
  return areMonths && (isCalledPeriod || new Set(rows.map(({ stamp }) => stamp.wallMs)).size >= MONTHS_MIN);
}

function skippedOf(table: TableReader): { line: number; what: string }[] {
  const { header, values } = table;
  const foreign = foreignOf(table);
  if (foreign !== null) return [{ line: header.line, what: `a table of ${foreign}` }];
  return [...values.foreign].map(([what, { line, rows }]) => ({ line, what: `${rows} rows of ${what}` }));
}

/** Why nothing was found: what stands nearest to a table that could be read. */
function refusalOf(tables: TableFinder, skipped: EnedisRead['skipped']): Result<never, Fault> {
  const [other] = skipped;
  if (other !== undefined) {
    const expected = 'a load curve, energy by day or indexes';
    return unknown(`line ${other.line}: expected ${expected}, found ${other.what}`);
  }
  const [table] = tables.found;
  if (table === undefined) {
    const expected =
      'the header of a table, such as "Horodate;Valeur", "Début;Fin;Valeur (en kW)", "Date;Valeur (en kWh)" or "Horodate;…;EAS T"';
    if (tables.first === null) return unknown(`expected ${expected}, the file is empty`);
    return unknown(`line ${tables.first.line}: expected ${expected}, found "${shown(tables.first.cells)}"`);
  }
  const { header, order } = table;
  if (order.first !== null && isMonthFirst(table)) {
    const { row, expected, found } = order.first;
    return unknown(`line ${row}: expected ${expected}, found "${found}"`);
  }
  if (table.unknownUnit) {
    const expected = 'a unit (W, kW, Wh or kWh) in the header, above it or in a column';
    return unknown(`line ${header.line}: expected ${expected}, found "${shown(header.cells)}"`);
  }
  return fault({
    code: 'enedis/empty',
    message: `line ${header.line}: expected rows under the header, ${emptyOf(table)}`,
  });
}

function emptyOf({ rows, values, badIndexes }: TableReader): string {
  const [bad] = [...values.groups.flatMap((group) => group.bad), ...badIndexes];
  if (bad !== undefined)
    return `found none that is right; line ${bad.row}: expected ${bad.expected}, found "${bad.found}"`;
  if (values.groups.some(({ unit, rows: own }) => isPower(unit) && own.some(({ value }) => value !== null)))
    return 'found powers by day, which are no energy';
  return rows === 0 ? 'found none' : 'found none with a value';
}

function unknown(message: string): Result<never, Fault> {
  return fault({ code: 'enedis/unknown', message });
}

function shown(cells: Row): string {
  return withoutMeter(cells.join(';')).slice(0, 80);
}
