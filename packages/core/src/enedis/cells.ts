/** A table as text: of a CSV file, or of a sheet whose dates were written as `YYYY-MM-DD HH:MM:SS`. */
export type Row = readonly string[];

/** The rows of a CSV file with `;`, tabs or `,` between its fields; whichever the file uses most. Quotes may enclose. */
export function splitCells(text: string): Row[] {
  const plain = text.startsWith('\ufeff') ? text.slice(1) : text;
  const separator = [';', '\t', ','].reduce((best, each) =>
    plain.split(each).length > plain.split(best).length ? each : best,
  );
  return plain.split(/\r\n|\n|\r/).map((line) => line.split(separator).map(unquote));
}

function unquote(field: string): string {
  const text = field.trim();
  return text.startsWith('"') && text.endsWith('"') && text.length > 1
    ? text.slice(1, -1).replaceAll('""', '"').trim()
    : text;
}

/** Lower case without accents or double spaces, as headers are compared; letters that a wrong encoding broke are dropped. */
export function plainText(cell: string | undefined): string {
  return (cell ?? '')
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^\x20-\x7e]/g, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}

/** A number with a point or a French comma and maybe spaces between thousands; null for anything else. */
export function readNumber(cell: string | undefined): number | null {
  const text = (cell ?? '').replace(/[\s\u00a0\u202f]/g, '').replace(',', '.');
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : null;
}
