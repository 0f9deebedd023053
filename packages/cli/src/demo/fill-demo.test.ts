import { equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openSqliteStore } from '@kilowink/store';
import { machineClock } from '../clock.ts';
import { Workplace } from '../testing.ts';
import { fillDemo } from './index.ts';

const ZONE = 'Europe/Paris';

describe('filled demo', () => {
  it('has four years up to now, once', () => {
    using place = new Workplace();
    const store = openSqliteStore({ folder: place.data, clock: machineClock });
    const nowMs = Date.now();
    const progress: number[] = [];
    const options = { source: 'optical/demo', name: 'House', nowMs, zone: ZONE };
    const filled = fillDemo(store, { ...options, onProgress: (done, total) => progress.push(done / total) });
    equal(progress.at(-1), 1);
    const [series] = store.listSeries();
    equal(series?.id, filled.series);
    ok(nowMs - (series?.lastMs ?? 0) < 120_000);
    ok(nowMs - (series?.firstMs ?? 0) > 4 * 365 * 86_400_000);
    const total = store.readTotal(filled.series, 0, nowMs);
    equal(series?.unit, 'Wh');
    ok(total.sum > 35_000e3 && total.sum < 45_000e3);
    const again = fillDemo(store, options);
    equal(again.added, 0);
    equal(store.readTotal(filled.series, 0, nowMs).sum, total.sum);
    store.close();
  });
});
