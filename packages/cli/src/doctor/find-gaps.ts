import { type EpochMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '@kilowink/core/time';
import type { SeriesInfo, StoreReader } from '@kilowink/store';

/** A stretch of at least a minute between two measurements of a series. */
export interface Gap {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  /** What is known of it all the same, in the unit of the series; 0 where nothing is, and of gauges. */
  readonly recovered: number;
}

/** How whole a series is between its first measurement and its last. */
export interface Wholeness {
  /** The part of that time that was measured, 0 to 1. */
  readonly coverage: number;
  readonly oldestGap: Gap | null;
  readonly largestGap: Gap | null;
}

/** What is shorter is not called a gap: a report that came late, a clock that was set. */
const GAP_MS_MIN = MINUTE_MS;

/** A gap across two hours leaves at least half of it in one of them. */
const HOUR_MISSING_MS_MIN = GAP_MS_MIN / 2;

/** Hours asked for at a time: a year of them. */
const HOURS_AT_ONCE = 8_784;

/** Hours in a row of which something is missing. */
interface Stretch {
  readonly fromMs: EpochMs;
  toMs: EpochMs;
  missingMs: number;
}

/**
 * Finds the oldest and the largest gap of a series that is not empty. Hours are looked at first, and the points of only those
 * of which something is missing: ten sound years take as long as their hours.
 */
export function findGaps(store: StoreReader, series: SeriesInfo): Wholeness {
  const { firstMs, lastMs } = series;
  if (firstMs === null || lastMs === null) return { coverage: 0, oldestGap: null, largestGap: null };
  const span = { fromMs: firstMs, toMs: lastMs };
  const stretches = openStretches(store, series.id, span);
  const { validMs } = store.readTotal(series.id, firstMs - HOUR_MS, lastMs + HOUR_MS);
  const oldest = firstGap(store, series.id, { span, stretches });
  const largest = largestGap(store, series.id, { span, stretches });
  const known = (gap: Span | null): Gap | null =>
    gap && { ...gap, recovered: store.readTotal(series.id, gap.fromMs, gap.toMs).recoveredSum };
  return {
    coverage: Math.min(1, validMs / (lastMs - firstMs)),
    oldestGap: known(oldest),
    largestGap: known(largest),
  };
}

interface Span {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

interface Search {
  readonly span: Span;
  readonly stretches: readonly Stretch[];
}

function openStretches(store: StoreReader, series: number, span: Span): Stretch[] {
  const stretches: Stretch[] = [];
  const endMs = Math.ceil(span.toMs / HOUR_MS) * HOUR_MS;
  for (let atMs = Math.floor(span.fromMs / HOUR_MS) * HOUR_MS; atMs < endMs; ) {
    const count = Math.min(HOURS_AT_ONCE, (endMs - atMs) / HOUR_MS);
    const edges = Float64Array.from({ length: count + 1 }, (_, index) => atMs + index * HOUR_MS);
    const { validMs } = store.readBuckets(series, edges);
    for (let index = 0; index < count; index += 1) {
      const fromMs = Math.max(atMs + index * HOUR_MS, span.fromMs);
      const toMs = Math.min(atMs + (index + 1) * HOUR_MS, span.toMs);
      const missingMs = toMs - fromMs - (validMs[index] ?? 0);
      if (missingMs >= HOUR_MISSING_MS_MIN) extend(stretches, { fromMs, toMs, missingMs });
    }
    atMs += count * HOUR_MS;
  }
  return stretches;
}

function extend(stretches: Stretch[], hour: Stretch): void {
  const last = stretches.at(-1);
  if (last?.toMs !== hour.fromMs) {
    stretches.push(hour);
    return;
  }
  last.toMs = hour.toMs;
  last.missingMs += hour.missingMs;
}

function firstGap(store: StoreReader, series: number, { span, stretches }: Search): Span | null {
  for (const stretch of stretches) {
    for (const gap of gapsIn(store, series, { span, stretch })) return gap;
  }
  return null;
}

/** No gap is longer than what is missing of its stretch, so those that miss most come first, and few are looked at. */
function largestGap(store: StoreReader, series: number, { span, stretches }: Search): Span | null {
  let best: Span | null = null;
  for (const stretch of stretches.toSorted((one, other) => other.missingMs - one.missingMs)) {
    const bestMs = best === null ? 0 : best.toMs - best.fromMs;
    if (stretch.missingMs + 2 * HOUR_MISSING_MS_MIN <= bestMs) break;
    for (const gap of gapsIn(store, series, { span, stretch })) {
      if (best === null || gap.toMs - gap.fromMs > best.toMs - best.fromMs) best = gap;
    }
  }
  return best;
}

/** The hours beside a stretch are whole, so their points tell where its gaps begin and end. */
function* gapsIn(
  store: StoreReader,
  series: number,
  { span, stretch }: { span: Span; stretch: Stretch },
): Iterable<Span> {
  let endMs = Math.max(span.fromMs, stretch.fromMs - GAP_MS_MIN);
  for (const { starts, durationsMs } of store.readPoints(
    series,
    stretch.fromMs - HOUR_MS,
    stretch.toMs + HOUR_MS,
  )) {
    for (let index = 0; index < starts.length; index += 1) {
      const startMs = starts[index] ?? endMs;
      if (startMs - endMs >= GAP_MS_MIN && startMs > stretch.fromMs) yield { fromMs: endMs, toMs: startMs };
      endMs = Math.max(endMs, startMs + (durationsMs[index] ?? 0));
    }
  }
  const lastMs = Math.min(stretch.toMs + SECOND_MS, span.toMs);
  if (lastMs - endMs >= GAP_MS_MIN) yield { fromMs: endMs, toMs: lastMs };
}
