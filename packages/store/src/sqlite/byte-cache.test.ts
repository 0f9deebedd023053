import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteCache } from './byte-cache.ts';

test('byte cache: the one used longest ago goes first, and the bound holds', () => {
  const cache = new ByteCache<string>(10);
  cache.put(1, 'a', 4);
  cache.put(2, 'b', 4);
  assert.equal(cache.get(1), 'a');
  cache.put(3, 'c', 4);
  assert.deepEqual(
    [1, 2, 3].map((key) => cache.has(key)),
    [true, false, true],
  );
  cache.put(3, 'd', 1);
  cache.put(4, 'e', 5);
  assert.deepEqual(
    [1, 3, 4].map((key) => cache.get(key)),
    ['a', 'd', 'e'],
  );
  cache.put(5, 'f', 11);
  assert.equal(cache.get(5), undefined);
});
