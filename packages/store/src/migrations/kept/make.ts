// Makes the store to keep of this program's schema, and what it holds beside it: `node make.ts <folder>`. It also runs over
// the programs of older schemas, and leaves out what they can not hold.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import type { Points } from '@kilowink/core/series';
import { openSqliteStore } from '../../index.ts';
import type { Reading, Store } from '../../store.ts';
import { SCHEMA_VERSION } from '../index.ts';
import { type AnyReader, KEPT_START_MS, readContents } from './read-contents.ts';

type AnyStore = AnyReader &
  Pick<
    Store,
    | 'ensureSeries'
    | 'createRun'
    | 'putWindows'
    | 'setTimeline'
    | 'putSourceState'
    | 'addPoints'
    | 'flush'
    | 'seal'
    | 'close'
  > &
  Partial<Store>;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const STEP_MS = 50_000;
const WINDOWS = (2 * DAY_MS + 2 * HOUR_MS) / STEP_MS;

const NEW_METER: Reading = {
  ...{ atMs: KEPT_START_MS + 2 * DAY_MS + 2 * HOUR_MS, indexWh: 12_360_000, resolutionWh: 1_000 },
  origin: 'person',
  isReplaced: true,
};

/** Numbers of no pattern, the same each time. */
function valueAt(number: number, below: number): number {
  return (Math.imul(number + 1, 2_654_435_761) >>> 16) % below;
}

/** A sensor's two sealed days and two hours; half an hour and ten windows never came, of which the energy is known. */
function putSensor(store: AnyStore): void {
  const series = store.ensureSeries({
    source: 'optical/a',
    quantity: 'energy',
    unit: 'Wh',
    name: 'Compteur d’été',
  });
  const first = { fromNumber: 0, startMs: KEPT_START_MS, intervalMs: STEP_MS };
  const run = store.createRun({ series, timeline: [first], ...(SCHEMA_VERSION >= 2 ? { boot: 7 } : {}) });
  const isMissing = (number: number) =>
    (number >= 2_000 && number < 2_036) || (number >= 3_500 && number < 3_510);
  const numbers = Array.from({ length: WINDOWS }, (_, number) => number).filter(
    (number) => !isMissing(number),
  );
  store.putWindows(
    run,
    numbers.map((number) => ({
      number,
      value: valueAt(number, 40),
      reports: 1 + valueAt(number, 3),
      disagreements: number % 500 === 0 ? 1 : 0,
      ...(SCHEMA_VERSION >= 2 && number % 4 === 1 ? { lastFlashMs: valueAt(number, STEP_MS) } : {}),
    })),
  );
  // The sensor's clock ran late by then.
  store.setTimeline(run, [
    first,
    { fromNumber: 3_470, startMs: KEPT_START_MS + 3_470 * STEP_MS + 1_500, intervalMs: STEP_MS },
  ]);
  store.replaceRecovered?.(
    run,
    [],
    [
      { fromNumber: 2_000, toNumber: 2_036, value: 1_212 },
      { fromNumber: 3_500, toNumber: 3_510, value: 3 },
    ],
  );
  store.putSourceState('optical/a', JSON.stringify({ last: WINDOWS - 1, note: 'é' }));
}

/** What an import brought: half hours in mWh, and one value for a day. */
function putImport(store: AnyStore): void {
  const series = store.ensureSeries({ source: 'import/b', quantity: 'energy', unit: 'mWh', name: 'Import' });
  const starts = Array.from(
    { length: 60 },
    (_, index) => KEPT_START_MS + 7 * MINUTE_MS + index * 30 * MINUTE_MS,
  );
  const points = starts.map((startMs, index): [number, number, number] => [
    startMs,
    30 * MINUTE_MS,
    valueAt(index, 900_000),
  ]);
  points.push([KEPT_START_MS + 40 * HOUR_MS, DAY_MS, 8_123_456]);
  store.addPoints(series, columnsOf(points));
}

