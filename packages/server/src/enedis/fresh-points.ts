import { type Points, pickPoints } from '@kilowink/core/series';
import { DAY_MS } from '@kilowink/core/time';
import type { SeriesId, StoreReader } from '@kilowink/store';

/** What of measurements a series has already. */
export interface FreshPoints {
  /** Those that it has not, and that overlap none of its own. */
  readonly fresh: Points;
  /** Rows whose start it has. */
  readonly stored: number;
  /** Rows that overlap what it has from another start on, as half hours do in an hour: their energy would count twice. */
  readonly overlapping: number;
}

/** Measurements of files reach so far back at most: a month and more, between two indexes. */
const REACH_MS = 62 * DAY_MS;

/** Parts measurements, in the order of time, by what a series has. */
export function freshPoints(reader: StoreReader, series: SeriesId, points: Points): FreshPoints {
  const [firstMs, lastMs] = [points.starts[0], points.starts.at(-1)];
  if (firstMs === undefined || lastMs === undefined) return { fresh: points, stored: 0, overlapping: 0 };
  const endMs = lastMs + (points.durationsMs.at(-1) ?? 0);
  const known = new KnownSpans(reader.readPoints(series, firstMs - REACH_MS, endMs));
  const kept: number[] = [];
  let [stored, overlapping] = [0, 0];
  for (const [index, startMs] of points.starts.entries()) {
    const found = known.meeting(startMs, startMs + (points.durationsMs[index] as number));
    if (found === 'same') stored += 1;
    else if (found === 'other') overlapping += 1;
    else kept.push(index);
  }
  return {
    fresh: kept.length === points.starts.length ? points : pickPoints(points, kept),
    stored,
    overlapping,
  };
}

/** The spans of stored measurements, asked for in the order of time. */
class KnownSpans {
  readonly #spans: { startMs: number; endMs: number }[] = [];
  #at = 0;

  constructor(parts: Iterable<Points>) {
    for (const { starts, durationsMs } of parts) {
      for (const [index, startMs] of starts.entries())
        this.#spans.push({ startMs, endMs: startMs + (durationsMs[index] as number) });
    }
  }

  /** What is stored of a stretch: from the same start on, from another, or nothing. */
  meeting(startMs: number, endMs: number): 'same' | 'other' | null {
    while ((this.#spans[this.#at]?.endMs ?? Number.POSITIVE_INFINITY) <= startMs) this.#at += 1;
    let found: 'other' | null = null;
    for (let at = this.#at; (this.#spans[at]?.startMs ?? Number.POSITIVE_INFINITY) < endMs; at += 1) {
      if (this.#spans[at]?.startMs === startMs) return 'same';
      found = 'other';
    }
    return found;
  }
}
