import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { type Fault, fault, ok, type Result } from '@kilowink/core/error';

/*
 *   0        1             5
 *   version  crc32 (LE)    version 1: zstd frame of the columns …    version 2: the columns as they are …
 *
 * The checksum covers the version and what follows it. The count of points is the first number of the columns. The frame
 * carries no checksum of its own, and no size: a block is opened with a bound.
 */

const PACKED = 1;
const PLAIN = 2;
const HEADER_BYTES = 5;

/** Where the checksum of what follows a version begins. */
const VERSION_CHECKSUMS = {
  [PACKED]: crc32(Uint8Array.of(PACKED)),
  [PLAIN]: crc32(Uint8Array.of(PLAIN)),
};

/** A block's columns are never larger than this; a block that says otherwise is damaged. */
const COLUMNS_BYTES_MAX = 1 << 28;

/** Sealing packs one day of a series a day: the smallest level that zstd has for blocks of this size. */
export const SEAL_LEVEL = 19;

/**
 * Thirty times as fast, a fifth larger (bench/store-query.ts prints both): for an import, which packs thousands of days at once,
 * and for a day of which only a part is sealed, which will be packed again.
 */
export const FAST_LEVEL = 6;

/** Wraps columns for storage: compressed, with a format version and a checksum. */
export function sealBlock(columns: Uint8Array, level: number): Uint8Array {
  const frame = zstdCompressSync(columns, {
    params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 0 },
  });
  return enveloped(PACKED, frame);
}

/** Wraps columns for storage as they are: for what is small, and read by the hundred. */
export function sealPlainBlock(columns: Uint8Array): Uint8Array {
  return enveloped(PLAIN, columns);
}

function enveloped(version: typeof PACKED | typeof PLAIN, content: Uint8Array): Uint8Array {
  const block = new Uint8Array(HEADER_BYTES + content.length);
  block[0] = version;
  block.set(content, HEADER_BYTES);
  new DataView(block.buffer).setUint32(1, crc32(content, VERSION_CHECKSUMS[version]), true);
  return block;
}

/** The columns in a block, or what is wrong with it; of a plain block a view. */
export function openBlock(block: Uint8Array): Result<Uint8Array, Fault> {
  const frame = checkBlock(block);
  if (!frame.ok || block[0] === PLAIN) return frame;
  try {
    return ok(zstdDecompressSync(frame.value, { maxOutputLength: COLUMNS_BYTES_MAX }));
  } catch (error) {
    return damaged(`zstd frame expected: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What follows the header of a block whose version and checksum hold, or what is wrong with it. */
export function checkBlock(block: Uint8Array): Result<Uint8Array, Fault> {
  if (block.length < HEADER_BYTES)
    return damaged(`at least ${HEADER_BYTES} bytes expected, found ${block.length}`);
  if (block[0] !== PACKED && block[0] !== PLAIN) {
    return damaged(`format version ${PACKED} or ${PLAIN} expected, found ${block[0]}`);
  }
  const content = block.subarray(HEADER_BYTES);
  const expected = storedChecksum(block);
  const found = crc32(content, VERSION_CHECKSUMS[block[0]]);
  if (expected !== found) return damaged(`checksum ${hex(expected)} expected, computed ${hex(found)}`);
  return ok(content);
}

/** By bytes: a view for each of the blocks that a start looks at would take longer than their checksums. */
function storedChecksum(block: Uint8Array): number {
  const low = (block[1] as number) | ((block[2] as number) << 8) | ((block[3] as number) << 16);
  return (low | ((block[4] as number) << 24)) >>> 0;
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}

function damaged(message: string): Result<Uint8Array, Fault> {
  return fault({ code: 'store/block', message });
}
