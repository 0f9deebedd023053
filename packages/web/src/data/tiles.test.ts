import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findStep, type Step } from '@kilowink/core/time';
import fc from 'fast-check';
import { LruCache, stepFor, TILE_ROWS, tilesFor } from './tiles.ts';

const EXTENT = { fromMs: 0, toMs: 2e12 };

function step(name: string): Step {
  const found = findStep(name);
  assert.ok(found);
  return found;
}

test('tiles cover the range, meet, and are the same wherever the range begins', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e12 }), fc.integer({ min: 1, max: 1e10 }), (fromMs, spanMs) => {
      const range = { fromMs, toMs: fromMs + spanMs };
      const tiles = tilesFor(step('5min'), range, EXTENT);
      assert.ok((tiles[0]?.fromMs ?? Number.NaN) <= range.fromMs);
      assert.ok((tiles[tiles.length - 1]?.toMs ?? Number.NaN) >= range.toMs);
      tiles.forEach((tile, index) => {
        assert.equal(tile.fromMs % (300_000 * TILE_ROWS), 0);
        if (index > 0) assert.equal(tile.fromMs, tiles[index - 1]?.toMs);
      });
    }),
  );
});

test('nothing is asked for outside the measurements', () => {
  assert.deepEqual(tilesFor(step('5s'), { fromMs: 3e12, toMs: 3.1e12 }, EXTENT), []);
});

test('from a day up one tile is everything', () => {
  const tiles = tilesFor(step('1d'), { fromMs: 5e11, toMs: 6e11 }, EXTENT);
  assert.deepEqual(
    tiles.map(({ fromMs, toMs }) => [fromMs, toMs]),
    [[EXTENT.fromMs, EXTENT.toMs]],
  );
});

test('the step grows with the span and never asks for more rows than there is room', () => {
  let before = 0;
  for (let spanMs = 30_000; spanMs < 3e11; spanMs *= 1.3) {
    const { ms } = stepFor(spanMs, 1_600);
    assert.ok(ms >= before);
    assert.ok(spanMs / ms <= 1_600);
    before = ms;
  }
});

test('the cache forgets what was not used for longest', () => {
  const cache = new LruCache<number>(2);
  cache.set('a', 1);
  cache.set('b', 2);
  cache.get('a');
  cache.set('c', 3);
  assert.deepEqual([cache.get('a'), cache.get('b'), cache.get('c'), cache.size], [1, undefined, 3, 2]);
});
