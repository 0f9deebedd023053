import {
  type EnedisExport,
  type EnedisOptions,
  type Row,
  readEnedis,
  splitCells,
} from '@kilowink/core/enedis';
import { type Fault, fault, type Result } from '@kilowink/core/error';

/** More than ten years of a load curve by ten minutes. */
export const TABLE_BYTES_MAX = 32 * 1024 * 1024;

/** Whether the bytes begin as a workbook (XLSX) does. */
export function isWorkbook(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/**
 * What a file of Enedis or of a supplier holds, CSV or XLSX: a workbook may have a sheet for what was consumed and one
 * for what was injected. Fault `enedis/unknown` or `enedis/empty` where no sheet is of a kind that is known, `enedis/workbook` where
 * the workbook can not be read.
 */
export async function readEnedisFile(
  bytes: Uint8Array,
  options: EnedisOptions,
): Promise<Result<readonly EnedisExport[], Fault>> {
  const tables = isWorkbook(bytes)
    ? await readWorkbook(bytes)
    : { ok: true as const, value: [splitCells(decode(bytes))] };
  if (!tables.ok) return tables;
  const results = tables.value.map((rows) => readEnedis(rows, options));
  const found = results.flatMap((result) => (result.ok ? [result.value] : []));
  if (found.length > 0) return { ok: true, value: found };
  const refusal = results.find((result) => !result.ok);
  return refusal ?? fault({ code: 'enedis/empty', message: 'expected a sheet with rows, found none' });
}

/** UTF-8 where the bytes are that, else what suppliers write on Windows. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

async function readWorkbook(bytes: Uint8Array): Promise<Result<readonly (readonly Row[])[], Fault>> {
  const { default: readExcelFile } = await import('read-excel-file/node');
  try {
    const sheets = await readExcelFile(Buffer.from(bytes));
    return { ok: true, value: sheets.map(({ data }) => data.map((row) => row.map(cellText))) };
  } catch (error) {
    return fault({ code: 'enedis/workbook', message: `expected a workbook (XLSX): ${String(error)}` });
  }
}

/** A cell as a CSV file would have it; a date of a workbook is what a clock on the wall shows. */
function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  if (!(cell instanceof Date)) return String(cell).trim();
  const text = new Date(Math.round(cell.getTime() / 60_000) * 60_000).toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.slice(0, 19);
}
