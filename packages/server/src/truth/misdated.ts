import { DAY_MS, type EpochMs, HOUR_MS } from '@kilowink/core/time';
import type { Reading, SeriesInfo } from '@kilowink/store';
import { compareReadings } from './comparison.ts';
import type { EnergyReader } from './energy-reader.ts';

/** By how much people mistake when they read a display: another day, the hour of summer, the other half of the day. */
const SLIPS_MS = [DAY_MS, HOUR_MS, DAY_MS / 2, 2 * DAY_MS].flatMap((ms) => [-ms, ms]);

/**
 * When a reading was made if not when it is said: where it does not agree with what was measured since the one before, but
 * would a day or some hours earlier or later. Null where it agrees, or no such time is right.
 */
export function likelyMoment(
  reader: EnergyReader,
  series: SeriesInfo,
  { readings, subscribedVa }: { readings: readonly [Reading, Reading]; subscribedVa: number | null },
): EpochMs | null {
  const [previous, reading] = readings;
  const agreesAt = (atMs: EpochMs) => {
    if (atMs <= previous.atMs) return false;
    const moved = { ...reading, atMs };
    const period = compareReadings(reader, series, { readings: [previous, moved], subscribedVa });
    return period?.verdict === 'agrees';
  };
  if (agreesAt(reading.atMs)) return null;
  // Of a time that nothing was measured up to nothing is known. The reading itself may well be of now, seconds after the last report.
  const isKnown = (atMs: EpochMs) => atMs <= (series.lastMs ?? 0);
  const slip = SLIPS_MS.find((ms) => isKnown(reading.atMs + ms) && agreesAt(reading.atMs + ms));
  return slip === undefined ? null : reading.atMs + slip;
}
