import { decodeHeader, HEADER_BYTES } from './header.ts';

/** What came out of a stream: a whole frame, or bytes that belong to none. */
export type Assembled =
  | { readonly kind: 'frame'; readonly bytes: Uint8Array }
  | { readonly kind: 'discarded'; readonly bytes: Uint8Array; readonly reason: string };

/** The longest frame that is put together, unless told otherwise. */
export const ASSEMBLED_BYTES_MAX = 16_384;

/**
 * Puts frames together from pieces whose order is sure, such as Bluetooth notifications: the header says how long each is.
 * What can not begin a frame is given back as discarded, up to the end of its piece, since frames begin with a piece.
 */
export class FrameAssembler {
  readonly #sizeBytesMax: number;
  #pieces = new Uint8Array(0);

  constructor(sizeBytesMax = ASSEMBLED_BYTES_MAX) {
    this.#sizeBytesMax = sizeBytesMax;
  }

  /** Takes the next piece; gives what is whole by now. */
  push(piece: Uint8Array): Assembled[] {
    this.#pieces = concat(this.#pieces, piece);
    const items: Assembled[] = [];
    while (this.#pieces.length >= HEADER_BYTES) {
      const header = decodeHeader(this.#pieces);
      const sizeBytes = header.ok ? HEADER_BYTES + header.value.lengthBytes : 0;
      if (!header.ok || sizeBytes > this.#sizeBytesMax) {
        const reason = header.ok ? `a frame of ${sizeBytes} bytes` : header.fault.message;
        items.push({ kind: 'discarded', bytes: this.#pieces, reason });
        this.#pieces = new Uint8Array(0);
        break;
      }
      if (this.#pieces.length < sizeBytes) break;
      items.push({ kind: 'frame', bytes: this.#pieces.slice(0, sizeBytes) });
      this.#pieces = this.#pieces.slice(sizeBytes);
    }
    return items;
  }

  /** Forgets a frame that was begun: its rest will not come. */
  reset(): void {
    this.#pieces = new Uint8Array(0);
  }
}

function concat(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(left.length + right.length);
  whole.set(left);
  whole.set(right, left.length);
  return whole;
}
