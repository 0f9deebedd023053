import { kindOf, NO_POINTS, type Points } from '@kilowink/core/series';
import { ColumnRoom, POWER_CONTEXT_MS, powerFromFlashes } from '@kilowink/core/series/power';
import { type EpochMs, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';
import type { SeriesInfo, StoreReader } from '@kilowink/store';

/** Longer buckets hold so many flashes that one more or less does not show. */
const STEP_MAX_MS = MINUTE_MS;
/** A day costs some 10 ms: what asks for more gets counts. */
const RANGE_MAX_MS = 36 * HOUR_MS;

/** For what is looked at only until a power is found: starts, durations, values, edges, places. */
const room = new ColumnRoom(5);

/** The power that flashes tell between `edges`, W, NaN where nothing was measured; null where counts are as good. */
export function drawnBucketPower(
  store: StoreReader,
  series: SeriesInfo,
  edges: Float64Array,
): Float64Array | null {
  const [fromMs, toMs] = [edges[0] ?? 0, edges.at(-1) ?? 0];
  const stepMs = (edges[1] ?? Number.POSITIVE_INFINITY) - fromMs;
  if (!countsFlashes(series) || stepMs > STEP_MAX_MS || toMs - fromMs > RANGE_MAX_MS) return null;
  return powerFromFlashes(readWithContext(store, series, { fromMs, toMs }), edges);
}

/** The same over each measurement itself; null where it would be no better than the measurement. */
export function drawnPointPower(store: StoreReader, series: SeriesInfo, points: Points): Float64Array | null {
  const count = points.starts.length;
  const fromMs = points.starts[0];
  const lastMs = points.starts[count - 1];
  if (fromMs === undefined || lastMs === undefined || !countsFlashes(series)) return null;
  const toMs = lastMs + (points.durationsMs[count - 1] ?? 0);
  if (toMs - fromMs > RANGE_MAX_MS) return null;
  const { edges, places } = edgesOf(points);
  const power = powerFromFlashes(readWithContext(store, series, { fromMs, toMs }), edges);
  // Where each point begins as the one before ends, its power is between the edges of its own place.
  return power.length === count ? power : picked(power, places);
}

/** Whole Wh that a meter gave off one by one; finer units need no help. */
function countsFlashes({ quantity, unit }: SeriesInfo): boolean {
  return kindOf(quantity) === 'sum' && unit === 'Wh';
}

/** The points of the range and around it; they hold until others are read. */
function readWithContext(
  store: StoreReader,
  series: SeriesInfo,
  { fromMs, toMs }: { fromMs: EpochMs; toMs: EpochMs },
): Points {
  const parts = [...store.readPoints(series.id, fromMs - POWER_CONTEXT_MS, toMs + POWER_CONTEXT_MS)];
  return parts.length > 1 ? joined(parts) : (parts[0] ?? NO_POINTS);
}

function joined(parts: readonly Points[]): Points {
  const count = parts.reduce((sum, { starts }) => sum + starts.length, 0);
  const [starts, durationsMs, values] = [taken(0, count), taken(1, count), taken(2, count)];
  const isKnown = parts.some(({ lastFlashes }) => lastFlashes);
  const lastFlashes = isKnown ? new Uint16Array(count) : null;
  let at = 0;
  for (const part of parts) {
    starts.set(part.starts, at);
    durationsMs.set(part.durationsMs, at);
    values.set(part.values, at);
    if (part.lastFlashes) lastFlashes?.set(part.lastFlashes, at);
    at += part.starts.length;
  }
  return { starts, durationsMs, values, reports: null, disagreements: null, lastFlashes };
}

function taken(place: number, length: number): Float64Array {
  return room.take(place, length).subarray(0, length);
}

/** Edges at both ends of every point, with the place of each point between them; they hold until others are made. */
function edgesOf({ starts, durationsMs }: Points): { edges: Float64Array; places: Float64Array } {
  const edges = room.take(3, starts.length * 2);
  const places = taken(4, starts.length);
  const count = setEdges(edges, places, { starts, durationsMs });
  return { edges: edges.subarray(0, count), places };
}

// Long loops with nothing after them: compiled while they run, they need not be left again for what they never did before.

function setEdges(
  edges: Float64Array,
  places: Float64Array,
  { starts, durationsMs }: Pick<Points, 'starts' | 'durationsMs'>,
): number {
  let count = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < starts.length; index += 1) {
    const startMs = starts[index] as number;
    if (startMs > last) {
      edges[count++] = startMs;
      last = startMs;
    }
    places[index] = count - 1;
    last = Math.max(startMs + (durationsMs[index] as number), last + 1);
    edges[count++] = last;
  }
  return count;
}

function picked(column: Float64Array, places: Float64Array): Float64Array {
  const values = new Float64Array(places.length);
  for (let index = 0; index < places.length; index += 1)
    values[index] = column[places[index] as number] as number;
  return values;
}
