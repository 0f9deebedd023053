import { STANDING_DAYS_MAX, type StandingLoadAnswer } from '@kilowink/api';
import { concatPoints, kindOf, type Points, pickPoints } from '@kilowink/core/series';
import { type StandingLoad, standingLoad } from '@kilowink/core/series/power';
import { bucketEdges, type EpochMs, findStep } from '@kilowink/core/time';
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
  // Each source of a measurement has corrections of its own.
  const parts = [...reader.pointsBySource(series, day)].map(
    ({ source, points }): Part => ({ points, corrections: reader.corrections(source, day) }),
  );
  const kept = concatPoints(parts.map(uncorrected));
  const quietest = kept.starts.length === 0 ? null : quietestOf(kept, series, factorIn(parts));
  const rounded = (powerW: number) => Math.round(powerW * 10) / 10;
  return {
    ...day,
    powerW: quietest === null ? null : rounded(quietest.powerW),
    uncertaintyW: quietest === null ? null : rounded(quietest.uncertaintyW),
    quietestMs: quietest?.fromMs ?? null,
  };
}

/** What one source measured, with the corrections in force of it. */
interface Part {
  readonly points: Points;
  readonly corrections: readonly StoredCorrection[];
}

/** Counts of whole Wh tell more through their flashes than by their sums. */
function quietestOf(
  points: Points,
  { unit }: SeriesInfo,
  factorAt: (atMs: EpochMs) => number,
): StandingLoad | null {
  return unit === 'Wh' ? standingLoad(points, factorAt) : quietestHour(points, unit, factorAt);
}

/** The points outside of what was marked bad or given a total: what stands there was not measured. */
function uncorrected({ points, corrections }: Part): Points {
  const gone = corrections.filter(({ kind }) => kind.kind !== 'scale');
  if (gone.length === 0) return points;
  const kept: number[] = [];
  for (const [index, startMs] of points.starts.entries()) {
    const midMs = startMs + (points.durationsMs[index] as number) / 2;
    if (!gone.some(({ fromMs, toMs }) => midMs >= fromMs && midMs < toMs)) kept.push(index);
  }
  return kept.length === points.starts.length ? points : pickPoints(points, kept);
}

/** By what each instant is scaled, by the corrections of the source that it is taken from. */
function factorIn(parts: readonly Part[]): (atMs: EpochMs) => number {
  const isScaled = parts.some(({ corrections }) => corrections.some(({ kind }) => kind.kind === 'scale'));
  if (!isScaled) return () => 1;
  return (atMs) => {
    const part = parts.findLast(({ points }) => (points.starts[0] ?? atMs) <= atMs) ?? parts[0];
    return (part?.corrections ?? []).reduce(
      (factor, { kind, fromMs, toMs }) =>
        kind.kind === 'scale' && atMs >= fromMs && atMs < toMs ? factor * kind.factor : factor,
      1,
    );
  };
}
