import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TicReading } from '@kilowink/core/tic';
import { readVectors } from '../../vectors/read-vectors.ts';

/** A line's bytes with what a decoder has to say of them; see vectors/tic/README.md. */
export interface TicVector {
  readonly name: string;
  readonly source: 'capture' | 'made';
  /** Events in the words of firmware/core/test/tic_host.c. */
  readonly lines: readonly string[];
  /** What the first and, when there are more, the last frame say. */
  readonly readings: readonly TicReading[];
  readonly bytes: Uint8Array;
}

export const TIC_VECTORS = join(import.meta.dirname, '../../vectors/tic');

export function readTicVectors(): TicVector[] {
  return readVectors<Omit<TicVector, 'bytes'>>('vectors/tic/frames.jsonl').map((vector) => ({
    ...vector,
    bytes: readTicFrames(vector.name),
  }));
}

/** The bytes of a file of vectors/tic/frames. */
export function readTicFrames(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(TIC_VECTORS, 'frames', `${name}.bin`)));
}
