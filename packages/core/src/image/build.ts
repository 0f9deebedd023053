import { assert } from '../error/index.ts';
import { sha256 } from '../hash/index.ts';
import {
  ERASED,
  IMAGE_HEADER_BYTES,
  IMAGE_MAGIC,
  TLV,
  TLV_MAGIC,
  TRAILER_ALIGN_BYTES,
  TRAILER_MAGIC,
} from './format.ts';
import type { Sha256 } from './parse.ts';
import type { ImageVersion } from './version.ts';

/** Who signs. The key itself stays with the caller. */
export interface ImageSigner {
  /** Which kind of record the signature becomes. */
  readonly kind: 'ecdsa' | 'ed25519';
  /** SHA-256 of the public key as MCUboot holds it. */
  readonly keyHash: Uint8Array;
  /** Signs: ECDSA the part itself (with SHA-256, in DER), Ed25519 its digest. */
  sign(signedPart: Uint8Array, digest: Uint8Array): Uint8Array;
}

/** What goes into the header, and how the code comes. */
export interface BuildOptions {
  readonly version: ImageVersion;
  /** Bytes before the code; what the firmware was built for, 512 for most. */
  readonly headerBytes: number;
  /** Whether the code already begins with that many zero bytes (as Zephyr's own binaries do) or the header is put before it. */
  readonly hasHeaderRoom: boolean;
  readonly loadAddress?: number;
  readonly flags?: number;
  readonly digest?: Sha256;
}

/**
 * An image for MCUboot out of plain code: header, code, hash, and a signature where somebody signs. `hasHeaderRoom` must be
 * true only where the code begins with `headerBytes` zeros, which the caller has checked.
 */
export function buildImage(code: Uint8Array, options: BuildOptions, signer: ImageSigner | null): Uint8Array {
  const { headerBytes, hasHeaderRoom, digest = sha256 } = options;
  assert(headerBytes >= IMAGE_HEADER_BYTES && headerBytes <= 0xffff, `a header of ${headerBytes} bytes`);
  assert(!hasHeaderRoom || code.length >= headerBytes, `${code.length} bytes with room for a header`);
  const body = hasHeaderRoom ? code.subarray(headerBytes) : code;
  const signedPart = new Uint8Array(headerBytes + body.length);
  writeHeader(signedPart, body.length, options);
  signedPart.set(body, headerBytes);
  const hash = digest(signedPart);
  const records = [record(TLV.sha256, hash)];
  if (signer !== null) {
    records.push(record(TLV.keyHash, signer.keyHash));
    records.push(record(TLV[signer.kind], signer.sign(signedPart, hash)));
  }
  return joinBytes([signedPart, recordArea(records)]);
}

function writeHeader(image: Uint8Array, bodyBytes: number, options: BuildOptions): void {
  const { version, headerBytes, loadAddress = 0, flags = 0 } = options;
  // Room before the code is zero already where the code brought it; else it is left as erased flash, as imgtool does.
  if (!options.hasHeaderRoom) image.fill(ERASED, IMAGE_HEADER_BYTES, headerBytes);
  const view = new DataView(image.buffer);
  view.setUint32(0, IMAGE_MAGIC, true);
  view.setUint32(4, loadAddress, true);
  view.setUint16(8, headerBytes, true);
  view.setUint32(12, bodyBytes, true);
  view.setUint32(16, flags, true);
  view.setUint8(20, version.major);
  view.setUint8(21, version.minor);
  view.setUint16(22, version.revision, true);
  view.setUint32(24, version.build, true);
}

function record(type: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + value.length);
  new DataView(bytes.buffer).setUint16(0, type, true);
  new DataView(bytes.buffer).setUint16(2, value.length, true);
  bytes.set(value, 4);
  return bytes;
}

function recordArea(records: readonly Uint8Array[]): Uint8Array {
  const head = new Uint8Array(4);
  const sizeBytes = records.reduce((sum, each) => sum + each.length, head.length);
  new DataView(head.buffer).setUint16(0, TLV_MAGIC, true);
  new DataView(head.buffer).setUint16(2, sizeBytes, true);
  return joinBytes([head, ...records]);
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** How a slot looks. */
export interface PadOptions {
  /** Size of the slot. */
  readonly slotBytes: number;
  /** Marked to stay once it is swapped in; otherwise it is tried once. */
  readonly isConfirmed: boolean;
  /** How much the flash writes at once: 1, 2, 4 or 8. */
  readonly alignBytes?: number;
  /** Most sectors of a slot the boot loader was built for. */
  readonly sectorsMax?: number;
}

/** Bytes at the end of a slot that no image may cover: the status of a swap, and the trailer. */
export function trailerBytes({ alignBytes = 8, sectorsMax = 128 }: Partial<PadOptions> = {}): number {
  return sectorsMax * 3 * alignBytes + 4 * TRAILER_ALIGN_BYTES + TRAILER_MAGIC.length;
}

/** The image as the whole slot holds it, with the trailer that has it swapped in; null where it does not fit. */
export function padImage(image: Uint8Array, options: PadOptions): Uint8Array | null {
  const { slotBytes, isConfirmed } = options;
  if (image.length + trailerBytes(options) > slotBytes) return null;
  const padded = new Uint8Array(slotBytes).fill(ERASED);
  padded.set(image);
  padded.set(TRAILER_MAGIC, slotBytes - TRAILER_MAGIC.length);
  if (isConfirmed) padded[slotBytes - TRAILER_MAGIC.length - TRAILER_ALIGN_BYTES] = 0x01;
  return padded;
}
