import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSqliteStore, type StoredEvent } from '@kilowink/store';
import type { HeardSensor } from '../ingest/index.ts';
import { SensorWatch } from './sensor-watch.ts';

const NOW_MS = Date.UTC(2026, 4, 1);
const HOMES = 2_750;

/** A sensor that booted once and reported at some time. */
function heardAt(home: number, atMs: number): HeardSensor {
  return {
    ...{ source: `optical/home-${home}`, series: home, version: 2, refused: new Map(), ways: [] },
    counters: {
      ...{ lastReportMs: atMs, bootedMs: NOW_MS - home, boots: 1, reports: 1, refused: 0 },
      ...{ windowsNew: 1, windowsRepeated: 0, windowsMissed: 0, disagreements: 0, clockSteps: 0 },
    },
    self: {
      ...{ authenticated: true, sensorId: `51a0${home}` },
      light: { baselineMv: 20, amplitudeMv: 600, noise100Uv: 10, state: 'good' },
    },
  };
}

test('of thousands of sensors each keeps its light, and a start is put once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kilowink-watch-'));
  const times = { nowMs: NOW_MS };
  const clock = { wallMs: () => times.nowMs, monotonicMs: () => times.nowMs };
  const store = openSqliteStore({ folder, clock, groupMs: 1e9 });
  let isFull = true;
  const puts: number[] = [];
  const put = store.putEvents.bind(store);
  store.putEvents = (events: readonly StoredEvent[]) => {
    puts.push(events.length);
    if (isFull) throw new RangeError('no room');
    return put(events);
  };
  const told: string[] = [];
  const sensors = () => Array.from({ length: HOMES }, (_, home) => heardAt(home, times.nowMs));
  const watch = new SensorWatch({ store, clock, sensors, log: (line) => told.push(line) });
  // What asks for the light looks.
  assert.equal(watch.light('optical/home-0').columns.start.length, 1);
  assert.match(told.join(), /could not be noted: no room/);
  isFull = false;
  for (let minute = 1; minute <= 6; minute += 1) {
    times.nowMs = NOW_MS + minute * 120_000;
    watch.light('optical/home-0');
  }
  for (const home of [0, 999, 1_001, HOMES - 1])
    assert.equal(watch.light(`optical/home-${home}`).columns.start.length, 7, `home ${home}`);
  assert.deepEqual(puts, [HOMES, HOMES], 'refused, then taken; not again');
  const kept = store.readEvents({ kinds: ['sensorBoot'], fromMs: 0, toMs: NOW_MS + 1, limit: 2 * HOMES });
  assert.equal(kept.length, HOMES);
  store.close();
  rmSync(folder, { recursive: true });
});
