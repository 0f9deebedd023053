import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { askWinkyTs } from './testing.ts';

for (const file of ['vectors/winky/schedule.jsonl', 'vectors/winky/minutes.jsonl']) {
  for (const line of readFileSync(join(import.meta.dirname, '../../../..', file), 'utf8')
    .trim()
    .split('\n')) {
    const { name, lines, answers } = JSON.parse(line);
    test(`${file}: ${name}`, () => assert.deepEqual(askWinkyTs(lines), answers));
  }
}
