import { assert } from '@kilowink/core/error';
import type { TimeRange } from '@kilowink/core/tariff';
import { DAY_MS, type EpochMs, HOUR_MS, STEPS, type Step } from '@kilowink/core/time';

/** Buckets in a tile of a step below a day: enough that a screen needs about three. */
export const TILE_ROWS = 512;

/** A day that has less room than this many rows would have is narrow. */
const DAY_ROWS_MIN = 13;

/** A stretch of one step that is fetched and kept as a whole. */
export interface TileId extends TimeRange {
  readonly key: string;
  readonly step: Step;
}

/**
 * The tiles of `step` that cover `range`, ascending. Below a day they are aligned to UTC, so that panning meets the same
 * tiles again; from a day up, where few rows are years, one tile is the whole extent.
 */
export function tilesFor(step: Step, range: TimeRange, extent: TimeRange): TileId[] {
  if (step.calendar !== null)
    return [{ key: `${step.name}/all`, step, fromMs: extent.fromMs, toMs: extent.toMs }];
  const spanMs = step.ms * TILE_ROWS;
  const first = Math.floor(Math.max(range.fromMs, extent.fromMs) / spanMs);
  const last = Math.ceil(Math.min(range.toMs, extent.toMs) / spanMs);
  const tiles: TileId[] = [];
  for (let index = first; index < last; index++) {
    tiles.push({
      key: `${step.name}/${index}`,
      step,
      fromMs: index * spanMs,
      toMs: (index + 1) * spanMs,
    });
  }
  return tiles;
}

/**
 * The finest step that shows `spanMs` in at most `rowCountMax` rows. It goes by the span alone, so that panning never
 * changes the step. Where days are narrow, rows of several hours are left out: they would draw each day's ups and downs
 * as the tooth of a comb.
 */
export function stepFor(spanMs: number, rowCountMax: number): Step {
  const hasNarrowDays = spanMs / DAY_MS > rowCountMax / DAY_ROWS_MIN;
  const step =
    STEPS.find((candidate) => {
      const isComb = hasNarrowDays && candidate.ms > HOUR_MS && candidate.ms < DAY_MS;
      return spanMs / candidate.ms <= rowCountMax && !isComb;
    }) ?? STEPS[STEPS.length - 1];
  assert(step !== undefined, 'the ladder of steps is not empty');
  return step;
}

/** A stretch that changed is read again at most this often: a hundredth of a row, but seconds, and at least each minute. */
export function refreshMs(step: Step): number {
  return Math.max(4_000, Math.min(step.ms / 100, 60_000));
}

/** Keeps the `countMax` most recently used values by key. */
export class LruCache<T> {
  readonly #entries = new Map<string, T>();
  readonly #countMax: number;

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): T | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: string, value: T): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#countMax) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }

  values(): IterableIterator<T> {
    return this.#entries.values();
  }

  clear(): void {
    this.#entries.clear();
  }
}

/** Whether two stretches share any time. */
export function overlaps(a: TimeRange, b: TimeRange): boolean {
  return a.fromMs < b.toMs && b.fromMs < a.toMs;
}

/** A range widened on both sides by `part` of its span. */
export function widen(range: TimeRange, part: number): TimeRange {
  const byMs: EpochMs = (range.toMs - range.fromMs) * part;
  return { fromMs: range.fromMs - byMs, toMs: range.toMs + byMs };
}
