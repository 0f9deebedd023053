import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { openSqliteStore } from './open.ts';

const folder = mkdtempSync(join(tmpdir(), 'kilowink-together-'));
after(() => rmSync(folder, { recursive: true }));

const NOW_MS = Date.UTC(2026, 5, 1, 12);
const GAUGE = { source: 'tic/meter', quantity: 'apparentPower', unit: 'VA', name: 'Meter' } as const;

function pointAt(startMs: number) {
  return {
    ...{ starts: Float64Array.of(startMs), durationsMs: Float64Array.of(1_000), values: Float64Array.of(7) },
    ...{ reports: null, disagreements: null },
  };
}

test('points put together see what another process wrote, with the next turn of the event loop', async () => {
  const of = { folder, clock: { wallMs: () => NOW_MS, monotonicMs: () => 0 } };
  const store = openSqliteStore({ ...of, groupMs: 60_000 });
  const series = store.ensureSeries(GAUGE);
  const add = (startMs: number) => store.together(() => store.addPoints(series, pointAt(startMs)));
  assert.equal(add(NOW_MS - 9_000).added, 1);
  const beside = openSqliteStore({ ...of, role: 'import' });
  const imported = [NOW_MS - 8_000, NOW_MS - 86_400_000];
  for (const startMs of imported) beside.addPoints(beside.ensureSeries(GAUGE), pointAt(startMs));
  beside.close();
  assert.equal(add(NOW_MS - 7_000).added, 1);
  await setImmediate();
  for (const startMs of imported) assert.deepEqual(add(startMs), { added: 0, repeated: 1, refused: 0 });
  store.flush();
  assert.equal(store.readTotal(series, 0, NOW_MS).validMs, 4_000);
  store.close();
});

test('a day whose block was looked for before it was there is found once it is', () => {
  const clock = { wallMs: () => NOW_MS, monotonicMs: () => 0 };
  const store = openSqliteStore({ folder: join(folder, 'sealed'), clock, groupMs: 60_000 });
  const series = store.ensureSeries(GAUGE);
  const startMs = NOW_MS - 86_400_000;
  assert.equal(store.addPoints(series, pointAt(startMs)).added, 1);
  assert.ok(store.seal(NOW_MS) > 0);
  assert.equal(store.addPoints(series, pointAt(startMs)).repeated, 1);
  store.close();
});
