// For tests only: exports as Enedis and suppliers write them, made from a house that is known to the Wh.
import assert from 'node:assert/strict';
import type { EnedisExport, EnedisRead } from '@kilowink/core/enedis';
import { zip } from '../../../../tools/lib/zip.ts';
import { readEnedisFile } from './table-file.ts';

export const ZONE = 'Europe/Paris';

/** What the house drew in an interval: the truth that any rendering of it must give back. */
export interface Drawn {
  readonly startMs: number;
  readonly endMs: number;
  /** Mean power, a whole number of W. */
  readonly powerW: number;
}

/** A house from one local moment to another, by `minutes`; its power is a whole number that looks like a house's. */
export function house(from: string, to: string, minutes = 30): Drawn[] {
  const stepMs = minutes * 60_000;
  const startMs = atLocal(from);
  const count = Math.round((atLocal(to) - startMs) / stepMs);
  return Array.from({ length: count }, (_, index) => {
    const at = startMs + index * stepMs;
    const powerW = 180 + ((at / 60_000) % 977) + (Math.floor(at / 3_600_000) % 5 === 0 ? 2_113 : 0);
    return { startMs: at, endMs: at + stepMs, powerW };
  });
}

export function atLocal(text: string, zone = ZONE): number {
  return Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds;
}

/** The energy of intervals, Wh, reckoned without anything that is under test. */
export function truthWh(drawn: readonly Drawn[]): number {
  return drawn.reduce((sum, { startMs, endMs, powerW }) => sum + (powerW * (endMs - startMs)) / 3_600_000, 0);
}

/** What a clock of the zone shows, in parts. */
export function local(ms: number, zone = ZONE) {
  const zoned = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
  const two = (value: number) => String(value).padStart(2, '0');
  const date = `${zoned.year}-${two(zoned.month)}-${two(zoned.day)}`;
  const clock = `${two(zoned.hour)}:${two(zoned.minute)}:${two(zoned.second)}`;
  return {
    date,
    clock,
    iso: `${date}T${clock}${zoned.offset}`,
    plain: `${date}T${clock}`,
    french: `${two(zoned.day)}/${two(zoned.month)}/${zoned.year}`,
    offset: zoned.offset,
  };
}

const NAMES =
  'Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;Unite;Pas en minutes';

/** The lines above a table of the customers' page, as it was until 2025. */
export function preamble(of: { prm?: string; unit?: string; business?: string; type?: string } = {}): string {
  const { prm = '30001234567890', unit = 'W', business = 'Consommation', type = 'Courbe de charge' } = of;
  return `${NAMES}\n${prm};${type};05/01/2026;12/01/2026;Energie active;${business};Comptage Brut;${unit};\n`;
}

/** `Horodate;Valeur` with the end of each interval and its offset. */
export function curveRows(drawn: readonly Drawn[]): string {
  return drawn.map(({ endMs, powerW }) => `${local(endMs).iso};${powerW}\n`).join('');
}

export function curveFile(drawn: readonly Drawn[]): string {
  return `${preamble()}Horodate;Valeur\n${curveRows(drawn)}`;
}

/** A cell of a workbook: text, a number, a number shown as a date, a formula with its result, or nothing. */
export type Cell =
  | string
  | number
  | null
  | { readonly date: number }
  | { readonly formula: string; readonly result: number }
  | { readonly error: string };

export interface Sheet {
  readonly name: string;
  readonly rows: readonly (readonly Cell[])[];
  readonly merged?: readonly string[];
}

