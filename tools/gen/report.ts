import { fieldPlaces } from '../../packages/core/src/bytes/index.ts';
import { reportV1Layout } from '../../packages/core/src/report/index.ts';
import { fill, table } from './markdown.ts';

/** The byte tables of docs/spec/report.md, from the layouts the codecs use. */
export function reportReference(document: string): string {
  const rows = fieldPlaces(reportV1Layout).map(({ name, field, offset, sizeBytes }) => [
    String(offset),
    String(sizeBytes),
    name,
    field.constant === undefined ? '' : `0x${field.constant.toString(16).padStart(2, '0')}`,
    field.doc,
  ]);
  rows.push([
    String(reportV1Layout.sizeBytes),
    'N',
    'counts',
    '',
    'One byte a 5 s window, newest first: flashes (Wh) in it, 0 to 254; `0xff` is no measurement. N is 1 or more.',
  ]);
  return fill(document, 'v1', `\n${table(['Offset', 'Size', 'Field', 'Value', 'Meaning'], rows)}\n`);
}
