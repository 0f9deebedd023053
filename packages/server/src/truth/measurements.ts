import { UNITS_PER_WH } from '@kilowink/core/series';
import type { SeriesId, SeriesInfo, StoreReader } from '@kilowink/store';
import type { LoadedConfig } from '../config/index.ts';

/** A measurement of the configuration: sources that watch one meter. */
export type MeasurementConfig = LoadedConfig['config']['measurements'][number];

/** One measurement that several series are chosen from. */
export interface Measurement {
  /** The series that pages see; its id is 1,000,000 or more. */
  readonly info: SeriesInfo;
  /** The better source first. */
  readonly members: readonly SeriesInfo[];
}

/** Ids from here on are those of measurements: no store has so many series. */
export const MEASUREMENT_ID_MIN = 1_000_000;
const MEASUREMENT_IDS = 1_000_000;

/**
 * The id of a measurement follows from what the configuration calls it, so it stays when others are added or moved.
 * 32-bit FNV-1a.
 */
export function measurementId(id: string): SeriesId {
  let hash = 0x811c9dc5;
  for (const letter of id) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return MEASUREMENT_ID_MIN + (hash % MEASUREMENT_IDS);
}

/** The measurements of which the store has at least one source. */
export function findMeasurements(
  store: StoreReader,
  configured: readonly MeasurementConfig[],
): Measurement[] {
  if (configured.length === 0) return [];
  const known = store.listSeries().filter(({ quantity }) => quantity === 'energy');
  return configured.flatMap((each): Measurement[] => {
    const found = known.filter(({ source }) => each.sources.includes(source));
    const members = found
      .map((series) => ({ series, rank: rankOf(store, series), place: each.sources.indexOf(series.source) }))
      .sort((one, other) => other.rank - one.rank || one.place - other.place)
      .map(({ series }) => series);
    return members.length === 0 ? [] : [{ info: infoOf(each, members), members }];
  });
}

/** How well a source resolves: an index of the meter, flashes dated by the sensor, flashes by window, a file. */
function rankOf(store: StoreReader, { id, source }: SeriesInfo): number {
  if (source.startsWith('tic/')) return 4;
  if (source.startsWith('import/')) return 1;
  return store.listRuns(id, 1)[0]?.boot === undefined ? 2 : 3;
}

function infoOf({ id, name = id }: MeasurementConfig, members: readonly SeriesInfo[]): SeriesInfo {
  const firsts = members.flatMap(({ firstMs }) => firstMs ?? []);
  const lasts = members.flatMap(({ lastMs }) => lastMs ?? []);
  return {
    ...{ id: measurementId(id), name, source: `measurement/${id}`, quantity: 'energy' },
    unit: members.some(({ unit }) => UNITS_PER_WH[unit] > 1) ? 'mWh' : 'Wh',
    firstMs: firsts.length === 0 ? null : Math.min(...firsts),
    lastMs: lasts.length === 0 ? null : Math.max(...lasts),
  };
}
