import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { TicLineSearch } from './line-search.ts';

test('speeds are tried in turn, four seconds each', () => {
  const search = new TicLineSearch({ nowMs: 0 });
  equal(search.speedBaud, 9_600);
  equal(search.check(3_999), false);
  equal(search.check(4_000), true);
  equal(search.speedBaud, 1_200);
  equal(search.check(8_000), true);
  equal(search.speedBaud, 9_600);
});

test('three groups are believed, two are not', () => {
  const search = new TicLineSearch({ nowMs: 0 });
  search.heard(2, 100);
  equal(search.isFound, false);
  search.heard(1, 200);
  equal(search.isFound, true);
  equal(search.check(5_000), false);
});

test('groups of an earlier look do not count', () => {
  const search = new TicLineSearch({ nowMs: 0 });
  search.heard(2, 100);
  search.check(4_000);
  search.heard(2, 4_100);
  equal(search.isFound, false);
});

test('a silent line is looked for again, first at the speed it had', () => {
  const search = new TicLineSearch({ nowMs: 0, speedsBaud: [1_200, 9_600] });
  search.heard(3, 100);
  equal(search.check(10_099), false);
  equal(search.check(10_100), false);
  equal(search.speedBaud, 1_200);
  equal(search.isFound, false);
  equal(search.check(14_100), true);
  equal(search.speedBaud, 9_600);
});
