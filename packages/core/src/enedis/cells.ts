/** The cells of a row, each as a CSV file would have it: a date of a workbook is what a clock on the wall shows. */
export type Row = readonly string[];

/** A row of a table, with its number as a text editor or a spreadsheet counts, from 1; 0 is the name of a sheet. */
export interface TableRow {
  readonly line: number;
  readonly cells: Row;
}

/** Fields that quotes enclose may go on over so many lines; a quote that is never closed swallows no file. */
const LINES_MAX = 20;

/** The rows of a text whose fields `separator` parts; quotes may enclose fields, separators and line ends. */
export function* splitRows(text: string, separator: string): Generator<TableRow> {
  let line = 1;
  for (let at = 0; at < text.length; line += 1) {
    const first = line;
    let end = lineEnd(text, at);
    const isQuoted = text.slice(at, end).includes('"');
    if (isQuoted) {
      let far = end;
      for (let more = 1; isOpen(text.slice(at, far)) && far < text.length && more <= LINES_MAX; more += 1) {
        far = lineEnd(text, far + 1);
        if (!isOpen(text.slice(at, far))) [end, line] = [far, first + more];
      }
    }
    const found = text.slice(at, end);
    yield { line: first, cells: isQuoted ? splitQuoted(found, separator) : splitPlain(found, separator) };
    at = end + 1;
  }
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

function isOpen(text: string): boolean {
  return (text.split('"').length - 1) % 2 === 1;
}

function splitPlain(line: string, separator: string): string[] {
  return line.split(separator).map((field) => field.trim());
}

function splitQuoted(line: string, separator: string): string[] {
  const cells: string[] = [];
  let isInside = false;
  let cell = '';
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at] as string;
    if (letter === '"' && isInside && line[at + 1] === '"') {
      cell += letter;
      at += 1;
    } else if (letter === '"') isInside = !isInside;
    else if (letter === separator && !isInside) {
      cells.push(cell.trim());
      cell = '';
    } else cell += letter;
  }
  return [...cells, cell.trim()];
}

/**
 * Lower case without accents or double spaces, as headers are compared; an é that was
 * encoded twice is one, other letters that a wrong encoding broke are dropped.
 */
export function plainText(cell: string | undefined): string {
  if (cell === undefined || cell === '') return '';
  return cell
    .replace(/Ã[©¨ª]/g, 'e')
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[\u00a0\u202f]/g, ' ')
    .replace(/[^\x20-\x7e]/g, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}

const NOTHING = new Set(['', 'na', 'n/a', '#n/a', '#na', '-', '--', 'nan', 'null', '?', 'nd', 'nc']);

/** Whether a cell says that nothing was measured. */
export function isNothing(cell: string | undefined): boolean {
  if (cell === undefined || cell === '') return true;
  if (/^\d/.test(cell)) return false;
  const text = plainText(cell);
  return NOTHING.has(text) || /^(non|in)\s?(disponible|communique|mesure)/.test(text);
}

/** A number with a point or a French comma and maybe spaces, points or commas between thousands; null for anything else. */
export function readNumber(cell: string | undefined): number | null {
  const text = (cell ?? '').replace(/[\s\u00a0\u202f']/g, '').replace(/^\+/, '');
  if (/^\d+(\.\d+)?(e[+-]?\d{1,2})?$/i.test(text)) return Number(text);
  if (/^\d+,\d+$/.test(text)) return Number(text.replace(',', '.'));
  if (/^\d{1,3}(\.\d{3})+,\d+$/.test(text)) return Number(text.replaceAll('.', '').replace(',', '.'));
  if (/^\d{1,3}(,\d{3})+\.\d+$/.test(text)) return Number(text.replaceAll(',', ''));
  return null;
}
