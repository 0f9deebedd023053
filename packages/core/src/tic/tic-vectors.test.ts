// vectors/tic/frames.jsonl, event for event and reading by reading; tools/tic-c.test.ts does the same with the C twin.
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { ticLines } from '../../../../tools/lib/tic-lines.ts';
import { readTicVectors } from '../../../../tools/lib/tic-vectors.ts';
import type { TicFrame } from './frame.ts';
import { TicParser } from './parser.ts';
import { readFrame } from './read-frame.ts';

const vectors = readTicVectors();

function framesOf(bytes: Uint8Array): TicFrame[] {
  const frames: TicFrame[] = [];
  const sink = { frame: (frame: TicFrame) => void frames.push(frame) };
  const parser = new TicParser();
  parser.feed(bytes, sink);
  parser.end(sink);
  return frames;
}

for (const vector of vectors) {
  test(`TIC vector: ${vector.name}`, () => {
    deepEqual(ticLines(vector.bytes), vector.lines);
    const readings = framesOf(vector.bytes).map((frame) => readFrame(frame));
    const shown = readings.length > 1 ? [readings[0], readings.at(-1)] : readings;
    deepEqual(shown, vector.readings);
  });
}

test('TIC vectors: none is there twice, none is empty', () => {
  equal(new Set(vectors.map(({ name }) => name)).size, vectors.length);
  for (const { name, bytes } of vectors) equal(bytes.length > 0, true, name);
});
