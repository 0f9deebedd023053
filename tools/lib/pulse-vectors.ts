import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { readVectors } from '../../vectors/read-vectors.ts';
import type { Trace } from './pulse-lines.ts';

/** A golden trace: what a detector has to say of it, line by line; see vectors/pulse/README.md. */
export interface PulseVector extends Trace {
  readonly name: string;
  readonly lines: readonly string[];
}

type StoredVector = Omit<PulseVector, 'samplesMv'> & { readonly samples: string };

export const PULSE_VECTORS = join(import.meta.dirname, '../../vectors/pulse/traces.jsonl');

export function readPulseVectors(): PulseVector[] {
  return readVectors<StoredVector>('vectors/pulse/traces.jsonl').map(({ samples, ...rest }) => ({
    ...rest,
    samplesMv: unpackSamples(samples),
  }));
}

/** Base64 of deflated little-endian differences of neighbouring samples. */
function unpackSamples(packed: string): Int16Array {
  const bytes = inflateRawSync(Buffer.from(packed, 'base64'));
  const samplesMv = new Int16Array(bytes.length / 2);
  let sample = 0;
  for (let i = 0; i < samplesMv.length; i++) {
    sample += bytes.readInt16LE(2 * i);
    samplesMv[i] = sample;
    sample = samplesMv[i] as number;
  }
  return samplesMv;
}
