// The truth table of the TIC decoder's design document against its vectors.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ticLines } from './lib/tic-lines.ts';
import { readTicFrames } from './lib/tic-vectors.ts';

const document = readFileSync(join(import.meta.dirname, '../docs/design/tic-decoder.md'), 'utf8');
const rows = (document.split('<!-- truth table -->')[1] ?? '')
  .split('\n')
  .filter((line) => /^\| .*`/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));

describe('truth table of docs/design/tic-decoder.md', () => {
  it('has rows', () => assert.ok(rows.length > 20));

  for (const [, what = '', groups, thrownAway, frames, vector = ''] of rows) {
    it(`${vector}: ${what}`, () => {
      const lines = ticLines(readTicFrames(vector));
      const count = (kind: string) => String(lines.filter((line) => line.startsWith(`${kind} `)).length);
      const counters = lines.at(-1)?.split(' ').slice(7, 10).join('/');
      assert.deepEqual([groups, thrownAway, frames], [count('g'), count('d'), counters]);
    });
  }
});
