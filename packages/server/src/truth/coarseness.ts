import { UNITS_PER_WH } from '@kilowink/core/series';
import type { SeriesInfo } from '@kilowink/store';
import type { EnergyReader } from './energy-reader.ts';
import type { Range } from './read-how.ts';

/** Suppliers tell days, and the indexes that they follow from, in whole kWh. */
const COARSE_WH = 1_000;

/** So many different values are whole only because they were cut. */
const VALUES_MIN = 5;

/** By how much two values of a file may be off together because it tells whole kWh only; 0 where it tells more. */
export function coarsenessWh(reader: EnergyReader, series: SeriesInfo, { fromMs, toMs }: Range): number {
  if (!series.source.startsWith('import/')) return 0;
  const step = COARSE_WH * UNITS_PER_WH[series.unit];
  const seen = new Set<number>();
  for (const { values } of reader.store.readPoints(series.id, fromMs, toMs)) {
    for (const value of values) {
      if (value % step !== 0) return 0;
      seen.add(value);
    }
  }
  return seen.size >= VALUES_MIN ? COARSE_WH : 0;
}
