import { LEVEL } from '../block/levels.ts';

/*
 * Finds the rows of the table `block` in the bytes of a database whose trees cannot be followed any more. A leaf page of
 * a table says where its cells are, whatever became of the pages above it:
 *
 *   page = 13, …, count of cells (2 bytes at 3), …, cell offsets (2 bytes each from 8)
 *   cell = varint payload size, varint row id, payload (a part of it, then 4 bytes: the page it goes on at)
 *   payload = varint header size, one varint for each column's type, the columns
 *
 * As in https://www.sqlite.org/fileformat2.html, 1.5 to 2.1. What is found proves itself by the block's checksum.
 */

/** A row of the table `block`, as it was found. */
export interface FoundBlock {
  readonly series: number;
  readonly level: number;
  readonly period: number;
  readonly data: Uint8Array;
}

const LEAF_OF_TABLE = 13;
const CELLS_AT = 8;
const COLUMNS_OF_BLOCK = 7;
const PAYLOAD_BYTES_MAX = 1 << 24;

/** Every cell of a leaf page that reads as a row of points; old copies of a row may be among them. */
export function* scanForPoints(file: Uint8Array, pageBytes: number): Iterable<FoundBlock> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let start = 0; start + pageBytes <= file.length; start += pageBytes) {
    if (file[start] !== LEAF_OF_TABLE) continue;
    const cellCount = Math.min(view.getUint16(start + 3), (pageBytes - CELLS_AT) / 2);
    for (let cell = 0; cell < cellCount; cell += 1) {
      const offset = view.getUint16(start + CELLS_AT + 2 * cell);
      if (offset >= pageBytes) continue;
      const payload = readPayload(view, { start, offset, pageBytes });
      const found = payload === null ? null : readBlock(payload);
      if (found !== null && found.level === LEVEL.raw) yield found;
    }
  }
}

function readPayload(
  view: DataView,
  cell: { start: number; offset: number; pageBytes: number },
): Uint8Array | null {
  const { start, pageBytes } = cell;
  const page = bytesOf(view, start, pageBytes);
  const size = readVarint(page, cell.offset);
  const rowId = readVarint(page, size.end);
  if (size.value > PAYLOAD_BYTES_MAX) return null;
  const payload = new Uint8Array(size.value);
  const localBytes = localPart(size.value, pageBytes);
  const local = page.subarray(rowId.end, rowId.end + localBytes);
  payload.set(local);
  let at = local.length;
  let next = at < size.value ? uint32(page, rowId.end + localBytes) : 0;
  while (at < size.value) {
    const from = (next - 1) * pageBytes;
    if (next === 0 || from + pageBytes > view.byteLength) return null;
    const part = bytesOf(view, from + 4, Math.min(pageBytes - 4, size.value - at));
    payload.set(part, at);
    at += part.length;
    next = view.getUint32(from);
  }
  return payload;
}

/** How much of a payload is in its cell; the rest is on pages of its own. */
function localPart(size: number, pageBytes: number): number {
  const most = pageBytes - 35;
  if (size <= most) return size;
  const least = Math.floor(((pageBytes - 12) * 32) / 255) - 23;
  const rest = least + ((size - least) % (pageBytes - 4));
  return rest <= most ? rest : least;
}

function readBlock(payload: Uint8Array): FoundBlock | null {
  const header = readVarint(payload, 0);
  const types: number[] = [];
  let at = header.end;
  while (at < header.value && types.length <= COLUMNS_OF_BLOCK) {
    const type = readVarint(payload, at);
    types.push(type.value);
    at = type.end;
  }
  if (types.length !== COLUMNS_OF_BLOCK || types[0] !== 0) return null;
  const values: number[] = [];
  at = header.value;
  for (const type of types.slice(1, -1)) {
    const bytes = INTEGER_BYTES[type];
    if (bytes === undefined) return null;
    values.push(type >= 8 ? type - 8 : readInteger(payload.subarray(at, at + bytes)));
    at += bytes;
  }
  const [series, level, period] = values;
  const blobType = types[COLUMNS_OF_BLOCK - 1] ?? 0;
  if (
    series === undefined ||
    level === undefined ||
    period === undefined ||
    blobType < 12 ||
    blobType % 2 === 1
  )
    return null;
  return { series, level, period, data: payload.subarray(at, at + (blobType - 12) / 2) };
}

/** Bytes of a column by its type: null, integers of rising size, none for a fraction, then 0 and 1 themselves. */
const INTEGER_BYTES: readonly (number | undefined)[] = [0, 1, 2, 3, 4, 6, 8, undefined, 0, 0];

function readInteger(bytes: Uint8Array): number {
  let value = (bytes[0] ?? 0) > 127 ? -1 : 0;
  for (const byte of bytes) value = value * 256 + byte;
  return value;
}

/** SQLite's varints are big-endian, unlike those in our blocks. Past the end there are zeros. */
function readVarint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  for (let at = start; at < start + 8; at += 1) {
    const byte = bytes[at] ?? 0;
    value = value * 128 + (byte & 127);
    if (byte < 128) return { value, end: at + 1 };
  }
  return { value: value * 256 + (bytes[start + 8] ?? 0), end: start + 9 };
}

function uint32(bytes: Uint8Array, at: number): number {
  return readInteger(Uint8Array.of(0, ...bytes.subarray(at, at + 4)));
}

function bytesOf(view: DataView, offset: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + offset, length);
}
