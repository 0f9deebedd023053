import { assert, type Fault, fault, ok, type Result } from '../error/index.ts';

/** Bytes of a frame before its CBOR. */
export const HEADER_BYTES = 8;

/** The longest body the header's length can tell. */
export const BODY_BYTES_MAX = 0xffff;

/** The protocol's versions: 1 answers errors as `rc`, 2 as `err` with the group they belong to. */
export type SmpVersion = 1 | 2;

/** What a frame is: a request or its answer. */
export const OP = { read: 0, readReply: 1, write: 2, writeReply: 3 } as const;

/** The header of a frame (Zephyr, SMP protocol specification, "Frame"). */
export interface SmpHeader {
  readonly version: SmpVersion;
  /** One of `OP`. */
  readonly op: number;
  /** No flag is defined; 0. */
  readonly flags: number;
  /** Bytes that follow the header. */
  readonly lengthBytes: number;
  readonly group: number;
  /** Tells to which request an answer belongs; 0 to 255. */
  readonly sequence: number;
  readonly command: number;
}

/** A header and what follows it. */
export interface SmpFrame {
  readonly header: SmpHeader;
  readonly body: Uint8Array;
}

/** Why bytes are no frame. */
export type HeaderFault = Fault & { readonly code: 'smp/size' | 'smp/version' | 'smp/operation' };

/** A frame's bytes: the header, whose length follows from the body, and the body. */
export function encodeFrame(header: Omit<SmpHeader, 'lengthBytes'>, body: Uint8Array): Uint8Array {
  const { version, op, flags, group, sequence, command } = header;
  assert(body.length <= BODY_BYTES_MAX, `an SMP body of ${body.length} bytes`);
  assert(op >= 0 && op <= 3 && sequence >= 0 && sequence <= 255, `SMP op ${op}, sequence ${sequence}`);
  assert(group >= 0 && group <= 0xffff && command >= 0 && command <= 255, `SMP ${group}/${command}`);
  const bytes = new Uint8Array(HEADER_BYTES + body.length);
  bytes.set([((version - 1) << 3) | op, flags, body.length >> 8, body.length & 0xff]);
  bytes.set([group >> 8, group & 0xff, sequence, command], 4);
  bytes.set(body, HEADER_BYTES);
  return bytes;
}

/** Reads the header that the bytes start with; the body need not be there yet. */
export function decodeHeader(bytes: Uint8Array): Result<SmpHeader, HeaderFault> {
  if (bytes.length < HEADER_BYTES) {
    const message = `SMP frame: expected a header of ${HEADER_BYTES} bytes, ${bytes.length} came`;
    return fault({ code: 'smp/size', message });
  }
  const at = (index: number) => bytes[index] ?? 0;
  const first = at(0);
  // The three highest bits are reserved: what sets them is no frame of these versions.
  if (first >> 4 !== 0) {
    const message = `SMP frame: expected version bits 0 or 1, first byte 0x${first.toString(16)} came`;
    return fault({ code: 'smp/version', message });
  }
  return ok({
    version: (first >> 3) & 1 ? 2 : 1,
    op: first & 7,
    flags: at(1),
    lengthBytes: at(2) * 256 + at(3),
    group: at(4) * 256 + at(5),
    sequence: at(6),
    command: at(7),
  });
}

/** Reads a whole frame: as many bytes as its header says, neither more nor less. */
export function decodeFrame(bytes: Uint8Array): Result<SmpFrame, HeaderFault> {
  const header = decodeHeader(bytes);
  if (!header.ok) return header;
  const { lengthBytes, op } = header.value;
  if (op > OP.writeReply) {
    return fault({ code: 'smp/operation', message: `SMP frame: expected operation 0 to 3, ${op} came` });
  }
  if (bytes.length !== HEADER_BYTES + lengthBytes) {
    const message = `SMP frame: expected ${HEADER_BYTES + lengthBytes} bytes, ${bytes.length} came`;
    return fault({ code: 'smp/size', message });
  }
  return ok({ header: header.value, body: bytes.slice(HEADER_BYTES) });
}