/** A meter that speaks for itself: an hour by the minute with a gap, a gauge, what its index showed, what happened. */
function putMeter(store: AnyStore): void {
  const energy = store.ensureSeries({ source: 'tic/c', quantity: 'energy', unit: 'Wh', name: 'Linky' });
  const startMs = KEPT_START_MS + 2 * DAY_MS;
  const minutes = Array.from({ length: 60 }, (_, index) => index).filter(
    (index) => index < 20 || index >= 35,
  );
  const atMinute = (index: number, value: number): [number, number, number] => [
    startMs + index * MINUTE_MS,
    MINUTE_MS,
    value,
  ];
  store.addPoints(energy, columnsOf(minutes.map((index) => atMinute(index, valueAt(index, 100)))));
  store.putRecoveredSpan?.(energy, {
    fromMs: startMs + 20 * MINUTE_MS,
    toMs: startMs + 35 * MINUTE_MS,
    value: 301,
  });
  const power = store.ensureSeries({
    source: 'tic/c',
    quantity: 'apparentPower',
    unit: 'VA',
    name: 'Linky VA',
  });
  store.addPoints(power, columnsOf(minutes.map((index) => atMinute(index, valueAt(index, 6_000)))));
  store.putSourceState('tic/c', '{"contract":"base"}');
  store.putReadings?.(energy, [
    { atMs: startMs, indexWh: 12_345_678, origin: 'meter' },
    {
      atMs: startMs,
      indexWh: 12_345_000,
      origin: 'person',
      ...(SCHEMA_VERSION >= 5 ? { resolutionWh: 1_000 } : {}),
    },
    { atMs: startMs + HOUR_MS, indexWh: 12_348_000, origin: 'file' },
    ...(SCHEMA_VERSION >= 6 ? [NEW_METER] : []),
  ]);
  store.putEvents?.([
    { source: 'tic/c', atMs: startMs, kind: 'tariffPeriod', data: { to: 'HP', from: null } },
    { source: 'tic/c', atMs: startMs + MINUTE_MS, kind: 'overload', data: { phases: [1], overCurrentA: 46 } },
    { source: 'optical/a', atMs: startMs + MINUTE_MS, kind: 'sensorBoot', data: {} },
  ]);
}

function putCorrections(store: AnyStore): void {
  const madeMs = KEPT_START_MS + 3 * DAY_MS;
  const range = { fromMs: KEPT_START_MS + 10 * HOUR_MS, toMs: KEPT_START_MS + 12 * HOUR_MS };
  const common = { series: 1, ...range, origin: 'person', madeMs } as const;
  const made = store.putCorrections?.([
    { ...common, kind: { kind: 'bad' }, note: 'lampe' },
    { ...common, kind: { kind: 'scale', factor: 1.01 }, note: '' },
    { ...common, kind: { kind: 'total', energy: 5_000, into: 'gaps' }, note: 'index', origin: 'bound' },
  ]);
  const [, second] = made ?? [];
  if (second !== undefined) store.undoCorrection?.(second.id, madeMs + 1);
}

function columnsOf(
  points: readonly (readonly [startMs: number, durationMs: number, value: number])[],
): Points {
  return {
    starts: Float64Array.from(points, ([startMs]) => startMs),
    durationsMs: Float64Array.from(points, ([, durationMs]) => durationMs),
    values: Float64Array.from(points, ([, , value]) => value),
    reports: null,
    disagreements: null,
  };
}

const [folder = ''] = process.argv.slice(2);
const nowMs = KEPT_START_MS + 2 * DAY_MS + 3 * HOUR_MS;
let elapsedMs = 0;
const clock = { wallMs: () => nowMs, monotonicMs: () => elapsedMs };
const data = join(folder, 'data');
const store: AnyStore = openSqliteStore({ folder: data, clock });
putSensor(store);
putImport(store);
store.flush();
store.seal(KEPT_START_MS + 2 * DAY_MS);
elapsedMs += MINUTE_MS;
// After sealing, so that groups of several kinds stand one behind the other.
if (SCHEMA_VERSION >= 3) putMeter(store);
if (SCHEMA_VERSION >= 5) putCorrections(store);
store.flush();
store.close();
const again = openSqliteStore({ folder: data, clock });
const contents = readContents(again);
again.close();
const params = { [constants.ZSTD_c_compressionLevel]: 19 };
const name = join(folder, `schema-${SCHEMA_VERSION}`);
writeFileSync(`${name}.sqlite.zst`, zstdCompressSync(readFileSync(join(data, 'kilowink.db')), { params }));
writeFileSync(`${name}.json`, JSON.stringify(contents, null, 2));
