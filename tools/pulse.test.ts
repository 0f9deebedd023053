// The truth table of the pulse detector's design document against its golden traces, and the detector on random ones.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { randomTrace } from './lib/pulse-fuzz.ts';
import { eventLines } from './lib/pulse-lines.ts';
import { readPulseVectors } from './lib/pulse-vectors.ts';

const vectors = readPulseVectors();
const document = readFileSync(join(import.meta.dirname, '../docs/design/pulse-detector.md'), 'utf8');

/** What a row of the truth table says of a trace: flashes counted, and the states of its windows. */
interface Row {
  readonly vector: string;
  readonly counted: number;
  readonly states: string;
}

function readTruthTable(): Row[] {
  const table = document.split('<!-- truth table -->')[1] ?? '';
  return table
    .split('\n')
    .filter((line) => /^\| .*`/.test(line))
    .map((line) => {
      const cells = line.split('|').map((cell) => cell.trim());
      return {
        counted: Number(cells[2]),
        states: cells[3] ?? '',
        vector: (cells[4] ?? '').replaceAll('`', ''),
      };
    });
}

const STATES = ['good', 'weak', 'none', 'saturated', 'missing'];

describe('truth table of docs/design/pulse-detector.md', () => {
  const rows = readTruthTable();

  it('each row names a vector, and each vector has its row', () => {
    assert.deepEqual(rows.map((row) => row.vector).sort(), vectors.map((vector) => vector.name).sort());
  });

  for (const row of rows) {
    it(`truth table: ${row.vector}`, () => {
      const lines = vectors.find((vector) => vector.name === row.vector)?.lines ?? [];
      const windows = lines
        .filter((line) => line.startsWith('w '))
        .map((line) => line.split(' ').map(Number.parseFloat));
      const counted = windows.reduce((sum, window) => sum + (window[3] ?? 0), 0);
      const states = windows.map((window) => STATES[window[2] ?? -1]);
      assert.equal(counted, row.counted);
      assert.equal([...new Set(states)].join(', '), row.states);
    });
  }
});

it('random traces: the same however they are cut up', () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  for (let index = 0; index < 12; index++) {
    const trace = randomTrace(seed + index);
    const sizes = Array.from({ length: 5_000 }, (_, i) => 1 + ((i * 7_919 + index) % 613));
    assert.deepEqual(eventLines(trace, sizes), eventLines(trace), `seed ${seed + index}`);
  }
});
