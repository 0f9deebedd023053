import { toHex } from '../bytes/index.ts';
import { type Fault, fault, ok, type Result } from '../error/index.ts';
import { areEqualBytes, sha256 } from '../hash/index.ts';
import {
  IMAGE_FLAG,
  IMAGE_HEADER_BYTES,
  IMAGE_MAGIC,
  PROTECTED_TLV_MAGIC,
  TLV,
  TLV_MAGIC,
  TRAILER_ALIGN_BYTES,
  TRAILER_MAGIC,
} from './format.ts';
import type { ImageVersion } from './version.ts';

/** A record behind the image. */
export interface Tlv {
  readonly type: number;
  readonly value: Uint8Array;
  /** Whether the hash covers it. */
  readonly isProtected: boolean;
}

/** A firmware image for MCUboot that is whole: its hash is right. Whether it is signed by the right key is another question. */
export interface McubootImage {
  readonly version: ImageVersion;
  /** Size of header, code and records, in bytes: what has to be uploaded. */
  readonly sizeBytes: number;
  readonly headerBytes: number;
  /** Size of the code, in bytes. */
  readonly bodyBytes: number;
  readonly loadAddress: number;
  readonly flags: number;
  /** The SHA-256 that the image carries, and has: its identity on the device. */
  readonly hash: Uint8Array;
  readonly tlvs: readonly Tlv[];
  /** What the hash and the signature are made over: header, code and protected records. */
  readonly signedPart: Uint8Array;
  /** What stands at the end of a padded file; null when the file ends with the records. */
  readonly trailer: { readonly isConfirmed: boolean } | null;
}

/** Why a file is no image, or a damaged one. */
export interface ImageFault extends Fault {
  readonly code:
    | 'image/size'
    | 'image/magic'
    | 'image/header'
    | 'image/records'
    | 'image/hash-missing'
    | 'image/hash'
    | 'image/encrypted'
    | 'image/trailing';
}

/** Computes a SHA-256; a program that has a faster one gives its own. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

function wrong(code: ImageFault['code'], what: string) {
  return fault<ImageFault>({ code, message: `firmware image: ${what}` });
}

/** Reads an image and checks its hash. Never throws: a file that is none, or damaged, is a fault that says where. */
export function parseImage(file: Uint8Array, digest: Sha256 = sha256): Result<McubootImage, ImageFault> {
  if (file.length < IMAGE_HEADER_BYTES) {
    return wrong('image/size', `expected a header of ${IMAGE_HEADER_BYTES} bytes, ${file.length} came`);
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const magic = view.getUint32(0, true);
  if (magic !== IMAGE_MAGIC) {
    const came = magic.toString(16).padStart(8, '0');
    return wrong('image/magic', `expected 96f3b83d at its start, ${came} came: it is not made for MCUboot`);
  }
  const header = readHeader(view);
  const { headerBytes, bodyBytes, flags } = header;
  if (headerBytes < IMAGE_HEADER_BYTES || headerBytes + bodyBytes > file.length) {
    const expected = `expected ${headerBytes} bytes of header and ${bodyBytes} of code`;
    return wrong('image/header', `${expected}, ${file.length} came: the file is cut short`);
  }
  if (flags & (IMAGE_FLAG.encryptedAes128 | IMAGE_FLAG.encryptedAes256)) {
    return wrong('image/encrypted', 'expected plain code, it is encrypted');
  }
  const records = readRecords(view, header);
  if (typeof records === 'string') return wrong('image/records', records);
  const signedPart = file.slice(0, headerBytes + bodyBytes + header.protectedBytes);
  const told = records.tlvs.find(({ type }) => type === TLV.sha256)?.value;
  if (told === undefined) return wrong('image/hash-missing', 'expected a SHA-256 record, none came');
  const hash = digest(signedPart);
  if (!areEqualBytes(told, hash)) {
    const expected = `expected SHA-256 ${toHex(told).slice(0, 16)}…`;
    return wrong('image/hash', `${expected}, it has ${toHex(hash).slice(0, 16)}…: the file is damaged`);
  }
  const trailer = readTrailer(file, records.end);
  if (trailer === undefined) {
    return wrong('image/trailing', `expected the end at byte ${records.end}, or padding, other bytes came`);
  }
  const { version, loadAddress } = header;
  const sizes = { sizeBytes: records.end, headerBytes, bodyBytes };
  return ok({ version, ...sizes, loadAddress, flags, hash, tlvs: records.tlvs, signedPart, trailer });
}

interface Header {
  readonly loadAddress: number;
  readonly headerBytes: number;
  readonly protectedBytes: number;
  readonly bodyBytes: number;
  readonly flags: number;
  readonly version: ImageVersion;
}

function readHeader(view: DataView): Header {
  return {
    loadAddress: view.getUint32(4, true),
    headerBytes: view.getUint16(8, true),
    protectedBytes: view.getUint16(10, true),
    bodyBytes: view.getUint32(12, true),
    flags: view.getUint32(16, true),
    version: {
      major: view.getUint8(20),
      minor: view.getUint8(21),
      revision: view.getUint16(22, true),
      build: view.getUint32(24, true),
    },
  };
}

/** The records and where they end, or what was wrong with them. */
function readRecords(view: DataView, header: Header): { tlvs: Tlv[]; end: number } | string {
  const start = header.headerBytes + header.bodyBytes;
  const tlvs: Tlv[] = [];
  let end = start;
  if (header.protectedBytes > 0) {
    const area = readArea(view, start, PROTECTED_TLV_MAGIC);
    if (typeof area === 'string') return area;
    end = area.end;
    if (end !== start + header.protectedBytes) {
      return `expected ${header.protectedBytes} bytes of protected records, ${end - start} came`;
    }
    tlvs.push(...area.tlvs);
  }
  const area = readArea(view, end, TLV_MAGIC);
  if (typeof area === 'string') return area;
  return { tlvs: [...tlvs, ...area.tlvs], end: area.end };
}

function readArea(view: DataView, start: number, magic: number): { tlvs: Tlv[]; end: number } | string {
  if (start + 4 > view.byteLength) return `expected records at byte ${start}, the file ends there`;
  const came = view.getUint16(start, true);
  if (came !== magic) {
    return `expected 0x${magic.toString(16)} at byte ${start}, 0x${came.toString(16)} came`;
  }
  const end = start + view.getUint16(start + 2, true);
  if (end > view.byteLength || end < start + 4) return `expected records up to byte ${end}`;
  const tlvs: Tlv[] = [];
  for (let at = start + 4; at < end; ) {
    const size = at + 4 <= end ? view.getUint16(at + 2, true) : Infinity;
    if (at + 4 + size > end) return `expected the record at byte ${at} to end before byte ${end}`;
    const value = new Uint8Array(view.buffer, view.byteOffset + at + 4, size).slice();
    tlvs.push({ type: view.getUint16(at, true), value, isProtected: magic === PROTECTED_TLV_MAGIC });
    at += 4 + size;
  }
  return { tlvs, end };
}

/** What padding ends with; null without padding, undefined where what follows is no padding. */
function readTrailer(file: Uint8Array, end: number): McubootImage['trailer'] | undefined {
  if (file.length === end) return null;
  const magicAt = file.length - TRAILER_MAGIC.length;
  if (magicAt < end || !areEqualBytes(file.subarray(magicAt), TRAILER_MAGIC)) return undefined;
  return { isConfirmed: file[magicAt - TRAILER_ALIGN_BYTES] === 0x01 };
}
