import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Window } from '../store.ts';
import { openSqliteStore } from './open.ts';

const folder = mkdtempSync(join(tmpdir(), 'kilowink-raise-'));
after(() => rmSync(folder, { recursive: true }));

const START_MS = Date.UTC(2026, 5, 1);
const CASES = 400;
const NUMBERS = 60;
const COUNT_MAX = 0xffff;

test('counts of windows only rise, whether they wait for their group or are in the file, and go to the file', () => {
  const of = { folder, clock: { wallMs: () => START_MS, monotonicMs: () => 0 }, groupMs: 60_000 };
  let store = openSqliteStore(of);
  const series = store.ensureSeries({ source: 'optical/x', quantity: 'energy', unit: 'Wh', name: 'x' });
  const run = store.createRun({
    series,
    timeline: [{ fromNumber: 0, startMs: START_MS, intervalMs: 5_000 }],
  });
  const expected = new Map<number, Window>();
  let state = 7;
  const below = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * limit);
  };
  for (let at = 0; at < CASES; at += 1) {
    // Gaps, late ones and ones that follow each other; counts beyond what a column holds stay at its end.
    const number = 3 * below(NUMBERS) + below(2);
    const window = { number, value: below(9), reports: below(70_000), disagreements: below(5) };
    const known = expected.get(number);
    store.putWindows(run, [window]);
    expected.set(number, {
      ...{ number, value: known?.value ?? window.value },
      reports: Math.min(COUNT_MAX, Math.max(known?.reports ?? 0, window.reports)),
      disagreements: Math.max(known?.disagreements ?? 0, window.disagreements),
    });
    if (below(20) === 0) store.flush();
    if (below(60) === 0) {
      store.close();
      store = openSqliteStore(of);
    }
    const stored = store.readWindows(run, 0, 3 * NUMBERS + 2);
    assert.deepEqual(
      stored,
      [...expected.values()].sort((left, right) => left.number - right.number),
    );
  }
  store.close();
});
