import { assert } from '@kilowink/core/error';
import { ERASED, type McubootImage, parseImage } from '@kilowink/core/image';

/** What a slot's trailer says, as MCUboot's does: each is written once and then erased with the slot. */
export interface Trailer {
  /** Whether the magic is there: the image is to be swapped in, or was. */
  magic: boolean;
  /** The swap that put it here is complete. */
  copyDone: boolean;
  /** It stays. */
  imageOk: boolean;
}

/** One of the two slots: sectors of bytes, and a trailer. */
export class Slot {
  readonly bytes: Uint8Array;
  readonly sectorBytes: number;
  trailer: Trailer = emptyTrailer();
  #image: McubootImage | null | undefined;

  constructor(sizeBytes: number, sectorBytes: number) {
    assert(sizeBytes % sectorBytes === 0, `${sizeBytes} bytes in sectors of ${sectorBytes}`);
    this.bytes = new Uint8Array(sizeBytes).fill(ERASED);
    this.sectorBytes = sectorBytes;
  }

  get sectors(): number {
    return this.bytes.length / this.sectorBytes;
  }

  /** The whole image in it; null when there is none, or a damaged one. */
  get image(): McubootImage | null {
    if (this.#image === undefined) {
      const end = this.bytes.findLastIndex((byte) => byte !== ERASED) + 1;
      // An image may end with bytes that look erased, so a few more are taken along.
      const parsed = parseExact(this.bytes, end);
      this.#image = parsed;
    }
    return this.#image;
  }

  sector(index: number): Uint8Array {
    return this.bytes.slice(index * this.sectorBytes, (index + 1) * this.sectorBytes);
  }

  write(offset: number, data: Uint8Array): void {
    this.bytes.set(data, offset);
    this.#image = undefined;
  }

  writeSector(index: number, data: Uint8Array): void {
    this.write(index * this.sectorBytes, data);
  }

  eraseSector(index: number): void {
    this.writeSector(index, new Uint8Array(this.sectorBytes).fill(ERASED));
  }

  /** What a power cut leaves of a sector that was being erased or written: neither the old nor the new. */
  tearSector(index: number): void {
    const torn = this.sector(index);
    for (let at = 0; at < torn.length; at += 1) torn[at] = at % 3 === 0 ? ERASED : (torn[at] ?? 0) & 0x5a;
    this.writeSector(index, torn);
  }

  /** Sectors that hold something. */
  usedSectors(): number {
    return Math.ceil((this.bytes.findLastIndex((byte) => byte !== ERASED) + 1) / this.sectorBytes);
  }
}

/** The trailer of an erased slot. */
export function emptyTrailer(): Trailer {
  return { magic: false, copyDone: false, imageOk: false };
}

function parseExact(bytes: Uint8Array, end: number): McubootImage | null {
  for (let size = end; size <= Math.min(end + 4, bytes.length); size += 1) {
    const parsed = parseImage(bytes.subarray(0, size));
    if (parsed.ok) return parsed.value;
    if (parsed.fault.code !== 'image/records') return null;
  }
  return null;
}
