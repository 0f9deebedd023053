import { assert } from '../error/index.ts';

/** A piece of a file that is to be sent now. */
export interface Piece {
  /** Tells the pieces in flight apart. */
  readonly id: number;
  readonly offset: number;
  /** Where the piece ends: its last byte stands before. */
  readonly endOffset: number;
}

/** What is sent, and how. */
export interface UploadWindowOptions {
  readonly lengthBytes: number;
  /** The most pieces on their way at once: what the device has buffers for. */
  readonly parallelMax: number;
  /** How many bytes a piece at this place may hold; at least 1. */
  readonly pieceBytesAt: (offset: number) => number;
}

interface InFlight extends Piece {
  readonly round: number;
}

/** Answers in a row after which one more piece is sent at once. */
const GROW_AFTER = 12;

/**
 * Which piece of an upload is sent next, with several on their way. The device takes pieces in their order only and answers
 * how far it is, so that:
 *
 * - an answer that is as far as its piece, or further, acknowledges everything before it, lost answers included;
 * - an answer that is not says which piece was lost: all from there on is sent again, at once;
 * - answers to pieces sent before that are of the past, and only ever move on.
 *
 * The first piece travels alone: the device erases its flash before it answers, or says where a former upload stopped.
 */
export class UploadWindow {
  readonly #options: UploadWindowOptions;
  readonly #inFlight = new Map<number, InFlight>();
  #acknowledged = 0;
  #next = 0;
  #round = 0;
  #nextId = 0;
  #parallel: number;
  #answersInRow = 0;
  #isOpen = false;
  #sentBytes = 0;

  constructor(options: UploadWindowOptions) {
    assert(options.parallelMax >= 1 && options.lengthBytes > 0, 'an upload of nothing, or with nothing');
    this.#options = options;
    this.#parallel = options.parallelMax;
  }

  /** Bytes the device said it has. */
  get acknowledgedBytes(): number {
    return this.#acknowledged;
  }

  /** Bytes of all pieces given out so far, those sent again included. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  get isDone(): boolean {
    return this.#acknowledged >= this.#options.lengthBytes;
  }

  get piecesInFlight(): number {
    return this.#inFlight.size;
  }

  /** The next piece to send; null when all that may be on its way is. */
  take(): Piece | null {
    const { lengthBytes, pieceBytesAt } = this.#options;
    const parallel = this.#isOpen ? this.#parallel : 1;
    if (this.#next >= lengthBytes || this.#inFlight.size >= parallel) return null;
    const offset = this.#next;
    const endOffset = Math.min(offset + pieceBytesAt(offset), lengthBytes);
    assert(endOffset > offset, `an empty piece at ${offset}`);
    const piece = { id: this.#nextId++, offset, endOffset };
    this.#inFlight.set(piece.id, { ...piece, round: this.#round });
    this.#next = endOffset;
    this.#sentBytes += endOffset - offset;
    return piece;
  }

  /** The device answered a piece with how far it is. */
  answered(id: number, offset: number): void {
    const piece = this.#inFlight.get(id);
    if (piece === undefined) return;
    this.#inFlight.delete(id);
    const bounded = Math.min(Math.max(offset, 0), this.#options.lengthBytes);
    // Offset 0 to the first piece asks for it again; every other answer to it says where to go on.
    this.#isOpen = bounded > 0;
    if (bounded >= piece.endOffset || (bounded > piece.offset && bounded > this.#acknowledged)) {
      this.#advance(bounded);
      if (bounded < piece.endOffset && piece.round === this.#round) this.#goBack(bounded);
    } else if (piece.round === this.#round) this.#goBack(bounded);
  }

  /** No answer to a piece came. */
  lost(id: number): void {
    const piece = this.#inFlight.get(id);
    if (piece === undefined) return;
    this.#inFlight.delete(id);
    if (piece.round === this.#round && piece.endOffset > this.#acknowledged) this.#goBack(this.#acknowledged);
  }

  #advance(offset: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, offset);
    this.#next = Math.max(this.#next, this.#acknowledged);
    this.#answersInRow += 1;
    if (this.#answersInRow < GROW_AFTER) return;
    this.#answersInRow = 0;
    this.#parallel = Math.min(this.#parallel + 1, this.#options.parallelMax);
  }

  /** Everything from here on is sent again; one piece less at once, in case the device has no room for so many. */
  #goBack(offset: number): void {
    this.#acknowledged = offset;
    this.#next = offset;
    this.#round += 1;
    this.#answersInRow = 0;
    this.#parallel = Math.max(1, this.#parallel - 1);
  }
}
