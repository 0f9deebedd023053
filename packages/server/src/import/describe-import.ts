import { BAD_ROWS_SHOWN, type ImportAnswer, type ImportPart } from '@kilowink/api';
import type { EnedisExport } from '@kilowink/core/enedis';
import type { StoreReader } from '@kilowink/store';
import { type PlannedSeries, plannedSeries, type StoredExport, type Targeted } from '../enedis/index.ts';
import { type EnedisImport, targetedOf } from './enedis-import.ts';

/**
 * What was understood of a file, and what taking it in would do to what `reader` has; null where there is no store yet. Throws
 * `file/unit`.
 */
export function describeImport(
  found: EnedisImport,
  reader: StoreReader | null,
): Omit<ImportAnswer, 'written'> {
  const { name, zone, skipped, isOpen } = found;
  const parts = targetedOf(found).map((each) => describePart(each, plannedSeries(reader, each)));
  return { name, zone, parts, skipped: [...skipped], isOpen };
}

/** What came of it. */
export function describeStored({
  added,
  repeated,
  overlapping,
  readings,
}: StoredExport): ImportAnswer['written'] {
  return { added, repeated, overlapping, readings };
}

function describePart({ of }: Targeted, planned: readonly PlannedSeries[]): ImportPart {
  const { kind, direction, meter, unit, addedUp, stamped, stampsEnd, stampsBy, bad } = of;
  return {
    ...{ kind, direction, meter, unit },
    values: unit === null ? 'index' : unit === 'W' || unit === 'kW' ? 'power' : 'energy',
    addedUp: [...addedUp],
    intervals: kind === 'curve' ? of.steps.map(({ stepMs, rows }) => ({ intervalMs: stepMs, rows })) : [],
    stamps: { side: stampsEnd ? 'end' : 'start', by: stampsBy, zoned: stamped },
    ...extentOf(of),
    energyWh: kind === 'index' ? null : of.points.values.reduce((sum, value) => sum + value, 0) / 1_000,
    rows: rowsOf(of, planned),
    readings: kind === 'index' ? readingsOf(of, planned) : null,
    badRows: bad.slice(0, BAD_ROWS_SHOWN).map(({ row, expected, found }) => ({ row, expected, found })),
    series: planned.map(({ definition: { source, name, quantity }, existing }) => ({
      ...{ id: existing?.id ?? null, source, name: existing?.name ?? name },
      quantity: quantity === 'injectedEnergy' ? ('injectedEnergy' as const) : ('energy' as const),
    })),
  };
}

function rowsOf(of: EnedisExport, planned: readonly PlannedSeries[]): ImportPart['rows'] {
  const sum = (pick: (each: PlannedSeries) => number) =>
    planned.reduce((total, each) => total + pick(each), 0);
  const fresh = sum(({ share }) => share.fresh.starts.length);
  const stored = sum(({ share }) => share.stored);
  const overlapping = sum(({ share }) => share.overlapping);
  return {
    ...{ right: fresh + stored + overlapping, fresh, stored, overlapping },
    ...{ empty: of.emptyRows, repeated: of.repeatedRows, contradicting: of.contradictingRows },
    bad: of.bad.length,
  };
}

function readingsOf({ readings }: EnedisExport, planned: readonly PlannedSeries[]): ImportPart['readings'] {
  return {
    count: readings.length,
    fresh: planned.reduce((total, each) => total + each.readings, 0),
    registers: [...new Set(readings.map(({ register }) => register))],
  };
}

/** From the first begin to the last end; of indexes from the first reading to the last. */
function extentOf({ kind, points, readings }: EnedisExport): Pick<ImportPart, 'fromMs' | 'toMs'> {
  if (kind === 'index') {
    const times = readings.map(({ atMs }) => atMs);
    return { fromMs: lowest(times), toMs: times.reduce((one, other) => Math.max(one, other), 0) };
  }
  const ends = points.starts.map((startMs, index) => startMs + (points.durationsMs[index] as number));
  return { fromMs: points.starts[0] ?? 0, toMs: ends.at(-1) ?? 0 };
}

function lowest(times: readonly number[]): number {
  return times.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
}
