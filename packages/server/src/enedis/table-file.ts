import {
  type EnedisOptions,
  type EnedisRead,
  readEnedis,
  readEnedisText,
  type TableRow,
} from '@kilowink/core/enedis';
import { type Fault, fault, ok, type Result } from '@kilowink/core/error';
import { decodeText, otherFile } from './file-kind.ts';
import { isZip, unpackedBytes, zipNames } from './zip-names.ts';

/** More than ten years of a load curve by ten minutes. */
export const TABLE_BYTES_MAX = 64 * 1024 * 1024;

/** A workbook unpacks to ten times its size, and what reads it holds all of that in memory. */
const WORKBOOK_BYTES_MAX = 256 * 1024 * 1024;

/**
 * What a file of Enedis or of a supplier holds, CSV or XLSX: a workbook may have a sheet for what was consumed and one
 * for what was injected. Fault `enedis/unknown` or `enedis/empty` where no table is of a kind that is known, `enedis/web-page`
 * or `enedis/other` for what is no table at all, `enedis/workbook` where the workbook can not be read.
 */
export async function readEnedisFile(
  bytes: Uint8Array,
  options: EnedisOptions,
): Promise<Result<EnedisRead, Fault>> {
  if (isZip(bytes)) return readWorkbook(bytes, options);
  const other = otherFile(bytes);
  if (other !== null) {
    const code = other.isWebPage ? 'enedis/web-page' : 'enedis/other';
    return fault({ code, message: `line 1: expected a table, ${other.what}` });
  }
  return readEnedisText(decodeText(bytes), options);
}

async function readWorkbook(bytes: Uint8Array, options: EnedisOptions): Promise<Result<EnedisRead, Fault>> {
  const names = zipNames(bytes);
  if (names === null) return unreadable('the file is cut short, for the list of its parts is missing');
  if (!names.some((name) => name.startsWith('xl/'))) {
    const listed = names
      .slice(0, 5)
      .join(', ')
      .replace(/\d{14}/g, '…');
    return unreadable(`it is an archive (ZIP) of ${listed}: unpack it and import these one by one`);
  }
  if (unpackedBytes(bytes) > WORKBOOK_BYTES_MAX)
    return unreadable(`it unpacks to more than ${WORKBOOK_BYTES_MAX / 1_048_576} MiB`);
  const { default: readExcelFile } = await import('read-excel-file/node');
  let sheets: Awaited<ReturnType<typeof readExcelFile>>;
  try {
    sheets = await readExcelFile(Buffer.from(bytes));
  } catch (error) {
    return unreadable(String(error));
  }
  const results = sheets.map((sheet) => inSheet(readEnedis(sheetRows(sheet), options), sheet.sheet));
  const read = results.flatMap((result) => (result.ok ? [result.value] : []));
  if (read.length > 0) {
    return ok({
      exports: read.flatMap(({ exports }) => exports),
      skipped: read.flatMap(({ skipped }) => skipped),
      isOpen: false,
    });
  }
  const faults = results.flatMap((result) => (result.ok ? [] : [result.fault]));
  // A sheet that nearly was a table tells more than a title page.
  return {
    ok: false,
    fault:
      faults.find(({ message }) => !message.includes('the header of a table')) ?? faults.at(-1) ?? NO_SHEET,
  };
}

function inSheet(result: Result<EnedisRead, Fault>, name: string): Result<EnedisRead, Fault> {
  if (result.ok) return result;
  const { code, message } = result.fault;
  return fault({ code, message: `sheet "${name.replace(/\d{14}/g, '…')}", ${message}` });
}

const NO_SHEET: Fault = { code: 'enedis/empty', message: 'expected a sheet with rows, found none' };

function unreadable(reason: string): Result<never, Fault> {
  return fault({ code: 'enedis/workbook', message: `expected a workbook (XLSX) or a CSV file: ${reason}` });
}

/** The name of a sheet, which may tell what it holds, then its rows. */
function* sheetRows({
  sheet,
  data,
}: {
  sheet: string;
  data: readonly (readonly unknown[])[];
}): Generator<TableRow> {
  yield { line: 0, cells: [sheet] };
  for (const [index, row] of data.entries()) yield { line: index + 1, cells: row.map(cellText) };
}

/** A cell as a CSV file would have it; a date of a workbook is what a clock on the wall shows. */
function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  if (!(cell instanceof Date)) return String(cell).trim();
  const text = new Date(Math.round(cell.getTime() / 60_000) * 60_000).toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.slice(0, 19);
}
