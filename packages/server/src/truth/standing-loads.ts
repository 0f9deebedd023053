import { STANDING_DAYS_MAX, type StandingLoadAnswer } from '@kilowink/api';
import { concatPoints, kindOf, type Points, pickPoints } from '@kilowink/core/series';
import { type StandingLoad, standingLoad } from '@kilowink/core/series/power';
import { bucketEdges, findStep } from '@kilowink/core/time';
import type { SeriesInfo, StoredCorrection } from '@kilowink/store';
import { serverError } from '../errors.ts';
import type { EnergyReader } from './energy-reader.ts';
import { quietestHour } from './quietest-hour.ts';
import type { Range } from './read-how.ts';

/**
 * What the house draws when nobody does anything, by day of the site. What is corrected is left out, but for a scale,
 * which scales it. Throws `standing-load/days` and `standing-load/unit`.
 */
export function standingLoads(
  reader: EnergyReader,
  series: SeriesInfo,
  { range, zone }: { range: Range; zone: string },
): StandingLoadAnswer {
  if (kindOf(series.quantity) === 'mean') {
    throw serverError('standing-load/unit', { id: series.id });
  }
  const step = findStep('1d');
  const edges = step === undefined || range.fromMs >= range.toMs ? [] : bucketEdges(range, step, zone);
  const count = Math.max(edges.length - 1, 0);
  if (count > STANDING_DAYS_MAX) throw serverError('standing-load/days', { count, max: STANDING_DAYS_MAX });
  const days = Array.from({ length: count }, (_, day) =>
    standingLoadOf(reader, series, { fromMs: edges[day] ?? 0, toMs: edges[day + 1] ?? 0 }),
  );
  return { series: series.id, zone, days };
}

function standingLoadOf(
  reader: EnergyReader,
  series: SeriesInfo,
  day: Range,
): StandingLoadAnswer['days'][number] {
  const corrections = reader.corrections(series, day);
  const points = concatPoints([...reader.points(series, day)]);
  const kept = without(points, corrections);
  const quietest = kept.starts.length === 0 ? null : quietestOf(kept, series);
  const factor = quietest === null ? 1 : factorAt(corrections, quietest.fromMs);
  const rounded = (powerW: number) => Math.round(powerW * factor * 10) / 10;
  return {
    ...day,
    powerW: quietest === null ? null : rounded(quietest.powerW),
    uncertaintyW: quietest === null ? null : rounded(quietest.uncertaintyW),
    quietestMs: quietest?.fromMs ?? null,
  };
}

/** Counts of whole Wh tell more through their flashes than by their sums. */
function quietestOf(points: Points, { unit }: SeriesInfo): StandingLoad | null {
  return unit === 'Wh' ? standingLoad(points) : quietestHour(points, unit);
}

/** The points outside of what was marked bad or given a total: what stands there was not measured. */
function without(points: Points, corrections: readonly StoredCorrection[]): Points {
  const gone = corrections.filter(({ kind }) => kind.kind !== 'scale');
  if (gone.length === 0) return points;
  const kept: number[] = [];
  for (const [index, startMs] of points.starts.entries()) {
    const midMs = startMs + (points.durationsMs[index] as number) / 2;
    if (!gone.some(({ fromMs, toMs }) => midMs >= fromMs && midMs < toMs)) kept.push(index);
  }
  return kept.length === points.starts.length ? points : pickPoints(points, kept);
}

function factorAt(corrections: readonly StoredCorrection[], atMs: number): number {
  return corrections.reduce(
    (factor, { kind, fromMs, toMs }) =>
      kind.kind === 'scale' && atMs >= fromMs && atMs < toMs ? factor * kind.factor : factor,
    1,
  );
}
