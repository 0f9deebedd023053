import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CorrectionInfo } from '@kilowink/api';

import { NO_WINDOWS, windowColumns } from '../data/columns.ts';
import { createFormat } from '../i18n/format.ts';
import { createZone } from '../time/zone.ts';
import { createDataset } from './dataset.ts';
import { describeCorrections } from './row-corrections.ts';
import { describeRow } from './tooltip.ts';

const START = Date.UTC(2026, 5, 1, 10);
const MINUTE_MS = 60_000;
const format = createFormat(['en-GB'], createZone('Europe/Paris'));

function correction(fromMinute: number, toMinute: number, changes: Partial<CorrectionInfo> = {}) {
  return {
    ...{ id: 1, series: 1, origin: 'person', note: 'a lamp', madeMs: START, undoneMs: null, kind: 'bad' },
    ...{ fromMs: START + fromMinute * MINUTE_MS, toMs: START + toMinute * MINUTE_MS, ...changes },
  } as CorrectionInfo;
}

/** What is said of a row from the tenth to the twentieth minute. */
function said(...corrections: CorrectionInfo[]) {
  const row = { fromMs: START + 10 * MINUTE_MS, toMs: START + 20 * MINUTE_MS };
  return describeCorrections(row, corrections, format);
}

test('a row that is left out says so with the reason', () => {
  const byPerson = {
    lines: [
      ['', 'left out'],
      ['', 'a lamp'],
    ],
    isLeftOut: true,
  };
  assert.deepEqual(said(correction(10, 20)), byPerson);
  const byBound = said(correction(5, 30, { origin: 'bound', note: '9 Wh' }));
  assert.deepEqual(byBound.lines[1], ['', 'more than the subscribed power allows']);
});

test('of a part that is left out its times are said, of several how many, without a reason that is not of all', () => {
  const one = said(correction(12, 14, { note: '' }));
  assert.deepEqual(one, { lines: [['left out', '2026-06-01 12:12–12:14']], isLeftOut: false });
  const two = said(correction(5, 12), correction(15, 16, { origin: 'bound' }));
  assert.deepEqual(two.lines, [['left out', '2 stretches']]);
});

test('other corrections are named, and those beside the row or taken back are not', () => {
  assert.deepEqual(said(correction(0, 30, { kind: 'scale', factor: 2 })).lines, [['', 'corrected']]);
  const none = [correction(0, 10), correction(20, 30), correction(10, 20, { undoneMs: START })];
  assert.deepEqual(said(...none), { lines: [], isLeftOut: false });
});

test('what is left out of one sensor and measured by another is not said to be left out', () => {
  const columns = windowColumns(
    {
      ...NO_WINDOWS,
      starts: Float64Array.of(START),
      durationsMs: Float64Array.of(MINUTE_MS),
      energyWh: Float64Array.of(15),
      powerW: Float64Array.of(900),
    },
    START,
    START + 2 * MINUTE_MS,
  );
  const context = { format, offPeak: [], measurable: { fromMs: START, toMs: START + 9 * MINUTE_MS } };
  const corrections = [correction(0, 2)];
  const words = [0, 1].map((row) =>
    describeRow(createDataset(columns, MINUTE_MS), row, { ...context, corrections }).lines.map(
      ([, value]) => value,
    ),
  );
  assert.equal(words[0]?.includes('left out'), false);
  assert.deepEqual(words[1], ['left out', 'a lamp']);
});

test('of what is corrected no flashes are told, for they were not counted', () => {
  const counted = {
    ...NO_WINDOWS,
    starts: Float64Array.of(START, START + 5_000),
    durationsMs: Float64Array.of(5_000, 5_000),
    energyWh: Float64Array.of(2, 3),
    powerW: Float64Array.of(1_440, 2_160),
  };
  const dataset = createDataset(windowColumns(counted, START, START + 10_000), 5_000);
  const context = { format, offPeak: [], measurable: { fromMs: START, toMs: START + MINUTE_MS } };
  const energyOf = (corrections: CorrectionInfo[]) =>
    describeRow(dataset, 0, { ...context, corrections }).lines.find(([name]) => name === 'energy')?.[1];
  assert.match(energyOf([]) ?? '', /2 flashes/);
  assert.doesNotMatch(energyOf([correction(0, 1, { kind: 'scale', factor: 2 })]) ?? 'flash', /flash/);
});
