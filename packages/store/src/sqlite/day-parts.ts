import {
  type Kind,
  lowerBound,
  NO_POINTS,
  type Points,
  pickPoints,
  slicePoints,
  sortPoints,
} from '@kilowink/core/series';
import { DAY_MS, type EpochMs, utcDay } from '@kilowink/core/time';
import { isPointStorable, isTimeStorable } from '../limits.ts';

/** Points that have their midpoints in one UTC day. */
export interface DayPart {
  readonly day: number;
  readonly points: Points;
}

/** The points that can be stored, by ascending start, each start once; how many were left out, and why. */
export interface CleanPoints {
  readonly clean: Points;
  readonly refused: number;
  readonly repeated: number;
}

/** Leaves out what a series of that kind cannot store and what repeats a start. Sound points come back as they are. */
export function cleanPoints(points: Points, kind: Kind): CleanPoints {
  const { starts, durationsMs, values } = points;
  let isClean = true;
  for (let index = 0; index < starts.length && isClean; index += 1) {
    isClean =
      isSound(points, index, kind) &&
      (index === 0 || (starts[index] as number) > (starts[index - 1] as number));
  }
  if (isClean) return { clean: points, refused: 0, repeated: 0 };
  const storable: number[] = [];
  for (let index = 0; index < starts.length; index += 1)
    if (isSound(points, index, kind)) storable.push(index);
  const refused = starts.length - storable.length;
  const sorted = sortPoints(
    refused === 0 ? { ...points, durationsMs, values } : pickPoints(points, storable),
  );
  const kept: number[] = [];
  for (let index = 0; index < sorted.starts.length; index += 1) {
    if (index === 0 || sorted.starts[index] !== sorted.starts[index - 1]) kept.push(index);
  }
  const repeated = sorted.starts.length - kept.length;
  return { clean: repeated === 0 ? sorted : pickPoints(sorted, kept), refused, repeated };
}

function isSound(points: Points, index: number, kind: Kind): boolean {
  const durationMs = points.durationsMs[index] as number;
  return (
    isPointStorable(points.values[index] as number, durationMs, kind) &&
    isTimeStorable(points.starts[index] as number, durationMs)
  );
}

/** The points cut where the day of their midpoint changes; at least one point. */
export function cutByDay(points: Points): DayPart[] {
  const { starts, durationsMs } = points;
  const parts: DayPart[] = [];
  let from = 0;
  let day = midDay(points, 0);
  for (let index = 1; index <= starts.length; index += 1) {
    if (index < starts.length) {
      const midMs = (starts[index] as number) + (durationsMs[index] as number) / 2;
      if (midMs >= day * DAY_MS && midMs < (day + 1) * DAY_MS) continue;
    }
    const isWhole = from === 0 && index === starts.length;
    parts.push({ day, points: isWhole ? points : slicePoints(points, from, index) });
    from = index;
    if (index < starts.length) day = midDay(points, index);
  }
  return parts;
}

function midDay(points: Points, index: number): number {
  return utcDay((points.starts[index] as number) + (points.durationsMs[index] as number) / 2);
}

/** The longest of some durations, ms; 0 where there is none. */
export function longestOf(durationsMs: Float64Array): number {
  let longestMs = 0;
  for (let index = 0; index < durationsMs.length; index += 1)
    longestMs = Math.max(longestMs, durationsMs[index] as number);
  return longestMs;
}

/** Starts that are taken within some range of time: ascending columns, and single ones of what is not sealed. */
export interface TakenStarts {
  readonly columns: readonly Float64Array[];
  readonly hot: ReadonlySet<number>;
}

/** A stretch of starts on a day, both ends included. */
export interface StartRange {
  readonly day: number;
  readonly firstMs: EpochMs;
  readonly lastMs: EpochMs;
}

/**
 * The columns of starts that reach into the range, whatever day their midpoint put them on. `stored` gives the points of a
 * day, `longestMs` is the longest duration among them.
 */
export function columnsWithin(
  { day, firstMs, lastMs }: StartRange,
  stored: (day: number) => Points | null,
  longestMs: number,
): Float64Array[] {
  const taken: Float64Array[] = [];
  const lastDay = utcDay(lastMs + longestMs / 2);
  for (let other = Math.min(day, utcDay(firstMs)); other <= lastDay; other += 1) {
    const starts = stored(other)?.starts ?? NO_POINTS.starts;
    const from = lowerBound(starts, firstMs);
    if (from < starts.length && (starts[from] as number) <= lastMs) taken.push(starts);
  }
  return taken;
}

/** The points whose starts are not taken. */
export function freshPoints(points: Points, { columns, hot }: TakenStarts): Points {
  if (columns.length === 0 && hot.size === 0) return points;
  const { starts } = points;
  const kept: number[] = [];
  for (let index = 0; index < starts.length; index += 1) {
    const startMs = starts[index] as number;
    if (hot.has(startMs)) continue;
    if (!columns.some((column) => column[lowerBound(column, startMs)] === startMs)) kept.push(index);
  }
  return kept.length === starts.length ? points : pickPoints(points, kept);
}
