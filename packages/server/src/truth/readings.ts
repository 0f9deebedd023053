import type { ReadingInfo } from '@kilowink/api';
import type { ErrorDetails } from '@kilowink/core/error';
import { type EpochMs, MINUTE_MS } from '@kilowink/core/time';
import { type IndexReading, type IndexUnit, isFalling, isTooFast, parseIndex } from '@kilowink/core/truth';
import type { Reading, SeriesInfo } from '@kilowink/store';
import { serverError } from '../errors.ts';
import type { EnergyReader } from './energy-reader.ts';

/** A reading of a display as somebody gives it. */
export interface AskedReading {
  readonly atMs: EpochMs;
  /** As the display shows it. */
  readonly index: string;
  readonly unit?: IndexUnit | undefined;
  readonly resolutionWh?: number | undefined;
  /** The meter was replaced: nothing is known from the index before. */
  readonly replaced?: boolean | undefined;
}

/** A reading that can be kept, in the series that keeps it, and the one before it. */
export interface CheckedReading {
  readonly series: SeriesInfo;
  readonly reading: Reading;
  readonly previous: Reading | null;
}

const ALWAYS = { fromMs: -8.64e15, toMs: 8.64e15 };

/** What is said of a reading whose coarseness nobody told: a meter counts Wh, a display shows kWh. */
const RESOLUTION_WH = { meter: 1, file: 1, person: 1_000 } as const;

/** The readings of the meter that a series measures, by whichever sensor they came; ascending. */
export function readingsOf(reader: EnergyReader, series: SeriesInfo, range = ALWAYS): Reading[] {
  return reader
    .onSameMeter(series)
    .flatMap(({ id }) => reader.store.readReadings(id, range.fromMs, range.toMs))
    .sort((one, other) => one.atMs - other.atMs);
}

/** How coarse a reading is. */
export function resolutionOf({ resolutionWh, origin }: Reading): number {
  return resolutionWh ?? RESOLUTION_WH[origin];
}

/** Checks a reading against those around it. Throws `reading/refused`, which says what was expected. */
export function checkedReading(
  reader: EnergyReader,
  series: SeriesInfo,
  { asked, nowMs }: { asked: AskedReading; nowMs: EpochMs },
): CheckedReading {
  if (series.quantity !== 'energy')
    refuse('no-energy', `series ${series.id} is ${series.quantity}; a display shows energy`);
  if (asked.atMs > nowMs + MINUTE_MS)
    refuse('future', `at: expected a time up to now (${utcText(nowMs)}), ${utcText(asked.atMs)} came`);
  const shown = parseIndex(asked.index, asked.unit);
  if (!shown.ok) return refuse('index', shown.fault.message, { index: asked.index });
  const { indexWh, resolutionWh } = shown.value;
  const reading: Reading = {
    atMs: Math.round(asked.atMs),
    indexWh,
    origin: 'person',
    resolutionWh: asked.resolutionWh ?? resolutionWh,
    ...(asked.replaced === true ? { isReplaced: true } : {}),
  };
  const known = readingsOf(reader, series);
  if (known.some(({ atMs, origin }) => atMs === reading.atMs && origin === 'person')) {
    refuse('known', 'there is one of that moment already: take it away first');
  }
  const previous = known.findLast(({ atMs }) => atMs <= reading.atMs) ?? null;
  const next = known.find(({ atMs }) => atMs > reading.atMs) ?? null;
  if (!reading.isReplaced)
    assertBetween(
      shownOne(reading),
      previous === null ? null : shownOne(previous),
      next === null || next.isReplaced ? null : shownOne(next),
    );
  return { series: reader.measurementOf(series.id)?.members[0] ?? series, reading, previous };
}

/** A reading as the API tells of it. */
export function describeReading({ atMs, indexWh, origin, resolutionWh, isReplaced }: Reading): ReadingInfo {
  return {
    ...{ atMs, indexWh, origin },
    ...(resolutionWh === undefined ? {} : { resolutionWh }),
    ...(isReplaced === undefined ? {} : { replaced: true }),
  };
}

/** Readings in order of time, each with how coarse it is and which meter it is of. */
export function shownOf(readings: readonly Reading[]): IndexReading[] {
  let meter = 0;
  return readings.map((reading) => {
    if (reading.isReplaced) meter += 1;
    return { ...shownOne(reading), meter };
  });
}

function shownOne(reading: Reading): IndexReading {
  return { atMs: reading.atMs, indexWh: reading.indexWh, resolutionWh: resolutionOf(reading) };
}

/**
 * An index only rises, by no more than any home draws; two readings may differ by what the coarser one does not show. Of a meter
 * that was replaced nothing is known.
 */
function assertBetween(
  reading: IndexReading,
  previous: IndexReading | null,
  next: IndexReading | null,
): void {
  const at = ({ atMs }: IndexReading) => `${new Date(atMs).toISOString().slice(0, 16)}Z`;
  const wrong = 'a new meter (replaced), or a wrong digit';
  // As a display shows it, and whoever reads it types.
  const kwh = ({ indexWh }: IndexReading) => `${indexWh / 1_000} kWh`;
  const valuesBeside = (beside: IndexReading) => ({
    readWh: reading.indexWh,
    besideWh: beside.indexWh,
    besideMs: beside.atMs,
  });
  const refuseBeside = (why: string, reason: string, beside: IndexReading) =>
    refuse(why, `${reason}: ${wrong}`, valuesBeside(beside));
  if (previous !== null && isFalling(previous, reading)) {
    const carried = carriedIndex(previous, reading);
    const below = `${kwh(reading)} is below the ${kwh(previous)} of ${at(previous)}`;
    if (carried !== null) {
      const reason = `${below}: ${wrong}; if it began anew at 0, give ${kwh(carried)}`;
      refuse('carried', reason, { ...valuesBeside(previous), carriedWh: carried.indexWh });
    }
    refuseBeside('below', below, previous);
  }
  if (next !== null && isFalling(reading, next))
    refuseBeside('above', `${kwh(reading)} is above the ${kwh(next)} of ${at(next)}`, next);
  if (previous !== null && isTooFast(previous, reading))
    refuseBeside(
      'fast-since',
      `since the ${kwh(previous)} of ${at(previous)} more than any home draws`,
      previous,
    );
  if (next !== null && isTooFast(reading, next))
    refuseBeside('fast-until', `up to the ${kwh(next)} of ${at(next)} more than any home draws`, next);
}

/** Displays have so many digits of kWh. */
const DIGITS = [5, 6];

/** What a display would show had it a digit more, where it may have gone on at 0 after its last number; null where it has not. */
function carriedIndex(previous: IndexReading, reading: IndexReading): IndexReading | null {
  const fullWh = DIGITS.map((digits) => 10 ** digits * 1_000).find((wh) => wh > previous.indexWh);
  if (fullWh === undefined || previous.indexWh < 0.9 * fullWh) return null;
  const carried = { ...reading, indexWh: reading.indexWh + fullWh };
  return isTooFast(previous, carried) ? null : carried;
}

function utcText(atMs: EpochMs): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}

function refuse(why: string, reason: string, values: ErrorDetails = {}): never {
  throw serverError('reading/refused', { reason, why, ...values });
}
