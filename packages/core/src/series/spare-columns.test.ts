import assert from 'node:assert/strict';
import { test } from 'node:test';
import { giveColumn, takeColumn } from './spare-columns.ts';

test('a column that was given back is taken again, with nothing of what it held', () => {
  const first = takeColumn(5_000, 1);
  giveColumn(first);
  const second = takeColumn(9_000, Number.NaN);
  assert.equal(second.buffer, first.buffer);
  assert.equal(second.length, 9_000);
  assert.ok(second.every(Number.isNaN));
});

test('a column that is in use, or was given twice, is nobody else’s', () => {
  const column = takeColumn(2_000, 1);
  giveColumn(column);
  giveColumn(column.subarray(5));
  const taken = Array.from({ length: 9 }, () => takeColumn(2_000, 2).buffer);
  assert.equal(new Set(taken).size, taken.length);
});

test('columns of any length can be taken and given, foreign ones as well', () => {
  for (const rows of [0, 1, 999, 1_000, 10_000, 10_001]) {
    const column = takeColumn(rows, 3);
    assert.deepEqual([column.length, column.every((value) => value === 3)], [rows, true]);
    giveColumn(column);
  }
  const own = new Float64Array(3_000);
  giveColumn(own);
  assert.notEqual(takeColumn(3_000, 0).buffer, own.buffer);
});
