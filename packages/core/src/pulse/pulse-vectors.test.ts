// Every trace of vectors/pulse/traces.jsonl, event for event; tools/test-c.ts does the same with the C twin.
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { eventLines } from '../../../../tools/lib/pulse-lines.ts';
import { readPulseVectors } from '../../../../tools/lib/pulse-vectors.ts';

const vectors = readPulseVectors();

for (const vector of vectors) {
  test(`pulse vector: ${vector.name}`, () => deepEqual(eventLines(vector), vector.lines));
}

test('pulse vectors have different names', () => {
  equal(new Set(vectors.map((vector) => vector.name)).size, vectors.length);
});
