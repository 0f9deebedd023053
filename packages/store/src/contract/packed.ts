import assert from 'node:assert/strict';
import { concatPoints, type Points } from '@kilowink/core/series';
import { DAY_MS, HOUR_MS } from '@kilowink/core/time';
import { PointsPacker } from '../sqlite/day-packer.ts';
import type { PackedPoints, Store } from '../store.ts';
import { listOf, type ModelPoint, pointsOf } from './model.ts';
import type { Cases } from './place.ts';

const DAY = Date.UTC(2026, 2, 1);
const OTHER = { source: 'packed', quantity: 'energy', unit: 'Wh', name: 'Packed' } as const;
const TEST = { source: 'test', quantity: 'energy', unit: 'Wh', name: 'Test' } as const;

function pointsFrom(startMs: number, count: number): Points {
  return pointsOf(
    Array.from({ length: count }, (_, index) => ({
      startMs: startMs + index * 5_000,
      durationMs: 5_000,
      value: index % 4,
    })),
  );
}

function pack(...parts: readonly Points[]): PackedPoints {
  const packer = new PointsPacker();
  for (const points of parts) packer.add(points);
  return packer.finish();
}

function all(store: Store, series: number): ModelPoint[] {
  return listOf(store.readPoints(series, 0, DAY + 400 * DAY_MS));
}

/** Every step that a rollup of its own answers, over the days of these tests. */
function buckets(store: Store, series: number): unknown[] {
  return [60_000, HOUR_MS, DAY_MS].map((stepMs) => {
    const edges = Float64Array.from({ length: 300 }, (_, index) => DAY - 2 * HOUR_MS + index * stepMs);
    return store.readBuckets(series, edges);
  });
}

/** Points that were packed beforehand. */
export const packedCases: Cases = {
  'packed points are what added points are, long ago and recent': ({ store, series, clock }) => {
    const parts = [pointsFrom(DAY - 12_000, 50_000), pointsFrom(clock.nowMs - HOUR_MS, 600)];
    for (const points of parts) store.addPoints(series, points);
    const packed = pack(...parts);
    assert.equal(packed.count, 50_600);
    assert.deepEqual(store.addPacked(OTHER, packed), { added: 50_600, repeated: 0, refused: 0 });
    const made = store.listSeries().find(({ source }) => source === OTHER.source)?.id ?? 0;
    assert.deepEqual(all(store, made), all(store, series));
    assert.deepEqual(buckets(store, made), buckets(store, series));
  },

  'packed points are durable at once, and there once however often they come': (fixture) => {
    const packed = pack(pointsFrom(DAY, 20_000), pointsFrom(fixture.clock.nowMs - HOUR_MS, 10));
    fixture.store.addPacked(TEST, packed);
    const reader = fixture.place.openReadOnly();
    assert.equal(listOf(reader.readPoints(fixture.series, 0, fixture.clock.nowMs)).length, 20_010);
    reader.close();
    assert.deepEqual(fixture.store.addPacked(TEST, packed), { added: 0, repeated: 20_010, refused: 0 });
    assert.equal(all(fixture.store, fixture.series).length, 20_010);
  },

  'packed in any order, with rubbish and repeats': ({ store, series }) => {
    const points = pointsFrom(DAY - 15_000, 20_000);
    const backwards = Array.from({ length: 4 }, (_, part) =>
      pointsFrom(DAY - 15_000 + part * 25_000_000, 5_000),
    );
    const late = pointsOf([
      { startMs: DAY + 5_000, durationMs: 5_000, value: 9 },
      { startMs: DAY + 2_500, durationMs: 5_000, value: -1 },
      { startMs: DAY + 3 * DAY_MS, durationMs: 5_000, value: 1.5 },
    ]);
    const packed = pack(...backwards.toReversed(), late);
    assert.deepEqual([packed.count, packed.repeated, packed.refused], [20_000, 1, 2]);
    assert.deepEqual(store.addPacked(TEST, packed), { added: 20_000, repeated: 1, refused: 2 });
    assert.deepEqual(
      all(store, series).map(({ startMs }) => startMs),
      [...points.starts],
    );
  },

  'a start on another day by its longer duration is repeated, packed before or stored': ({
    store,
    series,
  }) => {
    const lateMs = DAY + DAY_MS - 1_000;
    const short = pointsOf([{ startMs: lateMs, durationMs: 1_000, value: 1 }]);
    const long = pointsOf([{ startMs: lateMs, durationMs: HOUR_MS, value: 2 }]);
    assert.equal(pack(short, long).repeated, 1);
    assert.equal(pack(long, short).repeated, 1);
    store.addPoints(series, long);
    assert.deepEqual(store.addPacked(TEST, pack(short)), { added: 0, repeated: 1, refused: 0 });
  },

  'packed points over what is stored add what is new': ({ store, series, clock }) => {
    const recentMs = clock.nowMs - HOUR_MS;
    const run = store.createRun({ series, timeline: [{ fromNumber: 0, startMs: DAY, intervalMs: 5_000 }] });
    store.putWindows(run, [{ number: 3, value: 7, reports: 1, disagreements: 0 }]);
    store.addPoints(series, concatPoints([pointsFrom(DAY + DAY_MS, 500), pointsFrom(recentMs, 50)]));
    const packed = pack(pointsFrom(DAY, 40_000), pointsFrom(recentMs, 100));
    assert.deepEqual(store.addPacked(TEST, packed), { added: 40_100 - 551, repeated: 551, refused: 0 });
    const stored = all(store, series);
    assert.equal(stored.length, 40_100);
    assert.equal(stored.find(({ startMs }) => startMs === DAY + 15_000)?.value, 7);
  },

  'packed beside the server is seen by it': ({ store, place }) => {
    store.readTotal(1, 0, DAY);
    store.refresh();
    const beside = place.openForImport();
    try {
      beside.addPacked(OTHER, pack(pointsFrom(DAY, 100)));
    } finally {
      beside.close();
    }
    assert.equal(store.refresh(), true);
    const made = store.listSeries().find(({ source }) => source === OTHER.source)?.id ?? 0;
    assert.equal(all(store, made).length, 100);
  },
};
