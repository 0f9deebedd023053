import { basename } from 'node:path';
import type { ImportFormat, ImportSummary } from '@kilowink/core/import';
import { type Points, type SeriesDefinition, UNITS_PER_WH } from '@kilowink/core/series';
import type { SeriesInfo, StoreReader } from '@kilowink/store';
import { cliError } from '../errors.ts';
import { describeSeries, findSeries } from './find-series.ts';

/** Where a file's points go: a series that is there, or one to be made. */
export interface ImportTarget {
  /** Null when it has still to be made. */
  readonly existing: SeriesInfo | null;
  readonly source: string;
  readonly name: string;
}

/**
 * The series that `--series` names, else the one made from this file before (same source), else a new one:
 * `import/<file name without its endings>`, so that importing a file again finds its series again.
 */
export function chooseTarget(
  store: StoreReader | null,
  options: { path: string; series: string | undefined; name: string | undefined },
): ImportTarget {
  const known = store?.listSeries() ?? [];
  if (options.series !== undefined) {
    const existing = findSeries(known, options.series);
    return { existing, source: existing.source, name: existing.name };
  }
  const stem = basename(options.path)
    .replace(/\.gz$/i, '')
    .replace(/\.[^.]+$/, '');
  const slug = stem
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  const source = `import/${slug || 'file'}`;
  const existing = known.find((each) => each.source === source) ?? null;
  return { existing, source, name: existing?.name ?? options.name ?? (stem || 'import') };
}

/**
 * What a file that was read is stored as. Throws `import/changed` when another import made the series meanwhile with
 * another unit, or it went away.
 */
export function definitionOf(
  store: StoreReader,
  { path, target, summary }: { path: string; target: ImportTarget; summary: ImportSummary },
): SeriesDefinition {
  const { source, name, existing } = target;
  const unit = existing?.unit ?? summary.format.unit;
  const now = store.listSeries().find((each) => each.source === source && each.quantity === 'energy');
  if (now === undefined ? existing !== null : now.unit !== unit)
    throw cliError('import/changed', { path, source });
  return { source, name, quantity: 'energy', unit };
}

/** Points in the unit of a series. Throws `import/unit` when it is too coarse for them. */
export function toUnit(points: Points, format: ImportFormat, series: SeriesInfo): Points {
  if (format.unit === series.unit) return points;
  assertUnitFits(format, series);
  const factor = UNITS_PER_WH[series.unit] / UNITS_PER_WH[format.unit];
  return { ...points, values: points.values.map((value) => value * factor) };
}

/** Throws `import/unit` when the series counts in a coarser unit than the file. */
export function assertUnitFits(format: ImportFormat, series: SeriesInfo | null): void {
  if (series === null || UNITS_PER_WH[series.unit] >= UNITS_PER_WH[format.unit]) return;
  throw cliError('import/unit', { series: describeSeries(series), unit: series.unit });
}
