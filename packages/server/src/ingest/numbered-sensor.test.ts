import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ReportV2, WindowV2 } from '@kilowink/core/report';
import { openSqliteStore } from '@kilowink/store';
import { NumberedSensor } from './numbered-sensor.ts';

const folder = mkdtempSync(join(tmpdir(), 'kilowink-late-'));
after(() => rmSync(folder, { recursive: true }));

const START = Date.UTC(2026, 10, 20, 12);
const WINDOW_MS = 5_000;

/** Three windows of two flashes each, two flashes counted late by window 20. */
function reportOf(newestNumber: number): ReportV2 {
  return {
    ...{ sensorId: '00112233aabbccdd', bootId: 77, newestNumber, oldestNumber: 0 },
    cumulativeCount: 2 * (newestNumber + 1) + (newestNumber >= 20 ? 2 : 0),
    ...{ ageMs: 0, windowMs: WINDOW_MS, batteryMv: null, firmware: { major: 2, minor: 0, patch: 0 } },
    light: { baselineMv: 0, amplitudeMv: 0, noise100Uv: 0, state: 'good' },
    windows: Array.from({ length: 3 }, (): WindowV2 => ({ count: 2, lastFlashMs: 25 })),
  };
}

function totalsAfter(reports: readonly ReportV2[], at: string) {
  const clock = { wallMs: () => START, monotonicMs: () => 0 };
  const store = openSqliteStore({ folder: at, clock, groupMs: 0 });
  const sensor = new NumberedSensor(store, { source: 'optical/late', name: 'late' });
  for (const report of reports) {
    const monotonicMs = (report.newestNumber + 1) * WINDOW_MS;
    const taken = sensor.report(report, { wallMs: START + monotonicMs, monotonicMs });
    assert.ok(taken.ok, taken.ok ? '' : taken.fault.message);
  }
  const { sum, recoveredSum, validMs } = store.readTotal(sensor.series, 0, 4e12);
  store.close();
  return { sum, recoveredSum, validMs };
}

test('flashes that were counted late are in the energy once, beside the windows', () => {
  const at = mkdtempSync(join(folder, 'data-'));
  const numbers = Array.from({ length: 10 }, (_, index) => 3 * index + 2);
  const reports = numbers.map(reportOf);
  const counted = { sum: 62, recoveredSum: 2, validMs: 30 * WINDOW_MS };
  assert.deepEqual(totalsAfter(reports, at), counted);
  assert.deepEqual(totalsAfter(reports, at), counted, 'the same again, after a restart');
  assert.deepEqual(totalsAfter(reports.toReversed(), at), counted, 'and in another order');
});
