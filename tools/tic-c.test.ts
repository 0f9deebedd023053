// The C decoder of the customer output against the golden vectors, and against its TypeScript twin on damaged lines.
// `TIC_FUZZ_SEED` repeats a run of the random part, `TIC_FUZZ_LINES` makes it longer.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { askTicC, buildTicC, SANITIZERS } from './lib/tic-c.ts';
import { randomLine } from './lib/tic-fuzz.ts';
import { ticLines } from './lib/tic-lines.ts';
import { readTicVectors, TIC_VECTORS } from './lib/tic-vectors.ts';

const folder = mkdtempSync(join(tmpdir(), 'kilowink-tic-c-'));
after(() => rmSync(folder, { recursive: true }));
const program = join(folder, 'tic_host');
const problem = buildTicC(program, SANITIZERS);
const vectors = readTicVectors();

test('C, vectors/tic/frames.jsonl: event for event', () => {
  assert.equal(problem, null);
  const answers = askTicC(program, vectors);
  for (const [index, { name, lines }] of vectors.entries()) assert.deepEqual(answers[index], lines, name);
});

test('C and TypeScript say the same of any line, whole, cut and damaged', (t) => {
  assert.equal(problem, null);
  const seed = Number(process.env['TIC_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  const count = Number(process.env['TIC_FUZZ_LINES'] ?? 600);
  t.diagnostic(`TIC_FUZZ_SEED=${seed}`);
  const frames = vectors.map(({ bytes }) => bytes);
  const questions = Array.from({ length: count }, (_, index) => randomLine(seed + index, frames));
  const answers = askTicC(program, questions);
  for (const [index, { bytes, isParityInSoftware }] of questions.entries()) {
    const chunkSizes = Array.from({ length: 40 }, (_, at) => 1 + ((at * 7_919 + index) % 211));
    const parity = isParityInSoftware === true ? 'software' : 'line';
    const expected = ticLines(bytes, { parity, chunkSizes });
    assert.deepEqual(answers[index], expected, `seed ${seed + index}`);
  }
});

/** The checksum alone, by its rule, of whatever stands between two control bytes: nothing of the decoder is used. */
function countVerified(bytes: Uint8Array): number {
  const pieces = Buffer.from(bytes)
    .toString('latin1')
    .split(/[^\t -ÿ]/);
  return pieces.filter((piece) => {
    const isStandard = piece.includes('\t');
    const summed = piece.slice(0, isStandard ? -1 : -2);
    const sum = [...summed].reduce((total, char) => total + char.charCodeAt(0), 0);
    const separator = isStandard ? '\t' : ' ';
    const isGroup = piece.length > 3 && piece.at(-2) === separator && summed.slice(0, -1).includes(separator);
    return isGroup && String.fromCharCode(32 + (sum & 63)) === piece.at(-1);
  }).length;
}

/** The notes on the files: `name`, then how many groups verify and how many of them are in no label's form. */
function readNotes(): { name: string; verified: number; refused: number }[] {
  return [...readFileSync(join(TIC_VECTORS, 'README.md'), 'utf8').matchAll(/^\| `([^`]+)\.bin` .*$/gm)].map(
    ([row, name = '']) => {
      const cells = row.split('|').map((cell) => cell.trim());
      return { name, verified: Number(cells[3]), refused: Number(cells[4]) };
    },
  );
}

test('vectors/tic: every file has its note, and its groups are as many as another way of counting finds', () => {
  const notes = readNotes();
  assert.deepEqual(notes.map(({ name }) => name).sort(), vectors.map(({ name }) => name).sort());
  for (const { name, verified, refused } of notes) {
    const { lines, bytes } = vectors.find((vector) => vector.name === name) ?? assert.fail(name);
    assert.equal(countVerified(bytes), verified, name);
    assert.equal(lines.filter((line) => line.startsWith('g ')).length, verified - refused, name);
  }
});
