import type { Points } from './points.ts';

/** No points. */
export const NO_POINTS: Points = {
  starts: new Float64Array(0),
  durationsMs: new Float64Array(0),
  values: new Float64Array(0),
  reports: null,
  disagreements: null,
};

/** The points at these indexes, in that order. */
export function pickPoints(points: Points, indexes: ArrayLike<number>): Points {
  const count = indexes.length;
  const picked = {
    starts: new Float64Array(count),
    durationsMs: new Float64Array(count),
    values: new Float64Array(count),
    reports: points.reports === null ? null : new Uint16Array(count),
    disagreements: points.disagreements === null ? null : new Uint16Array(count),
    ...(points.lastFlashes ? { lastFlashes: pickColumn(points.lastFlashes, indexes) } : {}),
  };
  for (let index = 0; index < count; index += 1) {
    const from = indexes[index] as number;
    picked.starts[index] = points.starts[from] as number;
    picked.durationsMs[index] = points.durationsMs[from] as number;
    picked.values[index] = points.values[from] as number;
    if (picked.reports !== null) picked.reports[index] = points.reports?.[from] as number;
    if (picked.disagreements !== null) picked.disagreements[index] = points.disagreements?.[from] as number;
  }
  return picked;
}

/** A view of the points with index in [`from`, `to`): no copy. */
export function slicePoints(points: Points, from: number, to: number): Points {
  return {
    starts: points.starts.subarray(from, to),
    durationsMs: points.durationsMs.subarray(from, to),
    values: points.values.subarray(from, to),
    reports: points.reports?.subarray(from, to) ?? null,
    disagreements: points.disagreements?.subarray(from, to) ?? null,
    ...(points.lastFlashes ? { lastFlashes: points.lastFlashes.subarray(from, to) } : {}),
  };
}

function pickColumn(column: Uint16Array, indexes: ArrayLike<number>): Uint16Array {
  const picked = new Uint16Array(indexes.length);
  for (let index = 0; index < picked.length; index += 1)
    picked[index] = column[indexes[index] as number] ?? 0;
  return picked;
}

/** All of them in one, in the order given. */
export function concatPoints(parts: readonly Points[]): Points {
  const first = parts[0];
  if (first !== undefined && parts.length === 1) return first;
  const count = parts.reduce((sum, part) => sum + part.starts.length, 0);
  const all = {
    starts: new Float64Array(count),
    durationsMs: new Float64Array(count),
    values: new Float64Array(count),
    reports: parts.some((part) => part.reports !== null) ? new Uint16Array(count) : null,
    disagreements: parts.some((part) => part.disagreements !== null) ? new Uint16Array(count) : null,
    ...(parts.some((part) => part.lastFlashes) ? { lastFlashes: new Uint16Array(count) } : {}),
  };
  let at = 0;
  for (const part of parts) {
    all.starts.set(part.starts, at);
    all.durationsMs.set(part.durationsMs, at);
    all.values.set(part.values, at);
    if (part.reports !== null) all.reports?.set(part.reports, at);
    if (part.disagreements !== null) all.disagreements?.set(part.disagreements, at);
    if (part.lastFlashes) all.lastFlashes?.set(part.lastFlashes, at);
    at += part.starts.length;
  }
  return all;
}

/** Whether starts never descend. */
export function areSorted(starts: Float64Array): boolean {
  for (let index = 1; index < starts.length; index += 1) {
    if ((starts[index] as number) < (starts[index - 1] as number)) return false;
  }
  return true;
}

/** The points by ascending start; equal starts keep their order. The same object when they ascend already. */
export function sortPoints(points: Points): Points {
  const { starts } = points;
  if (areSorted(starts)) return points;
  const order = new Uint32Array(starts.length);
  for (let index = 0; index < order.length; index += 1) order[index] = index;
  order.sort((left, right) => (starts[left] as number) - (starts[right] as number) || left - right);
  return pickPoints(points, order);
}

/** The index of the first start ≥ `atMs` in ascending starts. */
export function lowerBound(starts: ArrayLike<number>, atMs: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] as number) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
