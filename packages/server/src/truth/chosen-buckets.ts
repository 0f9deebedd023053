import {
  addToBucket,
  type Buckets,
  emptyBucketSums,
  shortestBucketMs,
  timedSumOf,
} from '@kilowink/core/series';
import { HOUR_MS } from '@kilowink/core/time';

/** Buckets of one source between edges; `stepMs`: how long the buckets are that these are parts of. */
export type ReadMember = (edges: Float64Array, stepMs: number) => Buckets;

/** A source that has less coverage than another by no more than this is as good: sources do not take turns for nothing. */
const COVERAGE_SLACK = 0.02;

/** Which source each UTC hour is taken from. */
export interface HourChoice {
  readonly hourEdges: Float64Array;
  /** By hour; -1 where no source has anything. */
  readonly members: Int16Array;
  /** What each source has by hour. */
  readonly hours: readonly Buckets[];
}

/**
 * Chooses for each whole hour that meets [`fromMs`, `toMs`) the source that measured the most of it; of those as good, the
 * first. It is chosen by the hour whatever is asked for, so that hours add up to days.
 */
export function chooseHours(
  reads: readonly ReadMember[],
  range: { readonly fromMs: number; readonly toMs: number },
): HourChoice {
  const first = Math.floor(range.fromMs / HOUR_MS);
  const count = Math.max(Math.ceil(range.toMs / HOUR_MS) - first, 0);
  const hourEdges = Float64Array.from({ length: count + 1 }, (_, index) => (first + index) * HOUR_MS);
  const hours = count === 0 ? [] : reads.map((read) => read(hourEdges, HOUR_MS));
  const members = new Int16Array(count).fill(-1);
  for (let hour = 0; hour < count; hour += 1) members[hour] = bestOf(hours, hour);
  return { hourEdges, members, hours };
}

function bestOf(hours: readonly Buckets[], hour: number): number {
  const coverages = hours.map(({ validMs }) => Math.min(1, (validMs[hour] as number) / HOUR_MS));
  const best = Math.max(...coverages);
  if (best > 0) return coverages.findIndex((coverage) => coverage > 0 && coverage >= best - COVERAGE_SLACK);
  return hours.findIndex(({ sums }) => !Number.isNaN(sums[hour]));
}

/** The buckets between `edges`, each hour of them from the source chosen for it: no energy is counted twice. */
export function chosenBuckets(
  reads: readonly ReadMember[],
  edges: Float64Array,
  stepMs = shortestBucketMs(edges),
): Buckets {
  const range = { fromMs: edges[0] as number, toMs: edges.at(-1) as number };
  const choice = chooseHours(reads, range);
  const isWholeHours = edges.every((edge) => edge % HOUR_MS === 0);
  if (isWholeHours) return fold(edges, choice, { cellEdges: choice.hourEdges, cells: choice.hours });
  const inner = choice.hourEdges.filter((edge) => edge > range.fromMs && edge < range.toMs);
  const cellEdges = Float64Array.from(new Set([...edges, ...inner])).sort();
  return fold(edges, choice, { cellEdges, cells: reads.map((read) => read(cellEdges, stepMs)) });
}

function fold(
  edges: Float64Array,
  choice: HourChoice,
  { cellEdges, cells }: { cellEdges: Float64Array; cells: readonly Buckets[] },
): Buckets {
  const made = emptyBucketSums(edges);
  const firstMs = choice.hourEdges[0] as number;
  let place = 0;
  for (let index = 0; index + 1 < cellEdges.length; index += 1) {
    const cellMs = cellEdges[index] as number;
    while (cellMs >= (edges[place + 1] as number)) place += 1;
    const from = cells[choice.members[Math.floor((cellMs - firstMs) / HOUR_MS)] as number];
    if (from === undefined || Number.isNaN(from.sums[index])) continue;
    addToBucket(made, place, {
      sum: from.sums[index] as number,
      recovered: from.recoveredSums?.[index] ?? 0,
      timed: timedSumOf(from, index),
      validMs: from.validMs[index] as number,
      rateMin: from.rateMin[index] as number,
      rateMax: from.rateMax[index] as number,
    });
  }
  return made;
}
