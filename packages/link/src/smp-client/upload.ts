import { AppError } from '@kilowink/core/error';
import { imageState, imageUpload, type Piece, UploadWindow } from '@kilowink/core/smp';
import { linkError } from '../errors.ts';
import { fastSha256 } from '../firmware/keys.ts';
import type { SmpClient } from './client.ts';

/** How far an upload is. */
export interface UploadProgress {
  /** Bytes the device has. */
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** Bytes sent, those sent again included. */
  readonly sentBytes: number;
  /** Bytes the device had before, from an upload of the same file that was broken off. */
  readonly resumedBytes: number;
}

/** How an image is sent, and who is told. */
export interface UploadOptions {
  /** Number of the image on devices with several; 0 without it. */
  readonly image?: number;
  /** Refused by the device unless newer than what runs. */
  readonly upgradeOnly?: boolean;
  /** The hash the image carries: shows that a device which forgot the upload at its very end has it all the same. */
  readonly imageHash?: Uint8Array;
  readonly onProgress?: (progress: UploadProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Erasing a whole slot takes some devices half a minute. */
const FIRST_WAIT_MS = 45_000;

/** The wait for the first answer before it is asked for again. */
const FIRST_ATTEMPT_WAIT_MS = 5_000;

/** So long without any answer, and the device is taken for gone. A restart without a swap takes less. */
const SILENT_MS_MAX = 20_000;

/**
 * Sends an image into the second slot, several pieces on their way at once where the device has the buffers. An upload of the
 * same file that was broken off goes on where it stopped. Throws `smp/no-answer` (calling again goes on), `smp/refused`,
 * `smp/upload` when the device says that what it has is not what was sent.
 */
export async function uploadImage(
  client: SmpClient,
  file: Uint8Array,
  options: UploadOptions = {},
): Promise<UploadProgress> {
  const { frameBytes, parallel } = await client.limits();
  const upload = new Upload(client, file, { ...options, frameBytes, parallel });
  return await upload.run();
}

interface Limits {
  readonly frameBytes: number;
  readonly parallel: number;
}

class Upload {
  readonly #client: SmpClient;
  readonly #file: Uint8Array;
  readonly #options: UploadOptions & Limits;
  readonly #sha256: Uint8Array;
  readonly #window: UploadWindow;
  readonly #ended = Promise.withResolvers<void>();
  readonly #abort = new AbortController();
  #resumedBytes = 0;
  #isFirstAnswered = false;
  #silentPieces = 0;
  #lastAnswerMs = performance.now();
  #underWay = 0;

  constructor(client: SmpClient, file: Uint8Array, options: UploadOptions & Limits) {
    this.#client = client;
    this.#file = file;
    this.#options = options;
    this.#sha256 = fastSha256(file);
    this.#window = new UploadWindow({
      lengthBytes: file.length,
      parallelMax: options.parallel,
      pieceBytesAt: (offset) => this.#pieceBytes(offset),
    });
  }

  async run(): Promise<UploadProgress> {
    const { signal } = this.#options;
    const stop = () => this.#fail(signal?.reason);
    signal?.addEventListener('abort', stop);
    try {
      signal?.throwIfAborted();
      this.#pump();
      await this.#ended.promise;
      return this.#progress();
    } finally {
      signal?.removeEventListener('abort', stop);
      // Answers still on their way are of no interest, and their requests must not go on waiting.
      this.#abort.abort();
    }
  }

  #progress(): UploadProgress {
    const { acknowledgedBytes, sentBytes } = this.#window;
    const sizes = { doneBytes: acknowledgedBytes, totalBytes: this.#file.length, sentBytes };
    return { ...sizes, resumedBytes: this.#resumedBytes };
  }

  #fields(offset: number, data: Uint8Array) {
    if (offset > 0) return { offset, data };
    const { image, upgradeOnly } = this.#options;
    return {
      ...{ image: image ?? 0, lengthBytes: this.#file.length, offset, sha256: this.#sha256, data },
      ...(upgradeOnly === true ? { upgradeOnly } : {}),
    };
  }

  #pieceBytes(offset: number): number {
    const empty = this.#client.sizeOf(imageUpload, this.#fields(offset, new Uint8Array(0)));
    // The length of the piece takes one byte when it is empty, three when it is long.
    return Math.max(1, this.#options.frameBytes - empty - 2);
  }

  #pump(): void {
    for (let piece = this.#window.take(); piece !== null; piece = this.#window.take()) {
      this.#underWay += 1;
      void this.#send(piece)
        .catch((error: unknown) => this.#fail(error))
        .finally(() => {
          this.#underWay -= 1;
          if (this.#window.isDone) this.#ended.resolve();
          else if (!this.#abort.signal.aborted) this.#pump();
        });
    }
  }

  async #send(piece: Piece): Promise<void> {
    const data = this.#file.subarray(piece.offset, piece.endOffset);
    const request = this.#fields(piece.offset, data);
    const { signal } = this.#abort;
    const first = { waitMs: FIRST_ATTEMPT_WAIT_MS, attempts: FIRST_WAIT_MS / FIRST_ATTEMPT_WAIT_MS };
    // A piece is never repeated by itself, for the window knows better what to send; a silent device is asked ever slower.
    const once = { attempts: 1, waitMs: this.#client.waitMs(imageUpload, this.#silentPieces) };
    try {
      const options = piece.offset === 0 ? first : once;
      const reply = await this.#client.request(imageUpload, request, { ...options, signal });
      this.#silentPieces = 0;
      this.#lastAnswerMs = performance.now();
      await this.#answered(piece, reply);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'smp/no-answer') throw error;
      this.#silentPieces += 1;
      if (piece.offset === 0 || performance.now() - this.#lastAnswerMs > SILENT_MS_MAX) throw error;
      this.#window.lost(piece.id);
    }
  }

  async #answered(
    piece: Piece,
    reply: { readonly offset?: number | undefined; readonly isMatching?: boolean | undefined },
  ) {
    const { target } = this.#client;
    if (reply.isMatching === false) {
      throw linkError('smp/upload', { target, reason: 'what it has is not what was sent' });
    }
    const { offset } = reply;
    if (offset === undefined)
      throw linkError('smp/upload', { target, reason: 'it does not say how far it is' });
    const endsFile = piece.endOffset === this.#file.length;
    if (!this.#isFirstAnswered && offset > piece.endOffset) this.#resumedBytes = offset;
    this.#isFirstAnswered = true;
    // A device that has all of it forgets the upload. When its last answer was lost, it answers the repetition as if
    // nothing had come.
    const isWhole = offset === 0 && endsFile && piece.offset > 0 && (await this.#hasImage());
    this.#window.answered(piece.id, isWhole ? this.#file.length : offset);
    this.#options.onProgress?.(this.#progress());
  }

  async #hasImage(): Promise<boolean> {
    const { imageHash } = this.#options;
    if (imageHash === undefined) return false;
    const { images } = await this.#client.request(imageState, {});
    return images.some(
      ({ slot, hash }) => slot > 0 && hash !== undefined && Buffer.compare(hash, imageHash) === 0,
    );
  }

  #fail(error: unknown): void {
    this.#ended.reject(error);
    this.#abort.abort();
  }
}
