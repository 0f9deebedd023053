/** Whether bytes begin as a ZIP archive does, which a workbook (XLSX) is. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

const ENTRY = 0x02014b50;
const END = 0x06054b50;
const END_BYTES = 22;
/** The end may be followed by a comment of so many bytes. */
const COMMENT_MAX = 0xffff;

interface Entry {
  readonly name: string;
  readonly unpackedBytes: number;
}

/** The names of an archive's files; null where the list of them is missing, as of an archive that is cut short. */
export function zipNames(bytes: Uint8Array): string[] | null {
  return entriesOf(bytes)?.map(({ name }) => name) ?? null;
}

/** How many bytes an archive says that it unpacks to. */
export function unpackedBytes(bytes: Uint8Array): number {
  return (entriesOf(bytes) ?? []).reduce((sum, each) => sum + each.unpackedBytes, 0);
}

function entriesOf(bytes: Uint8Array): Entry[] | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lowest = Math.max(0, bytes.length - END_BYTES - COMMENT_MAX);
  let end = bytes.length - END_BYTES;
  while (end >= lowest && view.getUint32(end, true) !== END) end -= 1;
  if (end < lowest) return null;
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const entries: Entry[] = [];
  while (entries.length < count) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== ENTRY) return null;
    const nameBytes = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes));
    entries.push({ name, unpackedBytes: view.getUint32(at + 24, true) });
    at += 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}
