import { concatPoints, kindOf, type Points } from '@kilowink/core/series';
import { POWER_CONTEXT_MS, powerFromFlashes } from '@kilowink/core/series/power';
import { type EpochMs, HOUR_MS, MINUTE_MS } from '@kilowink/core/time';
import type { SeriesInfo, StoreReader } from '@kilowink/store';

/** Longer buckets hold so many flashes that one more or less does not show. */
const STEP_MAX_MS = MINUTE_MS;
/** A day costs some 10 ms: what asks for more gets counts. */
const RANGE_MAX_MS = 36 * HOUR_MS;

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
  return picked(power, places);
}

/** Whole Wh that a meter gave off one by one; finer units need no help. */
function countsFlashes({ quantity, unit }: SeriesInfo): boolean {
  return kindOf(quantity) === 'sum' && unit === 'Wh';
}

function readWithContext(
  store: StoreReader,
  series: SeriesInfo,
  { fromMs, toMs }: { fromMs: EpochMs; toMs: EpochMs },
): Points {
  return concatPoints([...store.readPoints(series.id, fromMs - POWER_CONTEXT_MS, toMs + POWER_CONTEXT_MS)]);
}

/** Edges at both ends of every point, with the place of each point between them. */
function edgesOf({ starts, durationsMs }: Points): { edges: Float64Array; places: Uint32Array } {
  const edges = new Float64Array(starts.length * 2);
  const places = new Uint32Array(starts.length);
  const count = setEdges(edges, places, { starts, durationsMs });
  return { edges: edges.subarray(0, count), places };
}

// Long loops with nothing after them: compiled while they run, they need not be left again for what they never did before.

function setEdges(
  edges: Float64Array,
  places: Uint32Array,
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

function picked(column: Float64Array, places: Uint32Array): Float64Array {
  const values = new Float64Array(places.length);
  for (let index = 0; index < places.length; index += 1)
    values[index] = column[places[index] as number] as number;
  return values;
}
