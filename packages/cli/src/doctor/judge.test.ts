import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';
import { growthOf } from './growth.ts';
import { judge } from './judge.ts';
import type { Findings, SeriesState } from './report.ts';

const NOW = Date.UTC(2026, 5, 15, 12);

const SERIES: SeriesState = {
  ...{ id: 1, source: 'optical/a', quantity: 'energy', unit: 'Wh', name: 'A' },
  firstMs: NOW - 100 * DAY_MS,
  lastMs: NOW - 10 * MINUTE_MS,
  isMeasured: true,
  wholeness: null,
};

const FINE: Findings = {
  ...{ folder: '/data', path: '/data/kilowink.db', nowMs: NOW, schema: 5, knownSchema: 5 },
  ...{ isThorough: false, faults: [], damages: [], fileBytes: 1e6, logBytes: 1e5 },
  space: null,
  growth: null,
  disk: { freeBytes: 1e9, totalBytes: 2e9, daysLeft: 1_000 },
  server: { state: 'none', url: 'http://127.0.0.1:8087' },
  writing: null,
  series: [SERIES],
};

function grave(changes: Partial<Findings>): string[] {
  return judge({ ...FINE, ...changes })
    .filter(({ level }) => level === 'attention')
    .map(({ about }) => about);
}

const USE = { count: 0, bytes: 0 };

test('a folder where all is well has nothing to look at, and says that no server runs', () => {
  assert.deepEqual(
    judge(FINE).map(({ level, about }) => `${level} ${about}`),
    ['note server'],
  );
});

test('each thing to look at is told', () => {
  assert.deepEqual(grave({ faults: ['page 3 is gone', 'page 4 is gone'] }), ['integrity']);
  assert.deepEqual(grave({ schema: 4 }), ['schema']);
  assert.deepEqual(grave({ disk: { freeBytes: 5e7, totalBytes: 1e9, daysLeft: null } }), ['disk']);
  assert.deepEqual(grave({ disk: { freeBytes: 1e9, totalBytes: 2e9, daysLeft: 20 } }), ['disk']);
  assert.deepEqual(grave({ logBytes: 6e7 }), ['log']);
  const pending = { ...USE, rows: 810_000 };
  const space = {
    raw: USE,
    minutes: USE,
    hours: USE,
    pending,
    setAside: USE,
    freeBytes: 0,
    fileBytesPerByte: 1,
  };
  assert.deepEqual(grave({ space }), ['log']);
});

test('a clock that can not be right is told', () => {
  const at = (changes: Partial<SeriesState>) => ({ series: [{ ...SERIES, ...changes }] });
  assert.deepEqual(grave(at({ lastMs: NOW + HOUR_MS })), ['clock']);
  assert.deepEqual(grave(at({ firstMs: 5_000 })), ['clock']);
  const [notice] = judge({ ...FINE, ...at({ firstMs: null, lastMs: null }), nowMs: Date.UTC(1970, 0, 2) });
  assert.match(notice?.text ?? '', /clock is not set: it says 1970-01-02/);
});

test('damage is a reason to look for a month', () => {
  const damage = (ageMs: number) => ({
    damages: [{ foundAtMs: NOW - ageMs, message: 'a block', keptAt: 'table' }],
  });
  assert.deepEqual(grave(damage(DAY_MS)), ['damage']);
  assert.deepEqual(grave(damage(40 * DAY_MS)), []);
  assert.ok(judge({ ...FINE, ...damage(40 * DAY_MS) }).some(({ about }) => about === 'damage'));
});

test('a meter is silent when all of its series are, and no longer asked about after a month', () => {
  const silent = (ageMs: number, source: string, isMeasured = true) => ({
    ...SERIES,
    source,
    isMeasured,
    lastMs: NOW - ageMs,
  });
  const of = (...series: SeriesState[]) => grave({ series });
  assert.deepEqual(of(silent(3 * HOUR_MS, 'tic/a/HCHC'), silent(MINUTE_MS, 'tic/a')), []);
  assert.deepEqual(of(silent(3 * HOUR_MS, 'tic/a/HCHC'), silent(2 * HOUR_MS, 'tic/a')), ['sensor']);
  assert.deepEqual(of(silent(3 * HOUR_MS, 'optical/a'), silent(MINUTE_MS, 'optical/b')), ['sensor']);
  assert.deepEqual(of(silent(3 * HOUR_MS, 'import/a', false)), []);
  assert.deepEqual(of(silent(31 * DAY_MS, 'optical/a')), []);
});

test('growth is that of whole days in blocks, and none where nothing came for long', () => {
  const today = Math.floor(NOW / DAY_MS);
  const days = new Map(Array.from({ length: 40 }, (_, back) => [today - 2 - back, back < 7 ? 2_000 : 1_000]));
  const of = { nowMs: NOW, fileBytesPerByte: 1.5, firstMs: NOW - 300 * DAY_MS };
  const monthBytesPerDay = ((7 * 2_000 + 23 * 1_000) / 30) * 1.5;
  assert.deepEqual(growthOf(days, of), {
    weekBytesPerDay: 3_000,
    monthBytesPerDay,
    yearBytes: monthBytesPerDay * 365,
  });
  const young = { ...of, firstMs: (today - 4) * DAY_MS };
  assert.equal(
    growthOf(
      new Map([
        [today - 4, 900],
        [today - 3, 1_100],
      ]),
      young,
    ).weekBytesPerDay,
    1_500,
  );
  assert.equal(growthOf(new Map(), of).yearBytes, 0);
  assert.equal(growthOf(new Map(), young).yearBytes, null);
  assert.equal(growthOf(new Map(), { ...of, firstMs: null }).yearBytes, null);
});
