import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { HOUR_MS } from '@kilowink/core/time';
import { openSqliteStore, type Store } from '@kilowink/store';
import { Quarantine } from './quarantine.ts';

const START = Date.UTC(2026, 2, 1, 6);
const WINDOW_MS = 5_000;

/** A store and a clock of its own, and a quarantine for 6 kVA that can be made anew as after a restart. */
class Place implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'kilowink-quarantine-'));
  readonly clock = { nowMs: START + HOUR_MS, wallMs: () => this.clock.nowMs, monotonicMs: () => 0 };
  store: Store = openSqliteStore({ folder: this.#folder, clock: this.clock });
  made = 0;
  quarantine = this.#open();

  series(source = 'optical/a'): number {
    return this.store.ensureSeries({ source, quantity: 'energy', unit: 'Wh', name: source });
  }

  /** Counts of windows, from the one of that number on. */
  put(series: number, from: number, counts: readonly number[], startMs = START): void {
    this.store.addPoints(series, {
      starts: Float64Array.from(counts, (_, at) => startMs + (from + at) * WINDOW_MS),
      durationsMs: new Float64Array(counts.length).fill(WINDOW_MS),
      values: Float64Array.from(counts),
      reports: null,
      disagreements: null,
    });
  }

  restart(): void {
    this.store.close();
    this.store = openSqliteStore({ folder: this.#folder, clock: this.clock });
    this.quarantine = this.#open();
  }

  /** From which window to which each correction is. */
  stretches(series: number): number[][] {
    return this.store
      .listCorrections(series)
      .map(({ fromMs, toMs }) => [(fromMs - START) / WINDOW_MS, (toMs - START) / WINDOW_MS]);
  }

  [Symbol.dispose](): void {
    this.store.close();
    rmSync(this.#folder, { recursive: true });
  }

  #open(): Quarantine {
    return new Quarantine({
      ...{ store: this.store, clock: this.clock },
      subscribedVaOf: ({ source }) => (source === 'optical/unknown' ? null : 6_000),
      onMade: (count) => {
        this.made += count;
      },
    });
  }
}

test('neighbours beyond the bound are one correction, with an event; what is allowed stays', () => {
  using place = new Place();
  const series = place.series();
  place.quarantine.look();
  place.put(series, 0, [21, 22, 40, 21, 3, 99, 2]);
  place.quarantine.look();
  assert.deepEqual(place.stretches(series), [
    [1, 3],
    [5, 6],
  ]);
  const [first] = place.store.listCorrections(series);
  assert.deepEqual([first?.kind, first?.origin], [{ kind: 'bad' }, 'bound']);
  assert.match(first?.note ?? '', /62 Wh in 10 s: more than 15000 W/);
  const events = place.store.readEvents({ fromMs: 0, toMs: 2 * START, limit: 9, kinds: ['implausible'] });
  assert.deepEqual(events.at(-1)?.data, {
    ...{ series, toMs: START + 3 * WINDOW_MS, energyWh: 62, limitW: 15_000 },
  });
  assert.equal(place.made, 2);
  place.quarantine.look();
  place.quarantine.look();
  assert.equal(place.stretches(series).length, 2);
});

test('what was let out of quarantine is not put there again', () => {
  using place = new Place();
  const series = place.series();
  place.put(series, 0, [5, 90, 5]);
  place.quarantine.look();
  const [made] = place.store.listCorrections(series);
  place.store.undoCorrection(made?.id ?? 0, START);
  place.quarantine.look();
  place.restart();
  place.quarantine.look();
  assert.equal(place.stretches(series).length, 1);
});

test('a stretch that goes on is one correction once it is over, over a restart too', () => {
  using place = new Place();
  const series = place.series();
  place.quarantine.look();
  for (let from = 0; from < 60; from += 12) {
    place.put(series, from, new Array(12).fill(50));
    place.clock.nowMs = START + (from + 12) * WINDOW_MS;
    place.quarantine.look();
    assert.deepEqual(place.stretches(series), []);
    if (from === 24) place.restart();
  }
  place.put(series, 60, [4, 4]);
  place.quarantine.look();
  assert.deepEqual(place.stretches(series), [[0, 60]]);
});

test('what came while nobody looked, and what is long past, is judged as well', () => {
  using place = new Place();
  const series = place.series();
  place.put(series, 0, [5, 90, 5, 5]);
  place.store.seal(START + 48 * HOUR_MS);
  place.quarantine.look();
  assert.deepEqual(place.stretches(series), [[1, 2]]);
  place.put(series, 0, [70, 5], START - 2_000 * HOUR_MS);
  place.quarantine.look();
  assert.equal(place.stretches(series).length, 2);
});

test('an old backlog is judged, also when it is the first that is heard at all', () => {
  using place = new Place();
  place.quarantine.look();
  const series = place.series();
  place.put(series, 0, [5, 5]);
  place.put(series, 0, [70, 5], START - 2_000 * HOUR_MS);
  place.restart();
  place.quarantine.look();
  assert.equal(place.stretches(series).length, 1);
});

test('imports, and meters of unknown subscription, are left alone', () => {
  using place = new Place();
  place.quarantine.look();
  for (const source of ['import/file', 'optical/unknown']) place.put(place.series(source), 0, [500, 5]);
  place.quarantine.look();
  assert.equal(place.made, 0);
});

test('what is held goes with its measurements when the clock that dated them is set', () => {
  using place = new Place();
  const series = place.series();
  place.quarantine.look();
  const timeline = (startMs: number) => [{ fromNumber: 0, startMs, intervalMs: WINDOW_MS }];
  const run = place.store.createRun({ series, timeline: timeline(START) });
  const counts = [3, 90, 90, 3, 3];
  place.store.putWindows(
    run,
    counts.map((value, number) => ({ number, value, reports: 1, disagreements: 0 })),
  );
  place.quarantine.look();
  assert.deepEqual(place.stretches(series), [[1, 3]]);
  const held = () =>
    place.store
      .listCorrections(series)
      .filter(({ undoneMs }) => undoneMs === null)
      .map(({ fromMs, toMs }) => [(fromMs - START) / WINDOW_MS, (toMs - START) / WINDOW_MS]);
  for (const [movedMs, windows] of [
    [-HOUR_MS, -720],
    [0, 0],
    [4 * HOUR_MS, 2_880],
  ] as const) {
    place.store.setTimeline(run, timeline(START + movedMs));
    place.quarantine.look();
    assert.deepEqual(held(), [[windows + 1, windows + 3]]);
    place.restart();
  }
  place.put(series, 0, [4, 4, 4, 4, 4]);
  place.quarantine.look();
  assert.equal(held().length, 1);
});

test('a measurement over the end of an hour is judged, also where only the range is known in which something came', () => {
  using place = new Place();
  const series = place.series();
  const startMs = START - 2_000;
  place.put(series, 0, [99, 5], startMs);
  place.store.seal(START + 48 * HOUR_MS);
  place.quarantine.look();
  assert.deepEqual(place.stretches(series), [[-0.4, 0.6]]);
});
