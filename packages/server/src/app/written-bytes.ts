import { readFileSync } from 'node:fs';

/** Linux: what this process did with disks. */
const IO_FILE = '/proc/self/io';

/**
 * The bytes that this process had written to disks since it started, as the kernel counts them below the page cache; null
 * where the system does not tell.
 */
export function readWrittenBytes(): number | null {
  let text: string;
  try {
    text = readFileSync(IO_FILE, 'utf8');
  } catch {
    return null;
  }
  return writtenBytesIn(text);
}

/** `write_bytes` in the text of such a file; null where it is not there. */
export function writtenBytesIn(text: string): number | null {
  const digits = /^write_bytes: (\d+)$/m.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}