/** A workbook as spreadsheets pack it. */
export function workbook(sheets: readonly Sheet[], { is1904 = false } = {}): Buffer {
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const rels = 'http://schemas.openxmlformats.org/package/2006/relationships';
  const listed = sheets.map(({ name }, i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`);
  const targets = sheets.map(
    (_, i) =>
      `<Relationship Id="rId${i + 1}" Type="${relations}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`,
  );
  return zip({
    'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${relations}">${is1904 ? '<workbookPr date1904="1"/>' : ''}<sheets>${listed.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${rels}">${targets.join('')}<Relationship Id="rIdS" Type="${relations}/styles" Target="styles.xml"/></Relationships>`,
    'xl/styles.xml': `<styleSheet xmlns="${main}"><cellXfs><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>`,
    ...Object.fromEntries(
      sheets.map((sheet, i) => [`xl/worksheets/sheet${i + 1}.xml`, sheetXml(sheet, main)]),
    ),
  });
}

function sheetXml({ rows, merged = [] }: Sheet, main: string): string {
  const lines = rows.map(
    (row, y) =>
      `<row r="${y + 1}">${row.map((cell, x) => cellXml(cell, `${'ABCDEFGHIJKLMNOP'[x]}${y + 1}`)).join('')}</row>`,
  );
  const merges = merged.map((range) => `<mergeCell ref="${range}"/>`).join('');
  const mergeCells = merges === '' ? '' : `<mergeCells count="${merged.length}">${merges}</mergeCells>`;
  return `<worksheet xmlns="${main}"><sheetData>${lines.join('')}</sheetData>${mergeCells}</worksheet>`;
}

function cellXml(cell: Cell, at: string): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return `<c r="${at}"><v>${cell}</v></c>`;
  if (typeof cell === 'string')
    return `<c r="${at}" t="inlineStr"><is><t>${cell.replace(/&/g, '&amp;').replace(/</g, '&lt;')}</t></is></c>`;
  if ('error' in cell) return `<c r="${at}" t="e"><v>${cell.error}</v></c>`;
  if ('date' in cell) return `<c r="${at}" s="1"><v>${cell.date}</v></c>`;
  return `<c r="${at}"><f>${cell.formula}</f><v>${cell.result}</v></c>`;
}

/** What a clock shows as the days since 1900 that spreadsheets count, or since 1904. */
export function serial(ms: number, { is1904 = false } = {}): number {
  const wall = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(ZONE).toPlainDateTime();
  const wallMs = wall.toZonedDateTime('UTC').epochMilliseconds;
  return wallMs / 86_400_000 + 25_569 - (is1904 ? 1_462 : 0);
}

export async function readAll(content: string | Uint8Array, stamps?: 'start' | 'end'): Promise<EnedisRead> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const result = await readEnedisFile(bytes, { zone: ZONE, ...(stamps === undefined ? {} : { stamps }) });
  assert.ok(result.ok, result.ok ? '' : result.fault.message);
  return result.value;
}

export async function read(content: string | Uint8Array): Promise<EnedisExport> {
  const { exports } = await readAll(content);
  assert.equal(exports.length, 1);
  return exports[0] as EnedisExport;
}

export async function refusal(content: string | Uint8Array): Promise<string> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const result = await readEnedisFile(bytes, { zone: ZONE });
  assert.ok(!result.ok, 'a file of no known form was taken');
  return result.fault.message;
}

export const energyWh = ({ points }: EnedisExport) =>
  points.values.reduce((sum, each) => sum + each, 0) / 1_000;

/** That an export says what the house drew: each interval where it was, and all of it to the Wh. */
export function assertDrawn(found: EnedisExport, drawn: readonly Drawn[]): void {
  const sorted = drawn.toSorted((a, b) => a.startMs - b.startMs);
  assert.deepEqual(
    [...found.points.starts].map((ms) => new Date(ms).toISOString()),
    sorted.map(({ startMs }) => new Date(startMs).toISOString()),
  );
  assert.deepEqual(
    [...found.points.durationsMs],
    sorted.map(({ startMs, endMs }) => endMs - startMs),
  );
  assert.ok(
    Math.abs(energyWh(found) - truthWh(drawn)) < 0.01,
    `${energyWh(found)} Wh, the house drew ${truthWh(drawn)}`,
  );
}

/** A week in winter, by half hours. */
export const WEEK = house('2026-01-05T00:00', '2026-01-12T00:00');
export const AUTUMN = house('2025-10-25T00:00', '2025-10-28T00:00');
export const SPRING = house('2026-03-28T00:00', '2026-03-31T00:00');

export const french = (value: number) => String(value).replace('.', ',');
