import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readVectors } from '../../../../vectors/read-vectors.ts';
import { askWinkyTs } from './testing.ts';

interface Vector {
  name: string;
  lines: string[];
  answers: string[];
}

for (const file of ['vectors/winky/schedule.jsonl', 'vectors/winky/minutes.jsonl']) {
  for (const { name, lines, answers } of readVectors<Vector>(file)) {
    test(`${file}: ${name}`, () => assert.deepEqual(askWinkyTs(lines), answers));
  }
}
