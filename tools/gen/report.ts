import { fieldPlaces, type Layout } from '../../packages/core/src/bytes/index.ts';
import {
  answerV2Layout,
  reportV1Layout,
  reportV2Layout,
  reportV2ShortLayout,
  TAG_BYTES,
  windowV2Layout,
} from '../../packages/core/src/report/index.ts';
import { fill, table } from './markdown.ts';

const HEAD = ['Offset', 'Size', 'Field', 'Value', 'Meaning'];

/** The byte tables of docs/spec/report.md, from the layouts the codecs use. */
export function reportReference(document: string): string {
  const afterV1 = [
    String(reportV1Layout.sizeBytes),
    'N',
    'counts',
    '',
    'One byte a 5 s window, newest first: flashes (Wh) in it, 0 to 254; `0xff` is no measurement. N is 1 or more.',
  ];
  const windowsAt = reportV2Layout.sizeBytes;
  const windowRows = fieldPlaces(windowV2Layout).map(({ name, field, offset, sizeBytes }) => [
    `${windowsAt + offset} + ${windowV2Layout.sizeBytes} i`,
    String(sizeBytes),
    `${name} of window i`,
    '',
    field.doc,
  ]);
  const afterV2 = [...windowRows, tagRow(`${windowsAt} + ${windowV2Layout.sizeBytes} windowCount`)];
  const made: readonly [string, Layout, readonly string[][]][] = [
    ['v1', reportV1Layout, [afterV1]],
    ['v2', reportV2Layout, afterV2],
    ['v2-short', reportV2ShortLayout, []],
    ['v2-answer', answerV2Layout, [tagRow(String(answerV2Layout.sizeBytes))]],
  ];
  return made.reduce(
    (text, [name, of, after]) => fill(text, name, `\n${table(HEAD, [...rowsOf(of), ...after])}\n`),
    document,
  );
}

function rowsOf(of: Layout): string[][] {
  return fieldPlaces(of).map(({ name, field, offset, sizeBytes }) => [
    String(offset),
    String(sizeBytes),
    name,
    allowedIn(field),
    field.doc,
  ]);
}

function allowedIn(field: { constant?: number; min?: number; max?: number }): string {
  const { constant, min = 0, max } = field;
  if (constant !== undefined) return `0x${constant.toString(16).padStart(2, '0')}`;
  return max === undefined ? '' : `${min} to ${max}`;
}

function tagRow(offset: string): string[] {
  return [
    offset,
    String(TAG_BYTES),
    'tag',
    '',
    'Where flags say so: the first bytes of the HMAC-SHA-256, under the sensor’s key, of everything before it.',
  ];
}
